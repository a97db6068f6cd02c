import { type PairTable, pairCarries, pairIndex } from '@adsum/kernels'
import { LearningError } from '../errors.ts'

/** Totals beyond this are not exact everywhere in learning. */
const TOTAL_MAX = 2 ** 52
const CARRY_UNIT = 2 ** 32

/**
 * Reads whole records of a pair table, the way round that the caller asks for: the record of (a, b) has
 * `G[(a,s),(b,t)]` at `s K + t`, then `C[(a,s) -> b]`, then `C[(b,s) -> a]`, also when b has the smaller id.
 */
export class PairRecords {
  /** Numbers in a record: K^2 + 2 K. */
  readonly length: number
  readonly #table: PairTable
  readonly #carries: ReadonlyMap<number, number>
  readonly #swapped: Int32Array

  /** Reads the table as it is now; changes after that are not seen reliably. */
  constructor(table: PairTable) {
    this.#table = table
    this.length = table.scales * (table.scales + 2)
    this.#carries = new Map(pairCarries(table).map(({ lane, carry }) => [lane, carry]))
    this.#swapped = swappedLanes(table.scales)
  }

  /**
   * Writes the record of (a, b) to `out`.
   * @returns whether any number of it is not zero.
   * @throws LearningError `statistics_overflow` for a total that float64 does not hold exactly.
   */
  read(a: number, b: number, out: Float64Array): boolean {
    const { records, lanes } = this.#table
    const start = pairIndex(Math.min(a, b), Math.max(a, b)) * lanes
    let any = false
    for (let index = 0; index < this.length; index++) {
      const lane = start + (a <= b ? index : this.#swapped[index]!)
      const low = records[lane]!
      const total = this.#carries.size === 0 ? low : low + this.#carry(lane)
      out[index] = total
      if (total !== 0) any = true
    }
    return any
  }

  #carry(lane: number): number {
    const carry = (this.#carries.get(lane) ?? 0) * CARRY_UNIT
    if (Math.abs(carry) > TOTAL_MAX) {
      throw new LearningError('statistics_overflow', 'a total is no exact integer')
    }
    return carry
  }
}

/** Where each number of a record stands when the two items change places. */
function swappedLanes(scales: number): Int32Array {
  const lanes = new Int32Array(scales * (scales + 2))
  for (let s = 0; s < scales; s++) {
    for (let t = 0; t < scales; t++) lanes[s * scales + t] = t * scales + s
    lanes[scales * scales + s] = scales * scales + scales + s
    lanes[scales * scales + scales + s] = scales * scales + s
  }
  return lanes
}
