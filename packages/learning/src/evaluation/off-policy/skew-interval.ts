import { requireArgument } from '../../errors.ts'
import { mean } from '../bootstrap.ts'

/** The 97.5% quantile of the normal distribution: 95% intervals. */
export const NORMAL_QUANTILE_95 = 1.959963984540054

/** Degrees of freedom below which the expansion of Student's t would not hold. */
const FREEDOM_MIN = 4

/** A range that holds the truth in a stated share of logs. */
export interface Range {
  readonly low: number
  readonly high: number
}

/**
 * An interval of a mean that allows for skewness. Weighted rewards are rare and large, so the normal
 * interval ends too low on the side where the truth usually lies. Hall, "On the removal of skewness by
 * transformation", 1992: with T = sqrt(n) (mean - mu) / s and a = skewness / sqrt(n),
 *
 *     g(T) = ((1 + a T / 3)^3 - 1) / a + a / 6
 *
 * is standard normal to second order, and monotone, so its inverse gives both ends. The spread s is itself
 * uncertain where few values carry it: with kurtosis k it is as good as one of 2 n / (k - 1) normal values
 * (Satterthwaite, 1946), so the quantile is that of Student's t. Without randomness.
 * @param centre what `deviations` lie around: a mean, or a ratio with its influences.
 * @param deviations one number per independent decision, mean 0; not empty.
 * @param quantile of the normal distribution at the upper end, such as {@link NORMAL_QUANTILE_95}.
 */
export function skewInterval(
  centre: number,
  deviations: Float64Array,
  quantile: number = NORMAL_QUANTILE_95,
): Range {
  const count = deviations.length
  requireArgument(count > 0, 'an interval needs at least one decision')
  const variance = mean(deviations.map((each) => each * each))
  if (variance === 0) return { low: centre, high: centre }
  const skewness = mean(deviations.map((each) => each ** 3)) / variance ** 1.5
  const error = Math.sqrt(variance / count)
  const a = skewness / Math.sqrt(count)
  const kurtosis = mean(deviations.map((each) => each ** 4)) / variance ** 2
  const freedom = Math.max(FREEDOM_MIN, (2 * count) / Math.max(kurtosis - 1, 1e-9))
  const end = studentQuantile(quantile, freedom)
  const inverse = (x: number): number =>
    Math.abs(a) < 1e-9 ? x : (3 / a) * (Math.cbrt(1 + a * (x - a / 6)) - 1)
  return { low: centre - error * inverse(end), high: centre - error * inverse(-end) }
}

/** Student's t by the expansion of Abramowitz and Stegun, 26.7.5: three digits from four degrees on. */
function studentQuantile(z: number, freedom: number): number {
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3
}
