import { CLOCK_AHEAD_MS_MAX } from '@adsum/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CORRECTED_AGE_MS_MAX,
  correctedTime,
  eventTimes,
  takenFrom,
} from '../src/ingest/event-time.ts'

const NOON = Date.parse('2026-11-21T12:00:00Z')
const RUNS = { numRuns: 500, seed: 20_261_121 }
const moment = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2030-01-01') })
const decade = 10 * 365 * 24 * 60 * 60 * 1000

describe('the time of an event by our clock', () => {
  test('a telephone that is a day fast and sends after an hour', () => {
    const day = 24 * 60 * 60 * 1000
    const hour = 60 * 60 * 1000
    const happened = NOON - hour
    const clocks = { original: happened + day, sent: NOON + day, received: NOON }
    expect(correctedTime(clocks)).toBe(happened)
  })

  test('is exact whatever the sender’s clock is off by, as long as it is off by the same', () => {
    const waited = fc.integer({ min: 0, max: CORRECTED_AGE_MS_MAX })
    const skew = fc.integer({ min: -decade, max: decade })
    fc.assert(
      fc.property(moment, waited, skew, (happened, wait, off) => {
        const received = happened + wait
        const clocks = { original: happened + off, sent: received + off, received }
        expect(correctedTime(clocks)).toBe(happened)
      }),
      RUNS,
    )
  })

  test('is late by the time that the request was under way', () => {
    fc.assert(
      fc.property(moment, fc.nat(60_000), fc.nat(60_000), (happened, wait, way) => {
        const clocks = {
          original: happened,
          sent: happened + wait,
          received: happened + wait + way,
        }
        expect(correctedTime(clocks)).toBe(happened + way)
      }),
      RUNS,
    )
  })

  test('stays within 30 days before and 5 minutes after receipt, and keeps the order between', () => {
    const shift = fc.integer({ min: -decade, max: decade })
    fc.assert(
      fc.property(moment, shift, shift, shift, (received, first, second, sent) => {
        const [a, b] = [first, second].map((original) =>
          correctedTime({ original: received + original, sent: received + sent, received }),
        ) as [number, number]
        for (const time of [a, b]) {
          expect(time).toBeGreaterThanOrEqual(received - 30 * 24 * 60 * 60 * 1000)
          expect(time).toBeLessThanOrEqual(received + 5 * 60 * 1000)
        }
        expect(Math.sign(a - b) * Math.sign(first - second)).toBeGreaterThanOrEqual(0)
      }),
      RUNS,
    )
  })

  test('just within the bounds nothing is cut off, just outside the bound is taken', () => {
    const at = (time: number) => correctedTime({ original: time, sent: NOON, received: NOON })
    const [oldest, newest] = [NOON - CORRECTED_AGE_MS_MAX, NOON + CLOCK_AHEAD_MS_MAX]
    expect([at(oldest), at(oldest - 1), at(oldest + 1)]).toEqual([oldest, oldest, oldest + 1])
    expect([at(newest), at(newest - 1), at(newest + 1)]).toEqual([newest, newest - 1, newest])
  })
})

describe('what an event says of time', () => {
  const iso = (time: number) => new Date(time).toISOString()
  const noon = (sent: number | null) => ({ sent, received: NOON, now: NOON })

  test('nothing: it happened when it was received', () => {
    const times = { time: NOON, original: null, sent: 5, received: NOON }
    expect(eventTimes(undefined, noon(5))).toEqual(times)
    expect(eventTimes(undefined, noon(null))).toEqual({ ...times, sent: null })
  })

  test('a time in a request that does not say when it was sent is taken at its word', () => {
    const long = NOON - 20 * CORRECTED_AGE_MS_MAX
    for (const time of [long, NOON, NOON + CLOCK_AHEAD_MS_MAX]) {
      const taken = { time, original: time, sent: null, received: NOON }
      expect(eventTimes(iso(time), noon(null))).toEqual(taken)
    }
    expect(() => eventTimes(iso(NOON + CLOCK_AHEAD_MS_MAX + 1), noon(null))).toThrow(
      expect.objectContaining({ code: 'event_time_future', path: 'time' }),
    )
    expect(() => eventTimes('1969-12-31', noon(null))).toThrow(
      expect.objectContaining({ code: 'event_time_too_early' }),
    )
  })

  test('a time that lay ahead when it was received is taken at its word once it has come', () => {
    const time = NOON + decade
    const from = Date.parse(takenFrom(iso(time)))
    const judgedAt = (now: number) => eventTimes(iso(time), { sent: null, received: NOON, now })
    expect(() => judgedAt(from - 1)).toThrow(expect.objectContaining({ code: 'event_time_future' }))
    expect(judgedAt(from)).toEqual({ time, original: time, sent: null, received: NOON })
  })

  test('with the time of sending no clock is refused, and the original time is kept', () => {
    const future = NOON + decade
    expect(eventTimes(iso(future), noon(future))).toEqual({
      time: NOON,
      original: future,
      sent: future,
      received: NOON,
    })
    expect(eventTimes('1969-12-31T23:59:59Z', noon(0)).time).toBe(NOON - 1000)
    expect(() => eventTimes('noon', noon(NOON))).toThrow(
      expect.objectContaining({ code: 'event_time_invalid' }),
    )
  })
})
