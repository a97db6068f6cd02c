import { compareNames } from '../canonical-order.ts'

/** Milliseconds of a calendar day (UTC has no leap seconds here). */
const DAY_MS = 24 * 60 * 60 * 1000

/** What decides where an event stands in a person's history. */
export interface TimedEvent {
  readonly id: string
  /** Milliseconds since 1970 UTC. */
  readonly time: number
  /** False when nobody knows when it happened; `time` then only orders it. */
  readonly timeKnown: boolean
}

/** How much of one person's history enters the sum. */
export interface SequenceCaps {
  /** Rows of one calendar day, UTC. */
  readonly rowsPerDayMax: number
  /** Rows in all. */
  readonly eventsMax: number
}

/**
 * The part of a person's history that is learned, oldest first: ordered by (time, id), never by
 * arrival (definition 1); of each calendar day the first N (definition 5); of these the first
 * `eventsMax`. First, not last, so that appending in order never takes a row back. Days of unknown
 * time do not exist, so such events are exempt from the cap of the day.
 *
 * A pure function of the set of events: late, corrected and deleted events need no special case.
 */
export function learnedSequence<Event extends TimedEvent>(
  events: readonly Event[],
  caps: SequenceCaps,
): Event[] {
  const learned: Event[] = []
  let day = Number.NaN
  let rowsOfDay = 0
  for (const event of inCanonicalOrder(events)) {
    if (learned.length >= caps.eventsMax) break
    if (event.timeKnown) {
      const eventDay = Math.floor(event.time / DAY_MS)
      if (eventDay !== day) {
        day = eventDay
        rowsOfDay = 0
      }
      if (rowsOfDay >= caps.rowsPerDayMax) continue
      rowsOfDay++
    }
    learned.push(event)
  }
  return learned
}

/** The same array where it is in order already, which is the usual case. */
function inCanonicalOrder<Event extends TimedEvent>(events: readonly Event[]): readonly Event[] {
  for (let index = 1; index < events.length; index++) {
    if (compareEvents(events[index - 1] as Event, events[index] as Event) > 0) {
      return [...events].sort(compareEvents)
    }
  }
  return events
}

function compareEvents(a: TimedEvent, b: TimedEvent): number {
  return a.time - b.time || compareNames(a.id, b.id)
}
