import type { SequenceCaps } from '@adsum/learning'
import type { LoggedEvent } from '../ports.ts'

/** How much of one person's history is learned (design, definition 5). */
export const LEARNED_CAPS: SequenceCaps = { rowsPerDayMax: 1_000, eventsMax: 20_000 }

/** Bytes of one learned step: its time, and the number of its item. */
const STEP_BYTES = Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT
/** Bytes that a person takes beside their steps: objects, map entries, short names; measured, rounded up. */
const PERSON_BYTES = 600
/** Steps that a person has room for at first. */
const ROOM_MIN = 4
/** Milliseconds of a calendar day, UTC. */
const DAY_MS = 24 * 60 * 60 * 1000

/** What of an event is learned: the number of its item, or null when it is not part of the goal. */
export type NumberOf = (event: LoggedEvent) => number | null

/**
 * What memory holds of one person: how many events are recorded, and the steps that are learned of them,
 * packed. The events themselves stay in the store.
 *
 *   event in canonical order ─ goal? ─ day full? ─ all full? ─▶ times │ t0 │ t1 │ t2 │ .. room .. │
 *                                                               items │ i0 │ i1 │ i2 │ .. room .. │
 *
 * The steps are a pure function of the set of events, `learnedSequence` of the goal's events: events
 * that come in order are appended to them; an event that belongs before the last one cannot be, because
 * the caps may have dropped what it would let in again, so the person is then to be read anew.
 */
export class Person {
  readonly user: string
  #times = new Float64Array(0)
  #items = new Int32Array(0)
  #length = 0
  #count = 0
  #last: { readonly time: number; readonly id: string } | null = null
  /** The day of the last step whose time is known, and its steps. */
  #day = Number.NaN
  #rowsOfDay = 0
  #sequence: Int32Array | null = null
  /** Set when the person is erased: whoever still holds this object must not use it. */
  forgotten = false

  /** @param events in canonical order. */
  constructor(user: string, events: readonly LoggedEvent[], numberOf: NumberOf) {
    this.user = user
    for (const event of events) this.#add(event, numberOf)
    this.#times = this.#times.slice(0, this.#length)
    this.#items = this.#items.slice(0, this.#length)
  }

  /** How many events are recorded. */
  get count(): number {
    return this.#count
  }

  /** Bytes of memory, about. */
  get bytes(): number {
    return PERSON_BYTES + this.#times.length * STEP_BYTES
  }

  /** Numbers of the items of the learned steps, oldest first; another array after every new event. */
  get sequence(): Int32Array {
    this.#sequence ??= this.#items.subarray(0, this.#length)
    return this.#sequence
  }

  /** When a step happened, milliseconds since 1970 UTC; null where nobody knows. */
  timeOf(step: number): number | null {
    const time = this.#times[step]
    return time === undefined || Number.isNaN(time) ? null : time
  }

  /**
   * Takes new events in, which must be in canonical order themselves.
   * @returns false when one of them belongs before what is recorded: this object is of no use then.
   */
  append(events: readonly LoggedEvent[], numberOf: NumberOf): boolean {
    for (const event of events) {
      if (this.#last !== null && compareEvents(this.#last, event) > 0) return false
      this.#add(event, numberOf)
    }
    this.#sequence = null
    return true
  }

  #add(event: LoggedEvent, numberOf: NumberOf): void {
    this.#count++
    this.#last = { time: event.time, id: event.id }
    const number = numberOf(event)
    if (number === null || this.#length >= LEARNED_CAPS.eventsMax) return
    if (event.timeKnown && !this.#fitsInDay(event.time)) return
    if (this.#length === this.#times.length) this.#grow()
    this.#times[this.#length] = event.timeKnown ? event.time : Number.NaN
    this.#items[this.#length] = number
    this.#length++
  }

  #fitsInDay(time: number): boolean {
    const day = Math.floor(time / DAY_MS)
    if (day !== this.#day) {
      this.#day = day
      this.#rowsOfDay = 0
    }
    if (this.#rowsOfDay >= LEARNED_CAPS.rowsPerDayMax) return false
    this.#rowsOfDay++
    return true
  }

  #grow(): void {
    const room = Math.max(ROOM_MIN, Math.ceil(this.#times.length * 1.5))
    const times = new Float64Array(room)
    const items = new Int32Array(room)
    times.set(this.#times)
    items.set(this.#items)
    this.#times = times
    this.#items = items
  }
}

/** Canonical order: time, then id in code-unit order. */
export function compareEvents(
  a: Pick<LoggedEvent, 'time' | 'id'>,
  b: Pick<LoggedEvent, 'time' | 'id'>,
): number {
  return a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
