import { requireArgument } from '../../errors.ts'
import type { Estimator } from './estimator.ts'

/**
 * Inverse propensity scoring:  V = mean of w r.
 *
 * Unbiased wherever the log could have chosen what the policy would; its error grows with the largest
 * weights. Horvitz and Thompson, 1952; Strehl, Langford, Li and Kakade, "Learning from logged implicit
 * exploration data", 2010.
 */
export const inversePropensity: Estimator = {
  name: 'ips',
  title: 'reweighted',
  usesModel: false,
  isSelfNormalised: false,
  weight: (weight) => weight,
}

/**
 * Inverse propensity scoring with clipped weights:  V = mean of min(w, limit) r.
 *
 * Less error for a bias towards zero. Ionides, "Truncated importance sampling", 2008.
 * @param limit the largest weight, above 0; infinite clips nothing.
 */
export function clippedInversePropensity(limit: number): Estimator {
  requireArgument(limit > 0, 'weights are clipped at a limit above 0')
  return {
    ...inversePropensity,
    name: 'clipped-ips',
    title: 'reweighted, weights clipped',
    weight: (weight) => Math.min(weight, limit),
  }
}

/**
 * Self-normalised inverse propensity scoring:  V = (sum of w r) / (sum of w).
 *
 * A weighted mean of rewards, so it stays within their range, and adding a constant to all rewards adds it
 * to the estimate. Consistent, with a bias that vanishes as 1 / n. Swaminathan and Joachims, "The
 * self-normalized estimator for counterfactual learning", 2015, equation 9.
 */
export const selfNormalised: Estimator = {
  ...inversePropensity,
  name: 'snips',
  title: 'reweighted, normalised',
  isSelfNormalised: true,
}
