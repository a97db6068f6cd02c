/** Rewards and expectations are counted in millionths, so that sums are exact whatever their order. */
const COUNT_UNIT = 1_000_000

/** Count and mean of some values; each can be taken back. */
export class Tally {
  #count = 0
  #sum = 0

  add(value: number, sign: 1 | -1): void {
    this.#count += sign
    this.#sum += sign * Math.round(value * COUNT_UNIT)
  }

  get count(): number {
    return this.#count
  }

  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count / COUNT_UNIT
  }
}
