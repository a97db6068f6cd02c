import {
  AdsumError,
  ID_LENGTH_MAX,
  ITEMS_PER_REQUEST_MAX,
  type ItemInput,
  type RowProblem,
  TAGS_MAX,
  TEXT_LENGTH_MAX,
} from '@adsum/protocol'
import { type AppDeclaration, goalOf } from '../app/declaration.ts'
import type { LoggedEvent } from '../ports.ts'
import type { FileEvents, FileItem } from './gather-events.ts'
import type { ImportTarget } from './import-target.ts'
import { IMPORT_BATCH_EVENTS } from './limits.ts'
import { ProblemList } from './problems.ts'

/** Digits of a line number in an event's id, so that ids sort as the lines do. */
const LINE_DIGITS = 10
/** Characters of the file's digest in an event's id: 64 bits keep files apart. */
const DIGEST_LENGTH = 16

export interface ImportOptions {
  /** Time of receipt, in milliseconds since 1970 UTC. */
  readonly now: number
  /** What to do with values outside the declared range. */
  readonly onProblem: 'skip' | 'stop'
  /** Told the share of the events recorded so far, 0 to 1. */
  readonly onProgress?: (done: number) => void
  readonly signal?: AbortSignal
}

/** What became of the rows. */
export interface ImportOutcome {
  readonly accepted: number
  /** Rows that an earlier import of the same file had brought. */
  readonly duplicates: number
  /** Rows of the same file that an earlier import had read otherwise; the earlier reading stays. */
  readonly conflicts: number
  /** Rows left out, those left out while reading included, and the first of their problems. */
  readonly refused: number
  readonly problems: readonly RowProblem[]
}

/**
 * Brings the events of a file into an app: first the items, the most frequent first, because only so
 * many are learned; then the events, all of a person together. An event's id is made of the file's
 * digest and its line, so that importing a file again adds nothing.
 * @throws AdsumError `event_type_unknown` when the app does not declare a type of the file,
 *   `file_row_invalid` for a value outside the declared range with `stop`: both before anything is
 *   written. Whatever the app refuses ends the import; what was recorded by then stays, and a
 *   further import of the same file completes it.
 */
export async function importEvents(
  events: FileEvents,
  target: ImportTarget,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const { declaration } = target
  const types = eventTypes(events, declaration)
  const problems = new ProblemList(options.onProblem === 'stop')
  const rows = rowsByPerson(events).filter((row) => {
    const problem = valueProblem(events, row, types, declaration)
    if (problem !== null) problems.add({ ...problem, code: 'file_row_invalid' })
    return problem === null
  })
  await putItems(itemsOf(events, declaration), target, options.signal)
  const outcomes = { accepted: 0, duplicate: 0, conflict: 0 }
  for (const [start, end] of ranges(rows.length, IMPORT_BATCH_EVENTS)) {
    options.signal?.throwIfAborted()
    const batch = Array.from(rows.subarray(start, end), (row) =>
      logEvent(events, row, types, target, options.now),
    )
    for (const outcome of await target.record(batch)) outcomes[outcome]++
    options.onProgress?.(end / rows.length)
  }
  return {
    accepted: outcomes.accepted,
    duplicates: outcomes.duplicate,
    conflicts: outcomes.conflict,
    refused: events.refused + problems.total,
    problems: [...events.problems, ...problems.kept],
  }
}

/** People whose histories show an app off: a usual one, then longer ones. */
export function exampleUsers({ users, userOf }: FileEvents): string[] {
  const counts = new Int32Array(users.length)
  for (const user of userOf) counts[user] = (counts[user] as number) + 1
  const byLength = Array.from(counts.keys()).sort(
    (a, b) => (counts[a] as number) - (counts[b] as number) || a - b,
  )
  const places = [0.5, 0.75, 0.9].map((share) => byLength[Math.floor(share * byLength.length)])
  return [...new Set(places)].map((user) => users[user ?? 0] ?? '')
}

/** The declared type of each of the file's types; a file without types has the app's goal. */
function eventTypes(events: FileEvents, declaration: AppDeclaration): readonly string[] {
  for (const type of events.types) {
    if (Object.hasOwn(declaration.events, type)) continue
    const known = Object.keys(declaration.events).join(', ')
    throw new AdsumError('event_type_unknown', { type, known })
  }
  return events.types.length > 0 ? events.types : [goalOf(declaration).event]
}

function eventType(events: FileEvents, row: number, types: readonly string[]): string {
  return types[events.typeOf?.[row] ?? 0] ?? ''
}

/** A row's value, or null when it has none or its type carries none. */
function eventValue(
  events: FileEvents,
  row: number,
  type: string,
  declaration: AppDeclaration,
): number | null {
  const value = events.valueOf?.[row] ?? Number.NaN
  return Number.isNaN(value) || declaration.events[type]?.value === null ? null : value
}

function valueProblem(
  events: FileEvents,
  row: number,
  types: readonly string[],
  declaration: AppDeclaration,
): RowProblem | null {
  const type = eventType(events, row, types)
  const range = declaration.events[type]?.value
  const value = eventValue(events, row, type, declaration)
  if (value === null || range === null || range === undefined) return null
  if (value >= range.low && value <= range.high) return null
  const expected = `a value from ${range.low} to ${range.high}, as the app declares`
  return { line: events.lineOf[row] ?? 0, column: 'value', expected, found: String(value) }
}

function logEvent(
  events: FileEvents,
  row: number,
  types: readonly string[],
  { declaration }: ImportTarget,
  now: number,
): LoggedEvent {
  const type = eventType(events, row, types)
  const line = String(events.lineOf[row]).padStart(LINE_DIGITS, '0')
  return {
    id: `${events.digest.slice(0, DIGEST_LENGTH)}-${line}`,
    type,
    user: events.users[events.userOf[row] ?? 0] ?? '',
    item: events.items[events.itemOf[row] ?? 0]?.id ?? '',
    value: eventValue(events, row, type, declaration),
    time: events.timeOf?.[row] ?? now,
    timeKnown: events.timeOf !== null,
    original: events.timeOf?.[row] ?? null,
    sent: null,
    received: now,
    context: null,
  }
}

/** Row numbers, person by person in the order of their first row, each person's oldest first. */
function rowsByPerson({ users, userOf, timeOf }: FileEvents): Int32Array {
  const starts = new Int32Array(users.length + 1)
  for (const user of userOf) starts[user + 1] = (starts[user + 1] as number) + 1
  for (let user = 0; user < users.length; user++) {
    starts[user + 1] = (starts[user + 1] as number) + (starts[user] as number)
  }
  const ends = starts.slice()
  const rows = new Int32Array(userOf.length)
  for (const [row, user] of userOf.entries()) {
    const place = ends[user] as number
    rows[place] = row
    ends[user] = place + 1
  }
  if (timeOf === null) return rows
  for (let user = 0; user < users.length; user++) {
    rows
      .subarray(starts[user], starts[user + 1])
      .sort((a, b) => (timeOf[a] as number) - (timeOf[b] as number) || a - b)
  }
  return rows
}

/** Adds the items; what the app already knows of one and the file does not say stays. */
async function putItems(
  items: readonly ItemInput[],
  target: ImportTarget,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [start, end] of ranges(items.length, ITEMS_PER_REQUEST_MAX)) {
    signal?.throwIfAborted()
    const batch = items.slice(start, end)
    const ids = batch.map(({ id }) => id)
    const stored = await target.findItems({ ids, limit: ids.length })
    const known = new Map(stored.map((item) => [`${item.type} ${item.id}`, item.attributes]))
    await target.putItems(
      batch.map(({ type, id, attributes }) => ({
        type,
        id,
        attributes: { ...known.get(`${type} ${id}`), ...attributes },
      })),
    )
  }
}

/** The items as the app takes them, the most frequent first. */
function itemsOf(events: FileEvents, declaration: AppDeclaration): ItemInput[] {
  const counts = new Int32Array(events.items.length)
  for (const item of events.itemOf) counts[item] = (counts[item] as number) + 1
  const type = goalOf(declaration).items
  return Array.from(counts.keys())
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .map((number) => inputOf(events.items[number] as FileItem, type, declaration))
}

function inputOf(item: FileItem, type: string, declaration: AppDeclaration): ItemInput {
  const declared = declaration.items[type]
  const attributes: ItemInput['attributes'] = {}
  const title = declared?.title ?? null
  if (title !== null && item.title !== null) {
    attributes[title] = item.title.slice(0, TEXT_LENGTH_MAX)
  }
  if (declared?.attributes.genres?.kind === 'tags' && item.genres !== null) {
    attributes.genres = item.genres
      .filter((genre) => genre.length <= ID_LENGTH_MAX)
      .slice(0, TAGS_MAX)
  }
  return { type, id: item.id, attributes }
}

/** Ranges `[start, end)` of at most `size` that cover a length. */
function* ranges(length: number, size: number): Generator<readonly [start: number, end: number]> {
  for (let start = 0; start < length; start += size) yield [start, Math.min(length, start + size)]
}
