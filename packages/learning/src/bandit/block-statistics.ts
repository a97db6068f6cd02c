import type { BinaryReader } from '../binary-reader.ts'
import type { BinaryWriter } from '../binary-writer.ts'
import { LearningError } from '../errors.ts'
import type { SparseRow } from './features.ts'
import { REWARD_UNIT } from './rows.ts'

const PLACES_INITIAL = 8

/**
 * The exact total of one block of features: `G = Σ w x xᵀ`, `c = Σ w x r` and `q = Σ w r²`, integers within
 * 2^52, with how many rows there were and in how many each feature was present. Features are numbered as they come;
 * whatever reads or writes goes by place, so that the numbering shows nowhere.
 */
export class BlockStatistics {
  /** Number of the feature at a place, -1 for none. */
  readonly #numbers: Int32Array
  readonly #places: number[] = []
  /** Lower triangle by number, packed: entry (i, j), j <= i, at i (i + 1) / 2 + j. */
  #gram = new Float64Array((PLACES_INITIAL * (PLACES_INITIAL + 1)) / 2)
  #cross = new Float64Array(PLACES_INITIAL)
  #present = new Float64Array(PLACES_INITIAL)
  #rows = 0
  #squares = 0

  constructor(dimensions: number) {
    this.#numbers = new Int32Array(dimensions).fill(-1)
  }

  /** The weight of all rows. */
  get rows(): number {
    return this.#rows
  }

  /** The sum of squared rewards, in REWARD_UNIT. */
  get squares(): number {
    return this.#squares
  }

  /**
   * @param weight negative takes the row back
   * @throws LearningError `statistics_overflow`, before anything has changed
   */
  add({ places, values }: SparseRow, reward: number, weight: number): void {
    const numbers = this.#numbered(places)
    // Off the diagonal nothing is larger than on it (Cauchy and Schwarz).
    for (const [a, i] of numbers.entries()) {
      const value = weight * (values[a] as number)
      exact((this.#gram[packed(i, i)] as number) + value * (values[a] as number))
      exact((this.#cross[i] as number) + value * reward)
    }
    for (let a = 0; a < numbers.length; a++) {
      const i = numbers[a] as number
      const value = weight * (values[a] as number)
      this.#cross[i] = (this.#cross[i] as number) + value * reward
      this.#present[i] = (this.#present[i] as number) + weight
      for (let b = 0; b <= a; b++) {
        const at = packed(i, numbers[b] as number)
        this.#gram[at] = (this.#gram[at] as number) + value * (values[b] as number)
      }
    }
    this.#rows += weight
    this.#squares += weight * squareUnits(reward)
  }

  /** Adds the total of `other`, or takes it back. Errors as `add`. */
  merge(other: BlockStatistics, sign: 1 | -1): void {
    const numbers = this.#numbered(other.#places)
    for (const [i, own] of numbers.entries()) {
      exact((this.#gram[packed(own, own)] as number) + sign * (other.#gram[packed(i, i)] as number))
      exact((this.#cross[own] as number) + sign * (other.#cross[i] as number))
    }
    for (let i = 0; i < numbers.length; i++) {
      const own = numbers[i] as number
      this.#cross[own] = (this.#cross[own] as number) + sign * (other.#cross[i] as number)
      this.#present[own] = (this.#present[own] as number) + sign * (other.#present[i] as number)
      for (let j = 0; j <= i; j++) {
        const at = packed(own, numbers[j] as number)
        this.#gram[at] = (this.#gram[at] as number) + sign * (other.#gram[packed(i, j)] as number)
      }
    }
    this.#rows += sign * other.#rows
    this.#squares += sign * other.#squares
  }

  /** Places of the features that are present in any row, ascending. */
  activePlaces(): Int32Array {
    const active = this.#places.filter((_, number) => this.#present[number] !== 0)
    return Int32Array.from(active).sort()
  }

  /** Whether a feature at `place` or after it is present in any row. */
  hasFrom(place: number): boolean {
    return this.#places.some((each, number) => each >= place && this.#present[number] !== 0)
  }

  gram(place: number, other: number): number {
    return this.#gram[packed(this.#number(place), this.#number(other))] as number
  }

  cross(place: number): number {
    return this.#cross[this.#number(place)] as number
  }

  /** The weight of the rows in which the feature at `place` is not zero. */
  present(place: number): number {
    return this.#present[this.#number(place)] as number
  }

  write(writer: BinaryWriter): void {
    const active = this.activePlaces()
    writer.unsigned(this.#rows)
    writer.unsigned(this.#squares)
    writer.unsigned(active.length)
    for (const [index, place] of active.entries()) {
      writer.unsigned(place)
      writer.unsigned(this.present(place))
      writer.signed(this.cross(place))
      for (const before of active.subarray(0, index + 1)) writer.signed(this.gram(place, before))
    }
  }

  static read(reader: BinaryReader, dimensions: number): BlockStatistics {
    const block = new BlockStatistics(dimensions)
    block.#rows = reader.unsigned()
    block.#squares = reader.unsigned()
    const length = reader.unsigned(dimensions)
    let last = -1
    for (let i = 0; i < length; i++) {
      const place = reader.unsigned(dimensions - 1)
      if (place <= last) throw new LearningError('bytes_invalid', 'places ascend')
      last = place
      block.#numbered([place])
      block.#present[i] = reader.unsigned()
      block.#cross[i] = reader.signed()
      for (let j = 0; j <= i; j++) block.#gram[packed(i, j)] = reader.signed()
    }
    return block
  }

  #number(place: number): number {
    return this.#numbers[place] as number
  }

  /** The numbers of the features, given where they had none. */
  #numbered(places: ArrayLike<number>): Int32Array {
    const numbers = new Int32Array(places.length)
    for (let index = 0; index < places.length; index++) {
      const place = places[index] as number
      if (this.#numbers[place] === -1) {
        this.#numbers[place] = this.#places.length
        this.#places.push(place)
      }
      numbers[index] = this.#numbers[place] as number
    }
    const size = this.#places.length
    if (size > this.#cross.length) {
      const larger = Math.max(size, 2 * this.#cross.length)
      this.#gram = copied(this.#gram, (larger * (larger + 1)) / 2)
      this.#cross = copied(this.#cross, larger)
      this.#present = copied(this.#present, larger)
    }
    return numbers
  }
}

/** The square of one reward, rounded before it enters the sum. */
function squareUnits(reward: number): number {
  return Math.round((reward * reward) / REWARD_UNIT)
}

function packed(i: number, j: number): number {
  return i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i
}

function copied(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length)
  larger.set(values)
  return larger
}

/** Totals are written with a sign, so they stay within 2^52. */
const TOTAL_MAX = 2 ** 52

/** Refuses a total that float64 could no longer hold exactly. */
function exact(total: number): void {
  if (Math.abs(total) >= TOTAL_MAX) {
    throw new LearningError('statistics_overflow', 'a total would leave the exact integers')
  }
}
