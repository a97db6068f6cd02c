/** The value below which the given share of sorted values lies (nearest rank). */
export function quantile(sorted: readonly number[], share: number): number {
  const place = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)
  return sorted[Math.max(0, place)] ?? Number.NaN
}
