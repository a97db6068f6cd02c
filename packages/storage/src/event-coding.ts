import type { LoggedEvent } from '@adsum/engine/ports'
import { StorageFault } from './fault.ts'

/**
 * An event at rest is one JSON row,
 *
 *   [position, "id", "type", item, value, time, timeKnown, received, context]
 *
 * and the events of a chunk are rows joined by commas. The main thread writes everything after the
 * position; the writer thread puts the position before it and takes the id from its beginning, and
 * never parses a row unless it has to compare one.
 */
type EventRow = readonly [
  position: number,
  id: string,
  type: string,
  item: string | null,
  value: number | null,
  time: number,
  timeKnown: 0 | 1,
  received: number,
  context: LoggedEvent['context'],
]

/** An event of the log with its position. */
export interface PlacedEvent {
  readonly position: number
  readonly event: LoggedEvent
}

/** Events on their way to the writer thread: strings joined, because copying many objects is slow. */
export interface EventBatch {
  readonly count: number
  /** The people of the batch, each once. */
  readonly users: readonly string[]
  /** For each event the index of its person. */
  readonly userOf: Uint32Array
  /** Rows without `[position,`, joined by line feeds, which JSON text never contains. */
  readonly rows: string
}

/** Packs events. @throws StorageFault `request_invalid` for a number that JSON cannot hold. */
export function packEvents(events: readonly LoggedEvent[]): EventBatch {
  const numbers = new Map<string, number>()
  const userOf = new Uint32Array(events.length)
  const rows: string[] = []
  for (const [place, event] of events.entries()) {
    requireFinite(event, place)
    let number = numbers.get(event.user)
    if (number === undefined) {
      number = numbers.size
      numbers.set(event.user, number)
    }
    userOf[place] = number
    rows.push(encodeEvent(event))
  }
  return { count: events.length, users: [...numbers.keys()], userOf, rows: rows.join('\n') }
}

function encodeEvent(event: LoggedEvent): string {
  const known = event.timeKnown ? 1 : 0
  const { id, type, item, value, time, received, context } = event
  return JSON.stringify([id, type, item, value, time, known, received, context]).slice(1)
}

function requireFinite(event: LoggedEvent, place: number): void {
  const { value, time, received, context } = event
  const finite =
    Number.isFinite(time) &&
    Number.isFinite(received) &&
    (value === null || Number.isFinite(value)) &&
    (context === null ||
      Object.values(context).every((one) => typeof one !== 'number' || Number.isFinite(one)))
  if (finite) return
  throw new StorageFault('request_invalid', {
    problem: `events[${place}] holds a number that is not finite`,
  })
}

/** The id at the beginning of a packed row, as JSON text: as good a key as the id itself. */
export function idText(row: string): string {
  let end = row.indexOf('"', 1)
  while (isEscaped(row, end)) end = row.indexOf('"', end + 1)
  return row.slice(0, end + 1)
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

/** A packed row with its position before it. */
export function placedRow(position: number, row: string): string {
  return `[${position},${row}`
}

/** The events in the rows of one person, as they stand. */
export function decodeRows(user: string, rows: string): PlacedEvent[] {
  const decoded: EventRow[] = JSON.parse(`[${rows}]`)
  return decoded.map(([position, id, type, item, value, time, timeKnown, received, context]) => ({
    position,
    event: { id, type, user, item, value, time, timeKnown: timeKnown === 1, received, context },
  }))
}

/** The events in the rows of one person in canonical order: by time, then id in code-unit order. */
export function decodeInOrder(user: string, rows: string): LoggedEvent[] {
  return decodeRows(user, rows)
    .map(({ event }) => event)
    .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/**
 * Whether two events say the same: everything but when they were received, which differs between a
 * request and its retry, as does the time that receipt stands in for.
 */
export function isSameEvent(a: LoggedEvent, b: LoggedEvent): boolean {
  return (
    a.id === b.id &&
    a.type === b.type &&
    a.user === b.user &&
    a.item === b.item &&
    a.value === b.value &&
    a.timeKnown === b.timeKnown &&
    (!a.timeKnown || a.time === b.time) &&
    isSameContext(a.context, b.context)
  )
}

function isSameContext(a: LoggedEvent['context'], b: LoggedEvent['context']): boolean {
  if (a === null || b === null) return a === b
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  )
}
