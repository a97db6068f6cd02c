import type { Kernels } from '@adsum/kernels'
import { type SequenceConfiguration, WEIGHT_UNIT } from '../features/weights.ts'
import type { RankerConfiguration } from '../sequence/configuration.ts'
import type { SequenceStatistics } from '../statistics/sequence-statistics.ts'
import { factorisedEquations } from './factorise.ts'

/** Features of a fit whose leverage can be asked: the factor takes 4 bytes x features^2 (36 MB). */
export const LEVERAGE_FEATURES_MAX = 3_000

/**
 * How far a moment lies from what was learned: `h(x) = x' (G + Lambda)^-1 x`, which times the noise is the
 * variance of a prediction there. Near 0 for what was seen often, larger for what is new. A float: for
 * exploration, confidence and novelty, never part of a score.
 *
 * O(features^2) per question.
 */
export class Leverage {
  /** Names of the items, in canonical order; sequences count by them. */
  readonly items: readonly string[]
  readonly #sequence: SequenceConfiguration
  readonly #factor: Float32Array
  readonly #standardisation: Float64Array

  constructor(
    items: readonly string[],
    sequence: SequenceConfiguration,
    factor: Float32Array,
    standardisation: Float64Array,
  ) {
    this.items = items
    this.#sequence = sequence
    this.#factor = factor
    this.#standardisation = standardisation
  }

  /** The leverage after a sequence: indices into `items`, oldest first, -1 unknown. */
  of(sequence: ArrayLike<number>): number {
    const x = this.#features(sequence)
    const features = x.length
    // x' (L L')^-1 x = |L^-1 x|^2: one forward substitution.
    let sum = 0
    for (let row = 0; row < features; row++) {
      let value = x[row]!
      for (let column = 0; column < row; column++) {
        value -= this.#factor[row * features + column]! * x[column]!
      }
      x[row] = value / this.#factor[row * features + row]!
      sum += x[row]! ** 2
    }
    return sum
  }

  /** x on standardised columns. */
  #features(sequence: ArrayLike<number>): Float64Array {
    const x = new Float64Array(this.#standardisation.length)
    x[0] = 1
    for (const [scale, { weights }] of this.#sequence.scales.entries()) {
      const lags = Math.min(sequence.length, weights.length)
      for (let lag = 1; lag <= lags; lag++) {
        const item = sequence[sequence.length - lag]!
        if (item < 0) continue
        x[1 + scale * this.items.length + item]! += weights[lag - 1]! / WEIGHT_UNIT
      }
    }
    return x.map((value, feature) => value * this.#standardisation[feature]!)
  }
}

/**
 * Prepares questions about the leverage under the totals as they are now.
 * @throws LearningError `statistics_empty`; `argument_invalid` beyond {@link LEVERAGE_FEATURES_MAX};
 * `fit_not_positive_definite`.
 */
export async function openLeverage(
  statistics: SequenceStatistics,
  configuration: RankerConfiguration,
  kernels: Kernels,
): Promise<Leverage> {
  const equations = await factorisedEquations(
    statistics,
    configuration,
    kernels,
    LEVERAGE_FEATURES_MAX,
  )
  try {
    const { names, gram, standardisation } = equations
    return new Leverage(names, configuration.sequence, Float32Array.from(gram), standardisation)
  } finally {
    equations.free()
  }
}
