import type { LoggedEvent } from '@adsum/engine/ports'
import { crc32c } from './crc32c.ts'
import { StorageFault } from './fault.ts'
import type { PersonRows } from './messages.ts'

/**
 * An event at rest is one line of JSON,
 *
 *   [position, crc, "id", "type", item, value, time, timeKnown, received, original, context, sent]
 *
 * and the events of a chunk are such lines. Nulls at the end are left out; an original time that is the
 * time itself is written as `true`. The checksum covers the text from the id on. The main thread writes
 * everything after the position; the writer thread puts the position before it and takes the id from
 * it, and never parses a row unless it has to compare one.
 */
type EventRow = readonly [
  position: number,
  crc: number,
  id: string,
  type: string,
  item: string | null,
  value: number | null,
  time: number,
  timeKnown: 0 | 1,
  received: number,
  original?: number | true | null,
  context?: LoggedEvent['context'],
  sent?: number | null,
]

/** What stands between the rows of a chunk: JSON text never holds one. */
export const ROW_SEPARATOR = '\n'
const LINE_FEED = 0x0a
const COMMA = 0x2c

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
  /** Rows without `[position,`. */
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
  return {
    count: events.length,
    users: [...numbers.keys()],
    userOf,
    rows: rows.join(ROW_SEPARATOR),
  }
}

function encodeEvent(event: LoggedEvent): string {
  const { id, type, item, value, time, received, context, sent } = event
  const original = event.original === time ? true : event.original
  const row: unknown[] = [id, type, item, value, time, event.timeKnown ? 1 : 0, received]
  if (sent !== null) row.push(original, context, sent)
  else if (context !== null) row.push(original, context)
  else if (original !== null) row.push(original)
  const text = JSON.stringify(row).slice(1)
  return `${checksum(text)},${text}`
}

/** Bytes that a row of ordinary length needs; longer ones get a buffer of their own. */
const SCRATCH_BYTES = 64 * 1024
/** UTF-8 bytes of one UTF-16 unit, at most. */
const BYTES_PER_UNIT_MAX = 3
const scratch = Buffer.alloc(SCRATCH_BYTES)

function checksum(text: string): number {
  if (text.length * BYTES_PER_UNIT_MAX > SCRATCH_BYTES) return crc32c(Buffer.from(text))
  return crc32c(scratch, 0, scratch.write(text))
}

function requireFinite(event: LoggedEvent, place: number): void {
  const { value, time, original, sent, received, context } = event
  const finite =
    Number.isFinite(time) &&
    Number.isFinite(received) &&
    (original === null || Number.isFinite(original)) &&
    (sent === null || Number.isFinite(sent)) &&
    (value === null || Number.isFinite(value)) &&
    (context === null ||
      Object.values(context).every((one) => typeof one !== 'number' || Number.isFinite(one)))
  if (finite) return
  throw new StorageFault('request_invalid', {
    problem: `events[${place}] holds a number that is not finite`,
  })
}

/** The id in a packed row, as JSON text: as good a key as the id itself. */
export function idText(row: string): string {
  const start = row.indexOf('"')
  let end = row.indexOf('"', start + 1)
  while (isEscaped(row, end)) end = row.indexOf('"', end + 1)
  return row.slice(start, end + 1)
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

/** The event of one placed row that never left the process. */
export function decodeRow(user: string, row: string): PlacedEvent {
  return placedEvent(user, JSON.parse(row))
}

/**
 * The events in the rows of one person, as they stand.
 * @throws StorageFault `data_corrupt` for a row that is not what was packed
 */
export function decodeRows({ user, person, rows }: PersonRows): PlacedEvent[] {
  const decoded = parseRows(rows, person)
  checkRows(rows, decoded, person)
  return decoded.map((row) => placedEvent(user, row))
}

/** The events in the rows of one person in canonical order: by time, then id in code-unit order. */
export function decodeInOrder(of: PersonRows): LoggedEvent[] {
  return decodeRows(of)
    .map(({ event }) => event)
    .sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

function placedEvent(user: string, row: EventRow): PlacedEvent {
  const [position, , id, type, item, value, time, known, received, first, context, sent] = row
  return {
    position,
    event: {
      id,
      type,
      user,
      item,
      value,
      time,
      timeKnown: known === 1,
      original: first === true ? time : (first ?? null),
      sent: sent ?? null,
      received,
      context: context ?? null,
    },
  }
}

function parseRows(rows: string, person: number): EventRow[] {
  try {
    return JSON.parse(`[${rows.replaceAll(ROW_SEPARATOR, ',')}]`)
  } catch (error) {
    throw new StorageFault('data_corrupt', { what: `events of person ${person}` }, error)
  }
}

/** Compares every row's text with its checksum, on the bytes: cutting texts apart costs more. */
function checkRows(rows: string, decoded: readonly EventRow[], person: number): void {
  const bytes = Buffer.from(rows)
  let start = 0
  for (const [position, crc] of decoded) {
    const feed = bytes.indexOf(LINE_FEED, start)
    const end = feed < 0 ? bytes.length : feed
    const text = afterComma(bytes, afterComma(bytes, start))
    if (crc32c(bytes, text, end) !== crc) {
      const what = `event at position ${position} of person ${person}`
      throw new StorageFault('data_corrupt', { what })
    }
    start = end + 1
  }
}

/** Behind the next comma, which is a few digits away: asking the buffer for it costs more. */
function afterComma(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== COMMA) at++
  return at + 1
}

/**
 * Whether two events say the same: everything that their senders said of them. When a request was sent
 * and received differs between it and its retry, as does the time that follows from these.
 */
export function isSameEvent(a: LoggedEvent, b: LoggedEvent): boolean {
  return (
    a.id === b.id &&
    a.type === b.type &&
    a.user === b.user &&
    a.item === b.item &&
    a.value === b.value &&
    a.timeKnown === b.timeKnown &&
    a.original === b.original &&
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
