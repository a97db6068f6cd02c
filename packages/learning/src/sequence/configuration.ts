import { requireArgument } from '../errors.ts'
import type { SequenceConfiguration } from '../features/weights.ts'

/** What a model may use: nothing of the person; only their latest few events; their whole history. */
export type RankerLevel = 'everyone' | 'moment' | 'history'

/** Every level, in the order of how much they use. */
export const rankerLevels: readonly RankerLevel[] = ['everyone', 'moment', 'history']

/** How strongly the coefficients of one scale are pulled to zero. */
export interface ScalePenalty {
  /** Positive, in multiples of a feature's own spread. */
  readonly lambda: number
  /**
   * In [0, 1]: `Lambda_ii = lambda v_i^gamma m^(1 - gamma)`, v_i the spread of feature i and m its mean over
   * the scale. 1 treats all features alike (standardised columns); 0 holds back the rare ones.
   */
  readonly gamma: number
}

/** How strongly coefficients are pulled to zero, per block of features. */
export interface Penalties {
  /** One per scale. */
  readonly scales: readonly ScalePenalty[]
  /**
   * The lambdas hold for this many rows. Spread grows with the rows n while the noise of a coefficient
   * falls, so with fewer rows more penalty is due: every lambda is multiplied by `(rows / n)^exponent`.
   * The exponent lies in [0, 1]: 0 keeps penalties in proportion to n, 1 keeps them constant.
   */
  readonly reference: { readonly rows: number; readonly exponent: number }
  /** Spread as the variance sum (`G_ii - (sum x_i)^2 / n`) when true, as the sum of squares otherwise. */
  readonly centred: boolean
  /** Penalty of the bias, in rows; 0 leaves it free, `null` leaves it out wherever there are other features. */
  readonly bias: number | null
}

/** How predictions of different items are made comparable: those of item j are divided by `s_j^beta`. */
export interface TargetScaling {
  /**
   * What s_j is, relative to its mean over the items: how often j was a target; or how far its predictions
   * spread, the root of the variance that the features explain. A bias explains none, so the level of
   * everyone keeps the order of popularity either way.
   */
  readonly by: 'popularity' | 'explained-spread'
  /** In [0, 1): 0 leaves predictions as they are; more lifts the rare ones. */
  readonly beta: number
}

/**
 * Everything that shapes a model besides the statistics. Chosen once on public data, frozen and
 * versioned, never on the data it is then applied to (definition 10).
 */
export interface RankerConfiguration {
  readonly version: string
  readonly sequence: SequenceConfiguration
  readonly penalties: Penalties
  readonly targetScaling: TargetScaling
  /** Items that were a target fewer times are left out of the fit. At least 1. */
  readonly targetCountMin: number
}

/** The configuration, checked and frozen. */
export function rankerConfiguration(configuration: RankerConfiguration): RankerConfiguration {
  const { penalties, sequence, targetScaling, targetCountMin } = configuration
  requireArgument(
    penalties.scales.length === sequence.scales.length,
    'there is one penalty per scale',
  )
  requireArgument(
    penalties.scales.every(({ lambda }) => lambda > 0 && Number.isFinite(lambda)),
    'lambda is positive',
  )
  requireArgument(
    penalties.scales.every(({ gamma }) => gamma >= 0 && gamma <= 1),
    'gamma lies in [0, 1]',
  )
  requireArgument(penalties.reference.rows > 0, 'the reference has rows')
  requireArgument(
    penalties.reference.exponent >= 0 && penalties.reference.exponent <= 1,
    'the exponent of the reference lies in [0, 1]',
  )
  requireArgument((penalties.bias ?? 0) >= 0, 'the penalty of the bias is not negative')
  requireArgument(targetScaling.beta >= 0 && targetScaling.beta < 1, 'beta lies in [0, 1)')
  requireArgument(
    Number.isSafeInteger(targetCountMin) && targetCountMin >= 1,
    'the least target count is a whole number from 1',
  )
  return Object.freeze({
    ...configuration,
    targetScaling: Object.freeze({ ...targetScaling }),
    penalties: Object.freeze({ ...penalties, scales: Object.freeze([...penalties.scales]) }),
  })
}
