import type { Ranked } from '../decisions/ranked.ts'

/**
 * The baseline: how often everyone chose an item. It answers before there is a model and whenever
 * something inside fails. A sum over people like every other.
 */
export class Popular {
  #counts = new Int32Array(0)
  #rows = 0

  /** Counts one choice of the item with this number, or with -1 takes it back. */
  add(number: number, sign: 1 | -1): void {
    if (number >= this.#counts.length) this.#grow(number + 1)
    this.#counts[number] = (this.#counts[number] as number) + sign
    this.#rows += sign
  }

  /** The most frequent of the given items; ties by their id. */
  rank(
    items: readonly { readonly number: number; readonly id: string }[],
    exclude: ReadonlySet<number>,
    limit: number,
  ): Ranked {
    const candidates = items.filter((item) => !exclude.has(item.number))
    const count = (number: number): number => this.#counts[number] ?? 0
    const best = [...candidates]
      .sort((a, b) => count(b.number) - count(a.number) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
      .slice(0, limit)
    return {
      personalization: 'everyone',
      candidates: candidates.length,
      scale: Math.max(1, this.#rows),
      choices: best.map((item) => item.number),
      scores: best.map((item) => count(item.number)),
      features: [],
      terms: best.map((item) => Int32Array.of(count(item.number))),
    }
  }

  #grow(length: number): void {
    const counts = new Int32Array(Math.max(length, 2 * this.#counts.length, 64))
    counts.set(this.#counts)
    this.#counts = counts
  }
}
