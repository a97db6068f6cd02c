import { countItems } from './count-items.ts'

/**
 * Popularity lately: how often each item occurs among the latest `share` of the events.
 * @param times one per item, any unit, larger is later.
 * @param share in (0, 1].
 */
export function recentPopularity(
  items: Int32Array,
  times: Float64Array,
  itemCount: number,
  share: number,
): Int32Array {
  const sorted = times.slice().sort()
  const first = sorted[Math.floor(sorted.length * (1 - share))] ?? 0
  return countItems(
    items.filter((_, row) => (times[row] as number) >= first),
    itemCount,
  )
}
