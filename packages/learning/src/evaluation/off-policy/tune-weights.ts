import { requireArgument } from '../../errors.ts'
import { mean } from '../bootstrap.ts'
import { type Estimator, estimate } from './estimator.ts'
import type { Evidence } from './evidence.ts'

/** Limits of weights that are tried, in the order of preference among equals. */
const WEIGHT_LIMITS: readonly number[] = [
  Number.POSITIVE_INFINITY,
  1_000,
  300,
  100,
  50,
  30,
  20,
  10,
  5,
  3,
  2,
]

/**
 * The estimator of a family with the smallest estimated squared error, which is its variance plus the square
 * of the bias that the log shows:  s^2 / n + (mean of (w - u)(r - q))^2.
 *
 * Su, Dimakopoulou, Krishnamurthy and Dudik, 2020, section 5, with the bias itself and not a bound on it: in
 * made worlds the bound hardly ever let weights be limited, and this erred less. The first of equals is taken.
 * @param make an estimator for a limit.
 */
export function tuneWeights(
  make: (limit: number) => Estimator,
  evidence: Evidence,
): { readonly estimator: Estimator; readonly limit: number } {
  const count = evidence.rewards.length
  requireArgument(count > 0, 'an estimate needs at least one decision')
  const tried = WEIGHT_LIMITS.map((limit) => {
    const estimator = make(limit)
    const { influence, leftOut } = estimate(estimator, evidence)
    const bias = leftOut === null ? 0 : mean(leftOut)
    const error = mean(influence.map((each) => each * each)) / count + bias * bias
    return { estimator, limit, error }
  })
  return tried.reduce((best, each) => (each.error < best.error ? each : best))
}
