import { WEIGHT_UNIT } from '../features/weights.ts'
import type { Penalties } from '../sequence/configuration.ts'
import type { FeatureTotals } from './feature-totals.ts'

/**
 * The diagonal of Lambda, by feature, in natural units (a weight of 256 is 1):
 * `lambda_s (N / n)^e v_i^gamma_s m_s^(1 - gamma_s)` with v_i the spread of the feature, m_s its mean over the
 * scale, n the rows and N, e the reference.
 */
export function penaltyDiagonal(totals: FeatureTotals, penalties: Penalties): Float64Array {
  const { items, rows } = totals
  const diagonal = new Float64Array(totals.squares.length)
  const { reference } = penalties
  const caution = (reference.rows / rows) ** reference.exponent
  for (const [scale, { lambda, gamma }] of penalties.scales.entries()) {
    const start = scale * items
    if (start >= diagonal.length) break
    let sum = 0
    for (let feature = start; feature < start + items; feature++) {
      const square = (totals.squares[feature] as number) / WEIGHT_UNIT ** 2
      const sumOf = (totals.sums[feature] as number) / WEIGHT_UNIT
      const spreadOf = penalties.centred ? Math.max(0, square - sumOf ** 2 / rows) : square
      diagonal[feature] = spreadOf
      sum += spreadOf
    }
    const mean = sum / items
    for (let feature = start; feature < start + items; feature++) {
      const spreadOf = diagonal[feature] as number
      diagonal[feature] = caution * lambda * spreadOf ** gamma * mean ** (1 - gamma)
    }
  }
  return diagonal
}
