/** Where a bar of a running sum begins and ends, as parts of the width of the chart (0 to 1). */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface RunningSum {
  readonly zero: number
  /** One per share, each beginning where the one before ended; the last ends at the total. */
  readonly spans: readonly Span[]
  readonly total: Span
}

/** Lays shares end to end on a line that has room for zero and for every sum on the way. */
export function runningSum(shares: readonly number[]): RunningSum {
  const sums = [0]
  for (const share of shares) sums.push((sums.at(-1) ?? 0) + share)
  const low = Math.min(...sums)
  const width = Math.max(...sums) - low || 1
  const place = (sum: number | undefined) => ((sum ?? 0) - low) / width
  return {
    zero: place(0),
    spans: shares.map((_, at) => ({ from: place(sums[at]), to: place(sums[at + 1]) })),
    total: { from: place(0), to: place(sums.at(-1)) },
  }
}
