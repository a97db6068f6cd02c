import {
  AdsumError,
  CLOCK_AHEAD_MS_MAX,
  ID_LENGTH_MAX,
  type Mapping,
  type RowProblem,
} from '@adsum/protocol'
import { KIND_SHARE_MIN } from './column-profile.ts'
import type { TableEntry, TableFault } from './csv.ts'
import { REPLACEMENT } from './encoding.ts'
import { type DecimalMark, detectDecimalMark, isMissing, parseNumber } from './numbers.ts'
import { type FileProblem, ProblemList } from './problems.ts'
import type { ReadWatch, Table } from './table.ts'
import { detectTimes, parseTime, type TimeFormat, timeFormatWords } from './times.ts'

/** One event as a file tells it. */
export interface Row {
  /** Line that it begins in, from 1. */
  readonly line: number
  readonly user: string
  readonly item: string
  /** Milliseconds since 1970 UTC; null when the file tells no times. */
  readonly time: number | null
  readonly value: number | null
  readonly type: string | null
  readonly title: string | null
}

/** How dates that could be read in two ways are to be read. */
export type DateOrder = 'day-first' | 'month-first'

/** How each mapped column is to be read. */
export interface RowPlan {
  readonly user: number
  readonly item: number
  readonly time: { readonly index: number; readonly format: TimeFormat } | null
  readonly value: { readonly index: number; readonly mark: DecimalMark } | null
  readonly type: number | null
  readonly title: number | null
  readonly columns: readonly string[]
}

/**
 * Decides from a table's sample how its mapped columns are to be read.
 * @throws AdsumError `file_columns_unclear` when a column is missing or cannot be what it is mapped to.
 */
export function planRows(table: Table, mapping: Mapping, dateOrder?: DateOrder): RowPlan {
  const indexOf = (name: string): number => {
    const index = table.columns.indexOf(name)
    if (index >= 0) return index
    throw unclear(`there is no column "${name}"; there are ${table.columns.join(', ')}`)
  }
  const optional = (name: string | undefined) => (name === undefined ? null : indexOf(name))
  const time = optional(mapping.time)
  const value = optional(mapping.value)
  return {
    user: indexOf(mapping.user),
    item: indexOf(mapping.item),
    time: time === null ? null : { index: time, format: timeFormatOf(table, time, dateOrder) },
    value: value === null ? null : { index: value, mark: decimalMarkOf(table, value) },
    type: optional(mapping.type),
    title: optional(mapping.title),
    columns: table.columns,
  }
}

function unclear(problem: string): AdsumError {
  return new AdsumError('file_columns_unclear', { problem })
}

function sampleOf(table: Table, index: number): string[] {
  return table.sample
    .flatMap((entry) => ('cells' in entry ? [(entry.cells[index] ?? '').trim()] : []))
    .filter((cell) => !isMissing(cell))
}

function timeFormatOf(table: Table, index: number, dateOrder: DateOrder | undefined): TimeFormat {
  const values = sampleOf(table, index)
  const times = detectTimes(values, KIND_SHARE_MIN) ?? detectTimes(values, 0.5)
  const name = table.columns[index]
  if (times === null) throw unclear(`the values of "${name}" are no times that can be read`)
  if ('format' in times) return times.format
  if (dateOrder !== undefined) return dateOrder
  throw unclear(
    `dates such as ${values[0]} in "${name}" could have the day or the month first; say which, or write them as 2026-11-21`,
  )
}

function decimalMarkOf(table: Table, index: number): DecimalMark {
  const mark = detectDecimalMark(sampleOf(table, index), 0.5)
  if (mark === null) throw unclear(`the values of "${table.columns[index]}" are no numbers`)
  return mark
}

export interface ReadOptions extends ReadWatch {
  /** Now, in milliseconds since 1970 UTC: later times are wrong. */
  readonly now: number
  readonly problems: ProblemList
}

/**
 * The good rows of a table in file order; bad ones go to the problems.
 * @throws AdsumError `file_row_invalid`, `file_encoding_invalid`, `file_truncated` at the first bad
 *   row when the problems say so.
 */
export async function* readRows(
  table: Table,
  plan: RowPlan,
  options: ReadOptions,
): AsyncGenerator<Row> {
  for await (const batch of table.read(options)) {
    for (const entry of batch) {
      const row = readEntry(entry, plan, options.now)
      if ('code' in row) options.problems.add(row)
      else yield row
    }
  }
}

/** The problems among the sampled rows of a table. */
export function sampleProblems(table: Table, plan: RowPlan, now: number): RowProblem[] {
  const problems = new ProblemList(false)
  for (const entry of table.sample) {
    const row = readEntry(entry, plan, now)
    if ('code' in row) problems.add(row)
  }
  return [...problems.kept]
}

function readEntry(entry: TableEntry, plan: RowPlan, now: number): Row | FileProblem {
  if ('kind' in entry) return tableProblem(entry)
  const { line, cells } = entry
  const cell = (index: number): string => (cells[index] ?? '').trim()
  const problem = (index: number, expected: string, found: string): FileProblem => ({
    line,
    column: plan.columns[index] ?? '',
    expected,
    found: found === '' ? 'nothing' : found,
    code: 'file_row_invalid',
  })
  for (const index of [plan.user, plan.item]) {
    const id = cell(index)
    const expected = idProblem(id)
    if (expected !== null) return problem(index, expected, id)
  }
  for (const index of mappedIndices(plan)) {
    const damaged = damagedText(cell(index))
    if (damaged === null) continue
    return { ...problem(index, 'UTF-8 text', damaged), code: 'file_encoding_invalid' }
  }
  let time: number | null = null
  if (plan.time !== null) {
    const text = cell(plan.time.index)
    time = parseTime(text, plan.time.format)
    const expected = timeProblem(time, plan.time.format, now)
    if (expected !== null) return problem(plan.time.index, expected, text)
  }
  let value: number | null = null
  if (plan.value !== null && !isMissing(cell(plan.value.index))) {
    const text = cell(plan.value.index)
    value = parseNumber(text, plan.value.mark)
    if (Number.isNaN(value)) return problem(plan.value.index, 'a number', text)
  }
  const type = plan.type === null ? null : cell(plan.type)
  if (plan.type !== null && type !== null) {
    const expected = idProblem(type)
    if (expected !== null) return problem(plan.type, expected, type)
  }
  const title = plan.title === null ? '' : cell(plan.title)
  return {
    line,
    user: cell(plan.user),
    item: cell(plan.item),
    time,
    value,
    type,
    title: isMissing(title) ? null : title,
  }
}

function tableProblem({ line, kind, expected, found }: TableFault): FileProblem {
  const code = kind === 'truncated' ? 'file_truncated' : 'file_row_invalid'
  return { line, column: '(row)', expected, found, code }
}

function* mappedIndices(plan: RowPlan): Generator<number> {
  yield plan.user
  yield plan.item
  if (plan.type !== null) yield plan.type
  if (plan.title !== null) yield plan.title
}

/** What was expected of an identifier, or null when it is good: the rules of `idSchema`, in words. */
export function idProblem(id: string): string | null {
  if (isMissing(id)) return 'an identifier'
  if (id.length > ID_LENGTH_MAX) return `an identifier of at most ${ID_LENGTH_MAX} characters`
  if (/[\p{Cc}\p{Cs}]/u.test(id))
    return 'an identifier of well-formed text without control characters'
  return id === '.' || id === '..' ? 'an identifier other than "." and ".."' : null
}

/** The damaged place of a text whose bytes were not valid, with what to do; null when it is whole. */
function damagedText(text: string): string | null {
  const at = text.indexOf(REPLACEMENT)
  if (at < 0) return null
  const place = text.slice(Math.max(0, at - 8), at + 8)
  return `"${place}" (try the encoding windows-1252)`
}

function timeProblem(time: number, format: TimeFormat, now: number): string | null {
  if (Number.isNaN(time)) return timeFormatWords[format]
  if (time < 0) return 'a time after 1970-01-01'
  return time > now + CLOCK_AHEAD_MS_MAX ? 'a time that has passed' : null
}
