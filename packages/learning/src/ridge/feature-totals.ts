import { PairRecords } from '../statistics/pair-records.ts'
import type { SequenceStatistics } from '../statistics/sequence-statistics.ts'

/** What a fit needs of single features and targets; features are numbered `scale * items + position`. */
export interface FeatureTotals {
  readonly items: number
  /** n. */
  readonly rows: number
  /** `G_ii`, in squared units of a weight, by feature. */
  readonly squares: Float64Array
  /** `sum x_i`, in units of a weight, by feature. */
  readonly sums: Float64Array
  /** How often each item was a target, by position. */
  readonly targetCounts: Float64Array
}

/** Reads them out of the totals. @param order raw ids by position. */
export function featureTotals(statistics: SequenceStatistics, order: Int32Array): FeatureTotals {
  const items = order.length
  const scales = statistics.configuration.scales.length
  const records = new PairRecords(statistics.table)
  const record = new Float64Array(records.length)
  const squares = new Float64Array(scales * items)
  const sums = new Float64Array(scales * items)
  for (const [position, rawId] of order.entries()) {
    records.read(rawId, rawId, record)
    for (let scale = 0; scale < scales; scale++) {
      squares[scale * items + position] = record[scale * (scales + 1)]!
      sums[scale * items + position] = statistics.featureSum(rawId, scale)
    }
  }
  const targetCounts = Float64Array.from(order, (rawId) => statistics.targetCount(rawId))
  return { items, rows: statistics.rows, squares, sums, targetCounts }
}
