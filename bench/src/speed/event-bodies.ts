import { createRandom } from '@adsum/learning'

/** Made people and items; names have one length, so that every request of a size is as long as the next. */
const USER_DIGITS = 6
const ITEM_DIGITS = 4
/** Different bodies of one size; only the event ids in them change from one sending to the next. */
const TEMPLATES = 128
/** Hexadecimal digits at the beginning of an id that are spread over all values, as those of a UUID are. */
const SPREAD_DIGITS = 8
/** Decimal digits at the end of an id that make it unique. */
const COUNT_DIGITS = 12
const ID_MIDDLE = '-4e6f-4d6f-b1a6-'
/** Stands in the templates where the time of sending is written. */
const TIME_PLACE = new Date(0).toISOString()
const GOLDEN = 0x9e3779b9
const HEX = Buffer.from('0123456789abcdef')

export const APP_NAME = 'shop'

export function itemId(number: number): string {
  return `item-${String(number).padStart(ITEM_DIGITS, '0')}`
}

export function userId(number: number): string {
  return `user-${String(number).padStart(USER_DIGITS, '0')}`
}

/** What the requests are made of. */
export interface BodyShape {
  readonly seed: number
  readonly eventsPerRequest: number
  readonly users: number
  readonly items: number
  /** Further header lines, such as `authorization: Bearer ...`. */
  readonly headers?: readonly string[]
}

interface Template {
  readonly bytes: Buffer
  /** Where the ids begin, and the times. */
  readonly ids: readonly number[]
  readonly times: readonly number[]
}

/**
 * Whole requests of `POST /v1/events`, ready to be written to a socket. A load generator that shares the
 * machine with the server must cost next to nothing, so requests are built once, and only the ids in
 * them are overwritten: a request is valid until `TEMPLATES` more have been taken.
 */
export class EventBodies {
  readonly eventsPerRequest: number
  /** Bytes of one event as JSON, on average. */
  readonly eventBytes: number
  readonly #templates: readonly Template[]
  #next = 0
  #count: number

  /** @param first number of the first id, so that several generators never send the same. */
  constructor(shape: BodyShape, first: number) {
    this.eventsPerRequest = shape.eventsPerRequest
    this.#count = first
    const random = createRandom(shape.seed)
    const time = TIME_PLACE
    const events = () =>
      Array.from({ length: shape.eventsPerRequest }, () => ({
        id: idOf(0),
        type: 'watched',
        user: userId(random.below(shape.users)),
        item: itemId(random.below(shape.items)),
        value: 1 + random.below(5),
        time,
      }))
    const bodies = Array.from({ length: TEMPLATES }, () => JSON.stringify({ events: events() }))
    this.eventBytes = Math.round((bodies[0] ?? '').length / shape.eventsPerRequest)
    this.#templates = bodies.map((body) => template(body, shape.headers ?? []))
  }

  /** The next request. */
  take(): Buffer {
    const { bytes, ids, times } = this.#templates[this.#next++ % TEMPLATES] as Template
    for (const at of ids) writeId(bytes, at, this.#count++)
    const now = new Date().toISOString()
    for (const at of times) bytes.write(now, at, 'latin1')
    return bytes
  }
}

function template(body: string, headers: readonly string[]): Template {
  const head = [
    'POST /v1/events HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `adsum-app: ${APP_NAME}`,
    ...headers,
    `content-length: ${Buffer.byteLength(body)}`,
    '\r\n',
  ].join('\r\n')
  const bytes = Buffer.from(head + body)
  return { bytes, ids: placesOf(bytes, idOf(0)), times: placesOf(bytes, TIME_PLACE) }
}

function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) {
    places.push(at)
  }
  return places
}

/** The id with a number, spread like a UUID and as long. */
export function idOf(count: number): string {
  const bytes = Buffer.from(' '.repeat(SPREAD_DIGITS) + ID_MIDDLE + ' '.repeat(COUNT_DIGITS))
  writeId(bytes, 0, count)
  return bytes.toString('latin1')
}

function writeId(bytes: Buffer, at: number, count: number): void {
  let spread = Math.imul(count, GOLDEN)
  for (let place = SPREAD_DIGITS - 1; place >= 0; place--) {
    bytes[at + place] = HEX[spread & 15] as number
    spread >>>= 4
  }
  let rest = count
  const first = at + SPREAD_DIGITS + ID_MIDDLE.length
  for (let place = first + COUNT_DIGITS - 1; place >= first; place--) {
    bytes[place] = 48 + (rest % 10)
    rest = Math.floor(rest / 10)
  }
}
