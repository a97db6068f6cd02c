/** A mean over seeds with its 95% interval. */
export interface MeanInterval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Student's 97.5% point for the 20 seeds of the figures; fewer seeds would need more. */
const STUDENT = 2.093

/** The mean and Student's interval around it. */
export function meanInterval(values: readonly number[]): MeanInterval {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const half = count < 2 ? Number.NaN : STUDENT * Math.sqrt(squares / (count - 1) / count)
  return { mean: rounded(mean), low: rounded(mean - half), high: rounded(mean + half) }
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
