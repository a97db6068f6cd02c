import { requireArgument } from '../../errors.ts'
import type { Estimator } from './estimator.ts'

/**
 * The direct method:  V = mean of q(x, pi).
 *
 * Believes the model; as wrong as the model is. Beygelzimer and Langford, "The offset tree", 2009.
 */
export const directMethod: Estimator = {
  name: 'dm',
  title: 'the model alone',
  usesModel: true,
  isSelfNormalised: false,
  weight: () => 0,
}

/**
 * Doubly robust:  V = mean of q(x, pi) + w (r - q(x, a)).
 *
 * Unbiased when the propensities are right, whatever the model; the better the model, the smaller the error.
 * Dudik, Erhan, Langford and Li, "Doubly robust policy evaluation and optimization", 2014, equation 5.
 */
export const doublyRobust: Estimator = {
  name: 'dr',
  title: 'model, corrected',
  usesModel: true,
  isSelfNormalised: false,
  weight: (weight) => weight,
}

/**
 * Self-normalised doubly robust:  V = mean of q(x, pi) + (sum of w (r - q(x, a))) / (sum of w).
 *
 * Kallus and Uehara, "Intrinsically efficient, stable, and bounded off-policy evaluation", 2019.
 */
export const selfNormalisedDoublyRobust: Estimator = {
  ...doublyRobust,
  name: 'sndr',
  title: 'model, corrected and normalised',
  isSelfNormalised: true,
}

/**
 * Switch-DR:  V = mean of q(x, pi) + w (r - q(x, a)) where w is at most tau.
 *
 * Where the log says little (a large weight) it believes the model. Wang, Agarwal and Dudik, "Optimal and
 * adaptive off-policy evaluation in contextual bandits", 2017, section 4.
 * @param tau at least 0; infinite is doubly robust.
 */
export function switchDoublyRobust(tau: number): Estimator {
  requireArgument(tau >= 0, 'the threshold of weights is at least 0')
  return {
    ...doublyRobust,
    name: 'switch-dr',
    title: 'model, corrected where weights are small',
    weight: (weight) => (weight <= tau ? weight : 0),
  }
}

/**
 * Doubly robust with optimistic shrinkage:  V = mean of q(x, pi) + u (r - q(x, a)), u = lambda w / (w^2 + lambda).
 *
 * Goes from the model alone (lambda = 0) to doubly robust (infinite) without a jump. Su, Dimakopoulou,
 * Krishnamurthy and Dudik, "Doubly robust off-policy evaluation with shrinkage", 2020, equation 8.
 * @param lambda at least 0.
 */
export function shrunkDoublyRobust(lambda: number): Estimator {
  requireArgument(lambda >= 0, 'the shrinkage is at least 0')
  const shrunk = (weight: number): number =>
    lambda === 0 ? 0 : (lambda * weight) / (weight * weight + lambda)
  return {
    ...doublyRobust,
    name: 'shrunk-dr',
    title: 'model, corrected with shrunk weights',
    weight: lambda === Number.POSITIVE_INFINITY ? doublyRobust.weight : shrunk,
  }
}
