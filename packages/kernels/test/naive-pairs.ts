// Sequence statistics row by row, in BigInt, straight from their definition.
import { type Kernels, type PairTable, pairIndex, pairTotal } from '../src/index.ts'

/** Totals by lane of the pair table; absent is zero. */
export class NaivePairs {
  readonly #totals = new Map<number, bigint>()
  readonly #weights: readonly (readonly number[])[]

  constructor(weights: readonly (readonly number[])[]) {
    this.#weights = weights
  }

  get lanes(): number {
    const scales = this.#weights.length
    return 4 * Math.ceil((scales * scales + 2 * scales) / 4)
  }

  /** Adds the rows [rowStart, rowEnd) of one sequence so many times; below 0 takes them away. */
  add(sequence: readonly number[], rowStart: number, rowEnd: number, times: number): void {
    for (let row = rowStart; row < rowEnd; row++) {
      const x = this.#features(sequence, row)
      for (const [key, value] of x) {
        for (const [other, otherValue] of x) this.#addGram(key, other, value * otherValue * times)
        const target = sequence[row] ?? -1
        if (target >= 0) this.#addCross(key, target, value * times)
      }
    }
  }

  total(lane: number): bigint {
    return this.#totals.get(lane) ?? 0n
  }

  /** Every lane that is not zero. */
  entries(): [lane: number, total: bigint][] {
    return [...this.#totals].filter(([, total]) => total !== 0n).sort(([a], [b]) => a - b)
  }

  /** x(row) as feature (item * scales + scale) to value. */
  #features(sequence: readonly number[], row: number): Map<number, number> {
    const x = new Map<number, number>()
    for (let at = 0; at < row; at++) {
      const item = sequence[at] ?? -1
      if (item < 0) continue
      for (const [s, weights] of this.#weights.entries()) {
        const key = item * this.#weights.length + s
        x.set(key, (x.get(key) ?? 0) + (weights[row - at - 1] ?? 0))
      }
    }
    return x
  }

  #addGram(first: number, second: number, value: number): void {
    const scales = this.#weights.length
    const [a, s] = [Math.floor(first / scales), first % scales]
    const [b, t] = [Math.floor(second / scales), second % scales]
    if (a <= b) this.#change(pairIndex(a, b) * this.lanes + s * scales + t, value)
  }

  #addCross(feature: number, target: number, value: number): void {
    const scales = this.#weights.length
    const [a, s] = [Math.floor(feature / scales), feature % scales]
    const slot = scales * scales + (a <= target ? 0 : scales) + s
    const record = pairIndex(Math.min(a, target), Math.max(a, target))
    this.#change(record * this.lanes + slot, value)
  }

  #change(lane: number, value: number): void {
    this.#totals.set(lane, this.total(lane) + BigInt(value))
  }
}

/** Every lane of a pair table that is not zero. */
export function tableEntries(k: Kernels, table: PairTable): [lane: number, total: bigint][] {
  const found: [number, bigint][] = []
  for (let lane = 0; lane < table.records.length; lane++) {
    const total = pairTotal(k, table, lane)
    if (total !== 0n) found.push([lane, total])
  }
  return found
}

/** A sequence in kernel memory. */
export function kernelSequence(k: Kernels, items: readonly number[]): Int32Array {
  const sequence = k.int32(items.length)
  sequence.set(items)
  return sequence
}
