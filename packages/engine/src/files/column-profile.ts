import { EXAMPLES_MAX, QUOTED_LENGTH_MAX } from './limits.ts'
import { type DecimalMark, detectDecimalMark, isMissing, parseNumber } from './numbers.ts'
import { detectTimes, type TimeColumn } from './times.ts'

/** Share of a column's values that must be of a kind for the column to be of it. */
export const KIND_SHARE_MIN = 0.95

/** What the cells of one column look like in a sample. */
export interface ColumnProfile {
  readonly name: string
  readonly index: number
  /** Cells of the sample, all rows. */
  readonly cells: readonly string[]
  /** Share of the cells that hold something. */
  readonly filled: number
  readonly distinct: number
  /** How numbers are written; null when the column holds none. */
  readonly decimalMark: DecimalMark | null
  /** Whether every number is whole. */
  readonly whole: boolean
  readonly low: number
  readonly high: number
  readonly times: TimeColumn | null
  /** Share of the rows whose value is that of the row before. */
  readonly runs: number
  readonly examples: readonly string[]
}

/** Looks at one column of a sample. */
export function profileColumn(
  name: string,
  index: number,
  rows: readonly (readonly string[])[],
): ColumnProfile {
  const cells = rows.map((row) => (row[index] ?? '').trim())
  const values = cells.filter((cell) => !isMissing(cell))
  const different = new Set(values)
  const decimalMark = detectDecimalMark(values, KIND_SHARE_MIN)
  const numbers =
    decimalMark === null
      ? []
      : values
          .map((value) => parseNumber(value, decimalMark))
          .filter((value) => !Number.isNaN(value))
  return {
    name,
    index,
    cells,
    filled: cells.length === 0 ? 0 : values.length / cells.length,
    distinct: different.size,
    decimalMark,
    whole: numbers.length > 0 && numbers.every(Number.isInteger),
    low: numbers.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    high: numbers.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
    times: detectTimes(values, KIND_SHARE_MIN),
    runs: repeatsOfLast(cells),
    examples: [...different].slice(0, EXAMPLES_MAX).map(shortened),
  }
}

/** A value short enough to be shown. */
export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= QUOTED_LENGTH_MAX ? line : `${line.slice(0, QUOTED_LENGTH_MAX - 1)}…`
}

/**
 * Share of the rows that agree with what their key says of the column: 1 when each value of `key` has
 * one value of `column`. Only rows whose key comes again count; NaN when none does.
 */
export function determinedBy(column: ColumnProfile, key: ColumnProfile): number {
  const groups = new Map<string, Map<string, number>>()
  for (const [row, cell] of column.cells.entries()) {
    const of = key.cells[row] ?? ''
    const group = groups.get(of) ?? new Map<string, number>()
    group.set(cell, (group.get(cell) ?? 0) + 1)
    groups.set(of, group)
  }
  let rows = 0
  let agreeing = 0
  for (const group of groups.values()) {
    const counts = [...group.values()]
    const size = counts.reduce((sum, count) => sum + count, 0)
    if (size < 2) continue
    rows += size
    agreeing += Math.max(...counts)
  }
  return rows === 0 ? Number.NaN : agreeing / rows
}

function repeatsOfLast(cells: readonly string[]): number {
  if (cells.length < 2) return 0
  const repeats = cells.filter((cell, row) => row > 0 && cell === cells[row - 1]).length
  return repeats / (cells.length - 1)
}
