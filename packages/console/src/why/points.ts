/** A sum in points, rounded so that the rounded shares add up to the rounded total. */
export interface PointSum {
  readonly total: string
  /** Each with its sign: "+3.1", "−0.4". */
  readonly shares: readonly string[]
}

/** Points of a score that equals its scale. */
const POINTS_OF_ONE = 100
/** Digits that a total shows at the least, so that small totals still show their shares. */
const DIGITS_MIN = 3
const DECIMALS_MAX = 4

/**
 * Puts shares (integers that add up to `score`) into points: `100 * share / scale`. Rounding each for
 * itself would break the sum by a last digit; so every share is rounded down, and those with the largest
 * remainders are raised by one last digit until the sum is right (Hamilton's method). No share is off by
 * a whole last digit.
 */
export function pointSum(score: number, scale: number, shares: readonly number[]): PointSum {
  const decimals = decimalsFor((POINTS_OF_ONE * Math.abs(score)) / scale)
  const unit = 10 ** decimals
  const exact = shares.map((share) => (POINTS_OF_ONE * unit * share) / scale)
  const total = Math.round((POINTS_OF_ONE * unit * score) / scale)
  const rounded = exact.map(Math.floor)
  const missing = total - rounded.reduce((sum, share) => sum + share, 0)
  const byRemainder = exact
    .map((share, at) => ({ at, remainder: share - Math.floor(share) }))
    .sort((a, b) => b.remainder - a.remainder || a.at - b.at)
  for (const { at } of byRemainder.slice(0, missing)) rounded[at] = (rounded[at] ?? 0) + 1
  return {
    total: inPoints(total, decimals),
    shares: rounded.map((share) => (share < 0 ? '' : '+') + inPoints(share, decimals)),
  }
}

function decimalsFor(points: number): number {
  const digits = points < 1 ? 1 : Math.floor(Math.log10(points)) + 1
  return Math.min(DECIMALS_MAX, Math.max(1, DIGITS_MIN - digits))
}

/** With a true minus sign. */
function inPoints(lastDigits: number, decimals: number): string {
  return (lastDigits / 10 ** decimals).toFixed(decimals).replace('-', '\u2212')
}
