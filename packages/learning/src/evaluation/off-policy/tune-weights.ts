import { requireArgument } from '../../errors.ts'
import { mean } from '../bootstrap.ts'
import { type Estimator, estimate } from './estimator.ts'
import type { Evidence } from './evidence.ts'

/** Probability with which the bound on the bias may fail. */
const BIAS_DELTA = 0.1

/** Limits of weights that are tried, in the order of preference among equals. */
export const WEIGHT_LIMITS: readonly number[] = [
  Number.POSITIVE_INFINITY,
  5_000,
  1_000,
  500,
  100,
  50,
  10,
  5,
]

/**
 * The estimator of a family with the smallest estimated squared error: its variance plus the square of a
 * bound that its bias stays below with probability 1 - delta,
 *
 *     |mean of (w - u)(r - q)| + sqrt(2 mean(w^2) log(2/delta) / n) + 2 max(w) log(2/delta) / (3 n).
 *
 * Su, Dimakopoulou, Krishnamurthy and Dudik, 2020, section 5. The first of equals is taken.
 * @param make an estimator for a limit. @param limits what is tried; not empty.
 */
export function tuneWeights(
  make: (limit: number) => Estimator,
  evidence: Evidence,
  limits: readonly number[] = WEIGHT_LIMITS,
): { readonly estimator: Estimator; readonly limit: number } {
  const { weights } = evidence
  const count = weights.length
  const [first] = limits
  requireArgument(first !== undefined, 'at least one limit is to be tried')
  const log = Math.log(2 / BIAS_DELTA)
  const slack =
    Math.sqrt((2 * mean(weights.map((weight) => weight * weight)) * log) / count) +
    (2 * weights.reduce((a, b) => Math.max(a, b), 0) * log) / (3 * count)
  let best = { estimator: make(first), limit: first, error: Number.POSITIVE_INFINITY }
  for (const limit of limits) {
    const estimator = make(limit)
    const { influence, leftOut } = estimate(estimator, evidence)
    const variance = mean(influence.map((each) => each * each)) / count
    const bias = Math.abs(leftOut === null ? 0 : mean(leftOut)) + slack
    const error = variance + bias * bias
    if (error < best.error) best = { estimator, limit, error }
  }
  return { estimator: best.estimator, limit: best.limit }
}
