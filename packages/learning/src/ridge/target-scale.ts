import { WEIGHT_UNIT } from '../features/weights.ts'
import type { TargetScaling } from '../sequence/configuration.ts'
import { WorkSlices } from '../work-slices.ts'
import type { NormalEquations } from './normal-equations.ts'

/** Coefficients read in one slice. */
const COEFFICIENTS_PER_SLICE = 500_000

/**
 * The least explained variance that counts, as a share of the mean: predictions of an item of which nothing
 * is known would otherwise be divided by next to nothing.
 */
const EXPLAINED_SHARE_MIN = 1e-3

/**
 * What the coefficients of each item are multiplied with: `s_j^-beta`.
 * @param solution standardised coefficients of the first `rows` features, rows x items.
 */
export async function targetScale(
  equations: NormalEquations,
  solution: Float32Array,
  rows: number,
  { by, beta }: TargetScaling,
): Promise<Float64Array> {
  if (by === 'popularity') {
    const counts = equations.totals.targetCounts.map((count) => count + 1)
    const typical = mean(counts)
    return counts.map((count) => (count / typical) ** -beta)
  }
  const variances = await explainedVariances(equations, solution, rows)
  const floor = EXPLAINED_SHARE_MIN * mean(variances)
  // Where nothing is explained at all, as by a bias alone, nothing is rescaled.
  if (floor <= 0) return new Float64Array(equations.items).fill(1)
  const counted = variances.map((variance) => Math.max(variance, floor))
  const typical = mean(counted)
  return counted.map((variance) => (variance / typical) ** (-beta / 2))
}

/**
 * `cov(x'B_j, y_j)` over the rows, by item: the variance of the target that the features explain. Zero or
 * a little below where they explain nothing. The bias has none.
 */
async function explainedVariances(
  { items, cross, standardisation, totals }: NormalEquations,
  solution: Float32Array,
  rows: number,
): Promise<Float64Array> {
  const slices = new WorkSlices(COEFFICIENTS_PER_SLICE)
  const variances = new Float64Array(items)
  for (let row = 1; row < rows; row++) {
    const meanOfFeature =
      (totals.sums[row - 1]! * standardisation[row]!) / WEIGHT_UNIT / totals.rows
    for (let item = 0; item < items; item++) {
      const at = row * items + item
      variances[item]! += solution[at]! * (cross[at]! - meanOfFeature * totals.targetCounts[item]!)
    }
    if (slices.spend(items)) await slices.pause()
  }
  return variances.map((sum) => sum / totals.rows)
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
