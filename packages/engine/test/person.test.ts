import { learnedSequence } from '@adsum/learning'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { People } from '../src/app/people.ts'
import { compareEvents, LEARNED_CAPS, Person } from '../src/app/person.ts'
import type { AppStore, LoggedEvent } from '../src/ports.ts'

const DAY_MS = 86_400_000

function eventOf(id: string, time: number, timeKnown = true, type = 'watched'): LoggedEvent {
  return {
    id,
    type,
    user: 'ada',
    item: `item-${id}`,
    value: null,
    time,
    timeKnown,
    original: timeKnown ? time : null,
    sent: null,
    received: time,
    context: null,
  }
}

/** Only what was watched is learned; an item's number is made of the event's id. */
const numberOf = (event: LoggedEvent) => (event.type === 'watched' ? event.id.charCodeAt(0) : null)

const history = fc
  .uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      time: fc.integer({ min: 0, max: 3 * DAY_MS }),
      timeKnown: fc.boolean(),
      type: fc.constantFrom('watched', 'looked'),
    }),
    { selector: ({ id }) => id, maxLength: 40 },
  )
  .map((all) => all.map((one) => eventOf(one.id, one.time, one.timeKnown, one.type)))

test('a person packed event by event has the learned sequence of the events', () => {
  fc.assert(
    fc.property(history, fc.nat(), (events, cut) => {
      const sorted = events.toSorted(compareEvents)
      const steps = learnedSequence(
        sorted.filter((event) => numberOf(event) !== null),
        LEARNED_CAPS,
      )
      const first = events.length === 0 ? 0 : cut % events.length
      const person = new Person('ada', sorted.slice(0, first), numberOf)
      expect(person.append(sorted.slice(first), numberOf)).toBe(true)
      expect([...person.sequence]).toEqual(steps.map(numberOf))
      expect(steps.map((_, step) => person.timeOf(step))).toEqual(
        steps.map(({ time, timeKnown }) => (timeKnown ? time : null)),
      )
      expect(person.count).toBe(events.length)
    }),
  )
})

test('the caps of a day and of all hold for events that come one by one', () => {
  const { rowsPerDayMax, eventsMax } = LEARNED_CAPS
  const person = new Person('ada', [], numberOf)
  for (let day = 0; day < eventsMax / rowsPerDayMax + 2; day++) {
    const ofDay = Array.from({ length: rowsPerDayMax + 5 }, (_, at) =>
      eventOf(`${day}-${String(at).padStart(5, '0')}`, day * DAY_MS + at),
    )
    person.append(ofDay, numberOf)
    expect(person.sequence.length).toBe(Math.min((day + 1) * rowsPerDayMax, eventsMax))
  }
})

test('an event that belongs before the last one is refused', () => {
  const person = new Person('ada', [eventOf('b', 5)], numberOf)
  expect(person.append([eventOf('a', 5)], numberOf)).toBe(false)
  expect(new Person('ada', [eventOf('b', 5)], numberOf).append([eventOf('c', 5)], numberOf)).toBe(
    true,
  )
})

test('a sequence handed out does not change when events follow, and another is handed out', () => {
  const person = new Person('ada', [eventOf('a', 1)], numberOf)
  const before = person.sequence
  person.append([eventOf('b', 2)], numberOf)
  expect([...before]).toEqual([97])
  expect(person.sequence).not.toBe(before)
  expect([...person.sequence]).toEqual([97, 98])
})

/** The log of a few people, counting how often it is read. */
function logOf(events: readonly LoggedEvent[]) {
  const log = [...events]
  let reads = 0
  const readUser = async (user: string) => {
    reads++
    return log.filter((event) => event.user === user).sort(compareEvents)
  }
  return { log, store: { readUser } as Pick<AppStore, 'readUser'>, reads: () => reads }
}

test('people beyond the bytes allowed are dropped, the one unused for longest first, and read again', async () => {
  const users = ['ada', 'bea', 'cyd']
  const all = users.map((user) => ({ ...eventOf(user, 1), user }))
  const { store, reads } = logOf(all)
  const room = 2 * new Person('ada', [eventOf('a', 1)], numberOf).bytes
  const people = new People(store, numberOf, room)
  for (const event of all) people.remember(event.user, [event])
  expect(people.peek('ada')).toBeUndefined()
  expect(people.peek('bea')).toBeDefined()
  expect((await people.get('ada')).count).toBe(1)
  expect(reads()).toBe(1)
  expect(people.peek('cyd')).toBeUndefined()
  expect(people.size).toBe(3)
})

test('a person whose event comes late is read anew, in the right order', async () => {
  const { log, store, reads } = logOf([eventOf('c', 3)])
  const people = new People(store, numberOf)
  people.remember('ada', [eventOf('c', 3)])
  log.push(eventOf('a', 1))
  people.accepted('ada', [eventOf('a', 1)])
  expect([...(await people.get('ada')).sequence]).toEqual([97, 99])
  expect(reads()).toBe(1)
  log.push(eventOf('d', 4))
  people.accepted('ada', [eventOf('d', 4)])
  expect([...(await people.get('ada')).sequence]).toEqual([97, 99, 100])
  expect(reads()).toBe(1)
})
