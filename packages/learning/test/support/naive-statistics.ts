import type { SequenceConfiguration } from '@adsum/learning'

/** The definition of the statistics, written out row by row over dense vectors. */
export interface NaiveStatistics {
  readonly rows: number
  readonly targetCounts: number[]
  readonly featureSums: number[]
  /** `G[i][j]`, feature `item * K + scale`. */
  readonly gram: number[][]
  /** `C[i][target]`. */
  readonly cross: number[][]
}

export function naiveStatistics(
  sequences: readonly (readonly number[])[],
  items: number,
  configuration: SequenceConfiguration,
): NaiveStatistics {
  const scales = configuration.scales.length
  const features = items * scales
  const square = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => new Array<number>(columns).fill(0))
  const gram = square(features, features)
  const cross = square(features, items)
  const featureSums = new Array<number>(features).fill(0)
  const targetCounts = new Array<number>(items).fill(0)
  let rows = 0
  for (const sequence of sequences) {
    for (const [row, target] of sequence.entries()) {
      const x = naiveFeatures(sequence.slice(0, row), items, configuration)
      rows++
      if (target >= 0) targetCounts[target]! += 1
      for (let i = 0; i < features; i++) {
        featureSums[i]! += x[i]!
        if (target >= 0) cross[i]![target]! += x[i]!
        for (let j = 0; j < features; j++) gram[i]![j]! += x[i]! * x[j]!
      }
    }
  }
  return { rows, targetCounts, featureSums, gram, cross }
}

/** x after a history, feature `item * K + scale`, in units of a weight. */
export function naiveFeatures(
  history: readonly number[],
  items: number,
  configuration: SequenceConfiguration,
): number[] {
  const x = new Array<number>(items * configuration.scales.length).fill(0)
  for (const [position, item] of history.entries()) {
    if (item < 0) continue
    for (const [scale, { weights }] of configuration.scales.entries()) {
      x[item * configuration.scales.length + scale]! += weights[history.length - position - 1] ?? 0
    }
  }
  return x
}
