import { createHash } from 'node:crypto'
import { AdsumError, type Mapping, type RowProblem } from '@adsum/protocol'
import type { DataSet } from './data-set.ts'
import { EVENT_TYPES_MAX, ROWS_MAX } from './limits.ts'
import { ProblemList } from './problems.ts'
import { type DateOrder, planRows, type Row, type RowPlan, readRows } from './rows.ts'

/** An item as a file tells it. */
export interface FileItem {
  readonly id: string
  readonly title: string | null
  /** Null when the file tells none of any item. */
  readonly genres: readonly string[] | null
}

/**
 * All good events of a file, column by column; index `n` of every array is the n-th good row. Plain
 * data, so that it can pass between threads.
 */
export interface FileEvents {
  /** People in the order of their first row; `userOf` counts in it. */
  readonly users: readonly string[]
  /** Items in the order of their first row; `itemOf` counts in it. */
  readonly items: readonly FileItem[]
  /** Types of events in the order of their first row; empty when the file tells none. */
  readonly types: readonly string[]
  readonly userOf: Int32Array
  readonly itemOf: Int32Array
  /** Number of the type, or null when the file tells none. */
  readonly typeOf: Int32Array | null
  /** Milliseconds since 1970 UTC, or null when only the order of the rows is known. */
  readonly timeOf: Float64Array | null
  /** NaN where a row has no value; null when the file tells none. */
  readonly valueOf: Float64Array | null
  /** Line of the file that the row begins in, from 1; every row has its own. */
  readonly lineOf: Int32Array
  /** SHA-256 of the unpacked file in hex. */
  readonly digest: string
  /** Rows left out for their problems, and the first of these. */
  readonly refused: number
  readonly problems: readonly RowProblem[]
}

export interface GatherOptions {
  readonly mapping: Mapping
  /** `skip` keeps the good rows; `stop` keeps none when one is bad. */
  readonly onProblem: 'skip' | 'stop'
  readonly dateOrder?: DateOrder
  /** Now, in milliseconds since 1970 UTC. */
  readonly now: number
  /** Told the share of the file read so far, 0 to 1. */
  readonly onProgress?: (done: number) => void
}

/**
 * Reads all events of a data set into memory, about 40 bytes each.
 * @throws AdsumError `file_columns_unclear` when the mapping does not fit, `statistics_full` beyond
 *   {@link ROWS_MAX} rows, `file_empty` without a good row; with `stop` the first problem.
 */
export async function gatherEvents(dataSet: DataSet, options: GatherOptions): Promise<FileEvents> {
  const { table } = dataSet
  const plan = planRows(table, options.mapping, options.dateOrder)
  const problems = new ProblemList(options.onProblem === 'stop')
  const hash = createHash('sha256')
  const columns = new EventColumns(plan)
  const rows = readRows(table, plan, {
    now: options.now,
    problems,
    onContent: (bytes) => hash.update(bytes),
    onRead: (bytes) => options.onProgress?.(Math.min(1, bytes / table.source.bytes)),
  })
  for await (const row of rows) columns.add(row)
  if (columns.rows === 0) throw noRows(problems)
  const catalogue = await dataSet.readCatalogue()
  const items = columns.items.map(({ id, title }) => {
    const facts = catalogue.get(id)
    return { id, title: facts?.title ?? title, genres: facts?.genres ?? null }
  })
  return {
    ...columns.finish(),
    items,
    digest: hash.digest('hex'),
    refused: problems.total,
    problems: problems.kept,
  }
}

function noRows(problems: ProblemList): AdsumError {
  const [first] = problems.kept
  if (first === undefined) return new AdsumError('file_empty')
  const { line, column, expected, found } = first
  return new AdsumError('file_row_invalid', { line, column, expected, found })
}

/** The columns of events while they grow. */
class EventColumns {
  readonly #users = new Map<string, number>()
  readonly #items = new Map<string, number>()
  readonly #types = new Map<string, number>()
  readonly #titles: (string | null)[] = []
  readonly #typeName: string
  #userOf: Int32Array = new Int32Array(1024)
  #itemOf: Int32Array = new Int32Array(1024)
  #lineOf: Int32Array = new Int32Array(1024)
  #typeOf: Int32Array | null
  #timeOf: Float64Array | null
  #valueOf: Float64Array | null
  rows = 0

  constructor(plan: RowPlan) {
    this.#typeName = plan.type === null ? '' : (plan.columns[plan.type] ?? '')
    this.#typeOf = plan.type === null ? null : new Int32Array(1024)
    this.#timeOf = plan.time === null ? null : new Float64Array(1024)
    this.#valueOf = plan.value === null ? null : new Float64Array(1024)
  }

  get items(): { readonly id: string; readonly title: string | null }[] {
    return Array.from(this.#items.keys(), (id, item) => ({ id, title: this.#titles[item] ?? null }))
  }

  add(row: Row): void {
    if (this.rows === ROWS_MAX) {
      throw new AdsumError('statistics_full', {
        problem: `the file has more than ${ROWS_MAX.toLocaleString('en-US')} rows`,
      })
    }
    if (this.rows === this.#userOf.length) this.#resize(this.rows * 2)
    const at = this.rows++
    const item = numberOf(this.#items, row.item)
    this.#userOf[at] = numberOf(this.#users, row.user)
    this.#itemOf[at] = item
    this.#lineOf[at] = row.line
    this.#titles[item] ??= row.title
    if (this.#timeOf !== null) this.#timeOf[at] = row.time ?? Number.NaN
    if (this.#valueOf !== null) this.#valueOf[at] = row.value ?? Number.NaN
    if (this.#typeOf !== null && row.type !== null) {
      this.#typeOf[at] = numberOf(this.#types, row.type)
      if (this.#types.size > EVENT_TYPES_MAX) {
        throw new AdsumError('file_columns_unclear', {
          problem: `"${this.#typeName}" has more than ${EVENT_TYPES_MAX} different values; it is no type of event`,
        })
      }
    }
  }

  finish(): Omit<FileEvents, 'items' | 'digest' | 'refused' | 'problems'> {
    this.#resize(this.rows)
    return {
      users: [...this.#users.keys()],
      types: [...this.#types.keys()],
      userOf: this.#userOf,
      itemOf: this.#itemOf,
      typeOf: this.#typeOf,
      timeOf: this.#timeOf,
      valueOf: this.#valueOf,
      lineOf: this.#lineOf,
    }
  }

  #resize(rows: number): void {
    this.#userOf = resized(this.#userOf, new Int32Array(rows))
    this.#itemOf = resized(this.#itemOf, new Int32Array(rows))
    this.#lineOf = resized(this.#lineOf, new Int32Array(rows))
    if (this.#typeOf !== null) this.#typeOf = resized(this.#typeOf, new Int32Array(rows))
    if (this.#timeOf !== null) this.#timeOf = resized(this.#timeOf, new Float64Array(rows))
    if (this.#valueOf !== null) this.#valueOf = resized(this.#valueOf, new Float64Array(rows))
  }
}

function resized<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from.subarray(0, to.length))
  return to
}

function numberOf(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name)
  if (known !== undefined) return known
  const number = numbers.size
  numbers.set(name, number)
  return number
}
