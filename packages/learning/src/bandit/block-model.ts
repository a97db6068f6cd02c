import type { BlockStatistics } from './block-statistics.ts'
import type { BanditPenalty } from './configuration.ts'
import { type SparseRow, VALUE_UNIT } from './features.ts'
import { invertPositiveDefinite } from './invert.ts'
import { REWARD_UNIT } from './rows.ts'

/** 1 in published coefficients: a term is coefficient times value, an integer. */
export const COEFFICIENT_UNIT = 2 ** 22
/** Coefficients beyond this are held here, so that sums of terms stay exact. */
const COEFFICIENT_MAX = 256
/** The noise of rewards before it is known, and for how many rows that counts: a coin's. */
const NOISE_PRIOR = 0.25
const NOISE_PRIOR_ROWS = 10
const CAPACITY_INITIAL = 8

/**
 * Ridge regression on one block: `P = (G + Λ)⁻¹` and `w = P c`, kept up to date by rank-one updates
 * (Sherman and Morrison 1950) and fitted anew from the integers by `fit`.
 *
 *   Λ = diag(λ s²) + λ_bias m mᵀ
 *
 * s_i is the spread of feature i where it is present, at least 1; m is 1 at the bias and the mean of every
 * feature that is present in all rows: so a large number counts as a standardised one, and the bias is that of
 * the average moment. Both are functions of the totals and stay as they are until the next fit.
 *
 * The variance of the noise is `(q - wᵀc + n₀ σ₀²) / (n + n₀)`, the residual with a prior.
 */
export class BlockModel {
  #penalty: BanditPenalty
  readonly #numbers: Int32Array
  #places: number[] = []
  #capacity = CAPACITY_INITIAL
  #rows = 0
  /** The sum of squared residuals with the penalty, in rewards. */
  #residual = 0
  /** Row-major, `#capacity` apart, both halves. */
  #inverse = new Float64Array(CAPACITY_INITIAL ** 2)
  #coefficients = new Float64Array(CAPACITY_INITIAL)
  #published = new Float64Array(CAPACITY_INITIAL)
  #diagonal = new Float64Array(CAPACITY_INITIAL)
  #means = new Float64Array(CAPACITY_INITIAL)
  #scratch = new Float64Array(CAPACITY_INITIAL)
  #projected = new Float64Array(CAPACITY_INITIAL)
  #support = new Int32Array(CAPACITY_INITIAL)

  constructor(dimensions: number, penalty: BanditPenalty) {
    this.#numbers = new Int32Array(dimensions).fill(-1)
    this.#penalty = penalty
  }

  /** Everything anew from the totals, features in the order of their places. */
  fit(statistics: BlockStatistics, penalty: BanditPenalty): void {
    this.#penalty = penalty
    const places = statistics.activePlaces()
    this.#numbers.fill(-1)
    this.#places = []
    this.#reserve(places.length)
    for (const place of places) {
      this.#numbers[place] = this.#places.length
      this.#places.push(place)
    }
    const size = places.length
    const unit = VALUE_UNIT ** 2
    const system = new Float64Array(size * size)
    for (let i = 0; i < size; i++) {
      const place = places[i] as number
      for (let j = 0; j <= i; j++) {
        system[i * size + j] = statistics.gram(place, places[j] as number) / unit
      }
    }
    this.#setPrior(statistics, places)
    for (let i = 0; i < size; i++) {
      const mean = this.#penalty.bias * (this.#means[i] as number)
      for (let j = 0; j <= i; j++) {
        system[i * size + j] = (system[i * size + j] as number) + mean * (this.#means[j] as number)
      }
      system[i * size + i] = (system[i * size + i] as number) + (this.#diagonal[i] as number)
    }
    invertPositiveDefinite(system, size)
    const cross = Float64Array.from(
      places,
      (place) => statistics.cross(place) / (VALUE_UNIT * REWARD_UNIT),
    )
    this.#rows = statistics.rows
    this.#residual = statistics.squares / REWARD_UNIT
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (let j = 0; j < size; j++) {
        const entry = system[i * size + j] as number
        this.#inverse[i * this.#capacity + j] = entry
        sum += entry * (cross[j] as number)
      }
      this.#coefficients[i] = sum
      this.#residual -= sum * (cross[i] as number)
    }
    this.#publish()
  }

  /** Learns one row more. @param rewardUnits in REWARD_UNIT @param weight at least 1 */
  update({ places, values }: SparseRow, rewardUnits: number, weight: number): void {
    const reward = rewardUnits / REWARD_UNIT
    for (const place of places) this.#numberOf(place)
    const size = this.#places.length
    const direction = this.#scratch
    direction.fill(0, 0, size)
    for (let a = 0; a < places.length; a++) {
      const value = (values[a] as number) / VALUE_UNIT
      const row = (this.#numbers[places[a] as number] as number) * this.#capacity
      for (let j = 0; j < size; j++) {
        direction[j] = (direction[j] as number) + value * (this.#inverse[row + j] as number)
      }
    }
    let leverage = 0
    let expected = 0
    for (let a = 0; a < places.length; a++) {
      const number = this.#numbers[places[a] as number] as number
      const value = (values[a] as number) / VALUE_UNIT
      leverage += value * (direction[number] as number)
      expected += value * (this.#coefficients[number] as number)
    }
    this.#rows += weight
    this.#residual += (weight * (reward - expected) ** 2) / (1 + weight * leverage)
    const step = (weight * (reward - expected)) / (1 + weight * leverage)
    for (let i = 0; i < size; i++) {
      this.#coefficients[i] = (this.#coefficients[i] as number) + step * (direction[i] as number)
    }
    const scale = Math.sqrt(weight / (1 + weight * leverage))
    for (let i = 0; i < size; i++) direction[i] = scale * (direction[i] as number)
    for (let i = 0; i < size; i++) {
      const factor = direction[i] as number
      if (factor === 0) continue
      const row = i * this.#capacity
      for (let j = 0; j < size; j++) {
        this.#inverse[row + j] =
          (this.#inverse[row + j] as number) - factor * (direction[j] as number)
      }
    }
    this.#publish()
  }

  /** The published coefficient at a place, in COEFFICIENT_UNIT. */
  coefficient(place: number): number {
    const number = this.#numbers[place] as number
    return number < 0 ? 0 : (this.#published[number] as number)
  }

  /** The standard error of the expected reward: the noise times `√(xᵀ P x)`. */
  standardError(row: SparseRow): number {
    return this.#errorOf(row, this.#project(row))
  }

  /**
   * As `standardError`; and `remaining[a]` becomes what of the feature at `row.places[a]` is still judged by
   * what was expected before: `(Λ P x)_a`. That is x_a where nothing has been learned and goes to zero where
   * much has. Features that are absent from x are left out of it.
   */
  judge(row: SparseRow, remaining: Float64Array): number {
    const { places } = row
    const projected = this.#project(row)
    let mean = 0
    for (let a = 0; a < places.length; a++) {
      const i = this.#numbers[places[a] as number] as number
      mean += (i < 0 ? 0 : (this.#means[i] as number)) * (projected[a] as number)
    }
    mean *= this.#penalty.bias
    for (let a = 0; a < places.length; a++) {
      const i = this.#numbers[places[a] as number] as number
      const pulled =
        i < 0
          ? this.#priorOf(places[a] as number) * (projected[a] as number)
          : (this.#diagonal[i] as number) * (projected[a] as number) +
            mean * (this.#means[i] as number)
      remaining[a] = pulled
    }
    return this.#errorOf(row, projected)
  }

  #errorOf({ values }: SparseRow, projected: Float64Array): number {
    let leverage = 0
    for (let a = 0; a < values.length; a++) {
      leverage += ((values[a] as number) / VALUE_UNIT) * (projected[a] as number)
    }
    const prior = NOISE_PRIOR * NOISE_PRIOR_ROWS
    const noise = (Math.max(0, this.#residual) + prior) / (this.#rows + NOISE_PRIOR_ROWS)
    return Math.sqrt(noise * Math.max(0, leverage))
  }

  /** `P x` at the places of x, in order. */
  #project({ places, values }: SparseRow): Float64Array {
    const length = places.length
    if (this.#projected.length < length) {
      this.#projected = new Float64Array(2 * length)
      this.#support = new Int32Array(2 * length)
    }
    const projected = this.#projected
    const support = this.#support
    for (let a = 0; a < length; a++) {
      support[a] = this.#numbers[places[a] as number] as number
      projected[a] = 0
    }
    for (let a = 0; a < length; a++) {
      const value = (values[a] as number) / VALUE_UNIT
      const i = support[a] as number
      if (i < 0) {
        projected[a] = value / this.#priorOf(places[a] as number)
        continue
      }
      const row = i * this.#capacity
      let sum = (projected[a] as number) + value * (this.#inverse[row + i] as number)
      for (let b = 0; b < a; b++) {
        const j = support[b] as number
        if (j < 0) continue
        const entry = this.#inverse[row + j] as number
        sum += ((values[b] as number) / VALUE_UNIT) * entry
        projected[b] = (projected[b] as number) + value * entry
      }
      projected[a] = sum
    }
    return projected
  }

  #priorOf(place: number): number {
    return place === 0 ? this.#penalty.bias : this.#penalty.feature
  }

  #setPrior(statistics: BlockStatistics, places: Int32Array): void {
    const { rows } = statistics
    for (const [i, place] of places.entries()) {
      if (place === 0) {
        this.#means[i] = 1
        this.#diagonal[i] = 0
        continue
      }
      const present = statistics.present(place)
      const squares = statistics.gram(place, place) / VALUE_UNIT ** 2
      const always = this.#numbers[0] !== -1 && present === rows
      const mean = always ? statistics.gram(place, 0) / VALUE_UNIT ** 2 / rows : 0
      const spread = squares / present - mean * mean
      this.#means[i] = mean
      this.#diagonal[i] = this.#penalty.feature * Math.max(1, spread)
    }
  }

  /** The number of the feature at a place; a new one comes with its prior. */
  #numberOf(place: number): number {
    const known = this.#numbers[place] as number
    if (known >= 0) return known
    const number = this.#places.length
    this.#reserve(number + 1)
    this.#numbers[place] = number
    this.#places.push(place)
    for (let i = 0; i < number; i++) {
      this.#inverse[i * this.#capacity + number] = 0
      this.#inverse[number * this.#capacity + i] = 0
    }
    this.#inverse[number * this.#capacity + number] = 1 / this.#priorOf(place)
    this.#coefficients[number] = 0
    this.#diagonal[number] = place === 0 ? 0 : this.#penalty.feature
    this.#means[number] = place === 0 ? 1 : 0
    return number
  }

  #reserve(size: number): void {
    if (size <= this.#capacity) return
    const capacity = Math.max(size, 2 * this.#capacity)
    const inverse = new Float64Array(capacity ** 2)
    for (let i = 0; i < this.#places.length; i++) {
      const row = i * this.#capacity
      inverse.set(this.#inverse.subarray(row, row + this.#places.length), i * capacity)
    }
    const larger = (values: Float64Array) => {
      const copy = new Float64Array(capacity)
      copy.set(values)
      return copy
    }
    this.#inverse = inverse
    this.#coefficients = larger(this.#coefficients)
    this.#published = larger(this.#published)
    this.#diagonal = larger(this.#diagonal)
    this.#means = larger(this.#means)
    this.#scratch = larger(this.#scratch)
    this.#capacity = capacity
  }

  #publish(): void {
    const max = COEFFICIENT_MAX * COEFFICIENT_UNIT
    for (let i = 0; i < this.#places.length; i++) {
      const units = Math.round((this.#coefficients[i] as number) * COEFFICIENT_UNIT)
      this.#published[i] = Math.max(-max, Math.min(max, units))
    }
  }
}
