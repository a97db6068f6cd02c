import { learnedSequence } from '@adsum/learning'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const DAY_MS = 86_400_000
const at = (id: string, time: number, timeKnown = true) => ({ id, time, timeKnown })
const ids = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id).join(' ')

test('events are ordered by time, then by id, whatever the order of arrival', () => {
  const events = [at('c', 5), at('b', 7), at('a', 7), at('B', 7)]
  const caps = { rowsPerDayMax: 10, eventsMax: 10 }
  expect(ids(learnedSequence(events, caps))).toBe('c B a b')
})

test('the first of a day enter, days of UTC, and unknown times are exempt', () => {
  const events = [
    at('a', 0),
    at('b', 1),
    at('c', 2),
    at('d', 3, false),
    at('e', DAY_MS - 1),
    at('f', DAY_MS),
  ]
  expect(ids(learnedSequence(events, { rowsPerDayMax: 2, eventsMax: 10 }))).toBe('a b d f')
  expect(ids(learnedSequence(events, { rowsPerDayMax: 2, eventsMax: 3 }))).toBe('a b d')
})

test('times before 1970 belong to their own days', () => {
  const events = [at('a', -2), at('b', -1), at('c', 0)]
  expect(ids(learnedSequence(events, { rowsPerDayMax: 1, eventsMax: 10 }))).toBe('a c')
})

const events = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 2 }),
    time: fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
    timeKnown: fc.boolean(),
  }),
  { selector: ({ id }) => id, maxLength: 20 },
)
const caps = fc.record({
  rowsPerDayMax: fc.integer({ min: 1, max: 4 }),
  eventsMax: fc.integer({ min: 1, max: 12 }),
})

test('the same events give the same sequence in any order, and both caps hold', () => {
  fc.assert(
    fc.property(events, caps, (all, bounds) => {
      const learned = learnedSequence(all, bounds)
      expect(learnedSequence(all.toReversed(), bounds)).toEqual(learned)
      expect(learned.length).toBeLessThanOrEqual(bounds.eventsMax)
      const days = Map.groupBy(
        learned.filter(({ timeKnown }) => timeKnown),
        ({ time }) => Math.floor(time / DAY_MS),
      )
      for (const rows of days.values())
        expect(rows.length).toBeLessThanOrEqual(bounds.rowsPerDayMax)
    }),
  )
})

test('an event after all others never takes a row back', () => {
  fc.assert(
    fc.property(events, caps, (all, bounds) => {
      const before = learnedSequence(all, bounds)
      const after = learnedSequence([...all, at('zzz', 3 * DAY_MS)], bounds)
      expect(after.slice(0, before.length)).toEqual(before)
    }),
  )
})
