import { requireArgument } from '../../errors.ts'
import { mean } from '../bootstrap.ts'
import type { Evidence, ModelEvidence } from './evidence.ts'

/** Names of the estimators, as papers have them. */
export type EstimatorName =
  | 'ips'
  | 'clipped-ips'
  | 'snips'
  | 'dm'
  | 'dr'
  | 'sndr'
  | 'switch-dr'
  | 'shrunk-dr'

/**
 * A way to tell what a policy would have earned from what another one did. All of them are one sentence:
 * what the model says, plus what it got wrong where the log shows it, weighted by how the policy differs.
 *
 *     V = mean over decisions of  q(x, pi) + u (r - q(x, a)) / c
 *
 * They differ in the weights u(w), in whether c is 1 or the mean of u, and in whether there is a model
 * (without one q = 0).
 */
export interface Estimator {
  readonly name: EstimatorName
  /** In words for people. */
  readonly title: string
  readonly usesModel: boolean
  /** Whether c is the mean of the weights. */
  readonly isSelfNormalised: boolean
  /** u of w. */
  weight(weight: number): number
}

/** What an estimator says, with all that an interval needs. */
export interface Estimated {
  readonly value: number
  /** One number per decision; their mean is the value. */
  readonly terms: Float64Array
  /**
   * By how much each decision moves the value, mean about 0: the terms around the value; where weights are
   * normalised, what the correction would be without the decision (the jackknife: one decision may hold much
   * of the sum). Their spread over the root of n is the error of the value.
   */
  readonly influence: Float64Array
  /**
   * (w - u)(r - q): what using other weights than w leaves out, one number per decision. Their mean is the
   * bias that the log itself shows; `null` where u = w.
   */
  readonly leftOut: Float64Array | null
}

/** @throws LearningError `argument_invalid` without decisions, or without a model where one is needed. */
export function estimate(estimator: Estimator, evidence: Evidence): Estimated {
  const { rewards, weights } = evidence
  const model = estimator.usesModel ? requireModel(evidence) : null
  const count = rewards.length
  requireArgument(count > 0, 'an estimate needs at least one decision')
  const used = weights.map((weight) => estimator.weight(weight))
  const scale = estimator.isSelfNormalised ? mean(used) : 1
  requireArgument(scale > 0, 'the policy chooses nothing that the log shows')
  const surprises = rewards.map((reward, index) => reward - (model?.chosen[index] ?? 0))
  const corrections = surprises.map((surprise, index) => (used[index]! * surprise) / scale)
  const terms = corrections.map((correction, index) => (model?.policy[index] ?? 0) + correction)
  const value = mean(terms)
  const correction = mean(corrections)
  const influence = terms.map((term, index) => {
    if (!estimator.isSelfNormalised) return term - value
    const own = corrections[index]! - correction * (used[index]! / scale)
    const others = Math.max(1 - used[index]! / (scale * count), Number.EPSILON)
    return term - corrections[index]! - (value - correction) + own / others
  })
  const differs = used.some((weight, index) => weight !== weights[index])
  const leftOut = differs
    ? surprises.map((surprise, index) => (weights[index]! - used[index]!) * surprise)
    : null
  return { value, terms, influence, leftOut }
}

function requireModel({ model }: Evidence): ModelEvidence {
  requireArgument(model !== null, 'this estimator needs a model of the rewards')
  return model
}
