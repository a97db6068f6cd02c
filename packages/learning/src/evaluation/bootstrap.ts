import { requireArgument } from '../errors.ts'
import { createRandom } from '../random.ts'

/** A mean and the range in which it would plausibly fall with other people. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  readonly seed: number
  /** Resamples; 1,000 give the ends of a 95% interval to about a hundredth of its width. */
  readonly resamples: number
  /** Share of the resampled means inside the interval, such as 0.95. */
  readonly level: number
}

/**
 * Percentile bootstrap interval of a mean (Efron and Tibshirani, 1993, chapter 13). For two methods
 * on the same people give it the differences person by person: that is the paired interval.
 * @param values one per person; not empty.
 */
export function bootstrapInterval(values: Float64Array, options: BootstrapOptions): Interval {
  requireArgument(values.length > 0, 'an interval needs at least one value')
  requireArgument(options.level > 0 && options.level < 1, 'the level lies between 0 and 1')
  requireArgument(options.resamples >= 1, 'an interval needs at least one resample')
  const random = createRandom(options.seed)
  const means = new Float64Array(options.resamples)
  for (let resample = 0; resample < means.length; resample++) {
    let sum = 0
    for (let draw = 0; draw < values.length; draw++) {
      sum += values[random.below(values.length)] as number
    }
    means[resample] = sum / values.length
  }
  means.sort()
  const tail = (1 - options.level) / 2
  return { mean: mean(values), low: quantile(means, tail), high: quantile(means, 1 - tail) }
}

/** Arithmetic mean; 0 of nothing. */
export function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Linear interpolation between order statistics (Hyndman and Fan, 1996, type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (position - below) * (high - low)
}
