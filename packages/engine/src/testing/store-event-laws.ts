import fc from 'fast-check'
import { expect } from 'vitest'
import type { LoggedEvent } from '../ports.ts'
import { eventOf, eventsOf, peopleOf, type StoreLaw, totalsOf } from './store-fixture.ts'

/** Cases tried per property; the seed is fixed, so that a failure comes again. */
const RUNS = { numRuns: 25, seed: 20_261_121 } as const

/** Any text that JSON can carry, line feeds, quotes and halves of surrogate pairs included. */
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('"', '\\', '\n', ',', '[', '\u2028', 'a'), minLength: 1 }),
)
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const scalar = fc.oneof(text, fc.boolean(), fc.constant(null), finite)
const anyEvent: fc.Arbitrary<LoggedEvent> = fc.record({
  id: text,
  type: text,
  user: fc.oneof(text, fc.constantFrom('ana', 'ben')),
  item: fc.option(text),
  value: fc.option(finite),
  time: fc.integer({ min: 0, max: 4e12 }),
  timeKnown: fc.boolean(),
  original: fc.option(fc.integer({ min: 0, max: 4e12 })),
  sent: fc.option(fc.integer({ min: 0, max: 4e12 })),
  received: fc.integer({ min: 0, max: 4e12 }),
  context: fc.option(fc.dictionary(text, scalar, { maxKeys: 4 })),
})

export const eventLaws: readonly StoreLaw[] = [
  {
    name: 'events are accepted once, and counted from 0',
    check: async ({ store }) => {
      const first = eventOf({ id: 'e-1' })
      const second = eventOf({ id: 'e-2', user: 'ben' })
      expect(await store.appendEvents([first, second])).toEqual([
        { status: 'accepted', position: 0 },
        { status: 'accepted', position: 1 },
      ])
      expect(await store.appendEvents([second, eventOf({ id: 'e-3' }), first])).toEqual([
        { status: 'duplicate', position: 1 },
        { status: 'accepted', position: 2 },
        { status: 'duplicate', position: 0 },
      ])
      expect(await store.appendEvents([])).toEqual([])
      expect(await store.totals()).toEqual(totalsOf({ position: 3, events: 3, users: 2 }))
    },
  },
  {
    name: 'a retry is a duplicate though it is sent, received and corrected otherwise',
    check: async ({ store }) => {
      const event = eventOf({ context: { device: 'tv', hour: 20 } })
      const untimed = eventOf({ id: 'e-2', timeKnown: false, original: null })
      const corrected = eventOf({ id: 'e-3', original: 5_000, sent: 6_000 })
      await store.appendEvents([event, untimed, corrected])
      const outcomes = await store.appendEvents([
        { ...event, received: event.received + 5, context: { hour: 20, device: 'tv' } },
        { ...untimed, time: untimed.time + 5, received: untimed.received + 5 },
        { ...corrected, time: corrected.time + 5, received: corrected.received + 5, sent: 6_005 },
        { ...corrected, time: 7, sent: null },
      ])
      expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('duplicate'))
      expect(await store.readUser('ana')).toEqual([event, untimed, corrected])
    },
  },
  {
    name: 'the same id with another content is a conflict, and changes nothing',
    check: async ({ store }) => {
      const event = eventOf()
      await store.appendEvents([event])
      const others: Partial<LoggedEvent>[] = [
        { type: 'liked' },
        { user: 'ben' },
        { item: 'm-2' },
        { item: null },
        { value: 4 },
        { value: null },
        { original: event.time + 1 },
        { original: null },
        { timeKnown: false },
        { context: null },
        { context: {} },
        { context: { device: 'phone' } },
        { context: { device: 'tv', hour: 20 } },
      ]
      for (const other of others) {
        const outcomes = await store.appendEvents([eventOf(other)])
        expect(outcomes, JSON.stringify(other)).toEqual([{ status: 'conflict', position: 0 }])
      }
      expect(await peopleOf(store)).toEqual(new Map([['ana', [event]]]))
    },
  },
  {
    name: 'ids are unique within a batch and among batches sent at once',
    check: async ({ store }) => {
      const event = eventOf()
      const inBatch = await store.appendEvents([event, event, eventOf({ value: 1 })])
      expect(inBatch.map(({ status }) => status)).toEqual(['accepted', 'duplicate', 'conflict'])
      const raced = eventOf({ id: 'e-2' })
      const atOnce = await Promise.all(
        Array.from({ length: 20 }, async () => store.appendEvents([raced])),
      )
      const statuses = atOnce.flat().map(({ status }) => status)
      expect(statuses.filter((status) => status === 'accepted')).toHaveLength(1)
      expect(statuses.filter((status) => status === 'duplicate')).toHaveLength(19)
      expect(await store.readUser('ana')).toHaveLength(2)
    },
  },
  {
    name: 'a batch that is refused leaves nothing',
    check: async ({ store }) => {
      const batch = [...eventsOf('ana', 3), eventOf({ id: 'bad', user: 'ben', time: Number.NaN })]
      await expect(store.appendEvents(batch)).rejects.toMatchObject({ code: 'request_invalid' })
      expect(await peopleOf(store)).toEqual(new Map())
      expect(await store.totals()).toEqual(totalsOf())
      const outcomes = await store.appendEvents(eventsOf('ana', 3))
      expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted'])
    },
  },
  {
    name: 'a person is read by time, then id, whatever the order of arrival',
    check: async ({ store }) => {
      const history = [
        eventOf({ id: 'b', time: 1 }),
        eventOf({ id: 'B', time: 2 }),
        eventOf({ id: 'a', time: 2 }),
        eventOf({ id: 'á', time: 2 }),
        eventOf({ id: 'c', time: 3, timeKnown: false }),
      ]
      let person = 0
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray(history, { minLength: history.length }),
          fc.array(fc.integer({ min: 1, max: history.length }), { maxLength: 3 }),
          async (arrival, cuts) => {
            const user = `person ${person++}`
            const mine = (event: LoggedEvent) => ({ ...event, id: event.id + user, user })
            for (const batch of parts(arrival, cuts)) await store.appendEvents(batch.map(mine))
            expect(await store.readUser(user)).toEqual(history.map(mine))
          },
        ),
        RUNS,
      )
    },
  },
  {
    name: 'people are read by name in code-unit order, each once',
    check: async ({ store }) => {
      const names = ['b', 'a', 'Z', 'ä', 'aa', '\u{1F600}', '\uFFFD', '']
      await store.appendEvents(names.flatMap((name) => eventsOf(name, 2)))
      await store.appendEvents(names.map((name) => eventOf({ id: `late ${name}`, user: name })))
      const people = await peopleOf(store)
      expect([...people.keys()]).toEqual(['', 'Z', 'a', 'aa', 'b', 'ä', '\u{1F600}', '\uFFFD'])
      for (const [user, events] of people) expect(events).toEqual(await store.readUser(user))
      expect([...people.values()].map((events) => events.length)).toEqual(names.map(() => 3))
      expect(await store.readUser('nobody')).toEqual([])
    },
  },
  {
    name: 'what is read is what was appended, character by character',
    check: async ({ store }) => {
      const seen = new Set<string>()
      await fc.assert(
        fc.asyncProperty(fc.array(anyEvent, { maxLength: 8 }), async (events) => {
          const fresh = events.filter(({ id }) => !seen.has(id) && seen.add(id))
          await store.appendEvents(fresh)
          for (const event of fresh) {
            const read = await store.readUser(event.user)
            expect(read.find(({ id }) => id === event.id)).toEqual(event)
          }
        }),
        RUNS,
      )
    },
  },
  {
    name: 'a long history comes back whole, and every id of it is known',
    check: async ({ store }) => {
      const history = eventsOf('ana', 3000)
      for (const batch of parts(history, [1, 2, 15, 16, 17, 100, 300])) {
        await store.appendEvents(batch)
      }
      // As text: comparing thousands of objects one by one takes seconds.
      expect(JSON.stringify(await store.readUser('ana'))).toBe(JSON.stringify(history))
      const outcomes = await store.appendEvents(history)
      const expected = history.map((_, position) => ({ status: 'duplicate', position }))
      expect(JSON.stringify(outcomes)).toBe(JSON.stringify(expected))
    },
  },
]

/** Cuts a list at the places given. */
function parts<T>(list: readonly T[], cuts: readonly number[]): T[][] {
  const places = [0, ...[...cuts].sort((a, b) => a - b), list.length]
  return places.slice(1).map((to, at) => list.slice(places[at], to))
}
