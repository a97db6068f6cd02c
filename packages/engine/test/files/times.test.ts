import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detectDecimalMark, parseNumber } from '../../src/files/numbers.ts'
import { detectTimes, parseTime } from '../../src/files/times.ts'

const iso = (text: string, format: Parameters<typeof parseTime>[1]): string =>
  new Date(parseTime(text, format)).toISOString()

describe('times', () => {
  test.each([
    [['881250949', '891717742'], 'unix-seconds'],
    [['1485630413.0', '1488339117.0'], 'unix-seconds'],
    [['1485630413123', '1488339117000'], 'unix-milliseconds'],
    [['1485630413123000'], 'unix-microseconds'],
    [['2026-11-21T19:03:11Z', '2026-11-21T19:03:11.5+02:00'], 'year-first'],
    [['2026-11-21 19:03:11', '2026-11-22 00:00'], 'year-first'],
    [['2026/11/21', '20261122'], 'year-first'],
    [['21.11.2026 19:03', '01.02.2026'], 'day-first'],
    [['01.02.2026', '03.04.2026'], 'day-first'],
    [['31/01/2012 16:10:01', '02/02/2012 11:59:00'], 'day-first'],
    [['12/1/10 8:26', '12/31/10 9:00'], 'month-first'],
    [['11/21/2026 7:03 PM', '1/2/2026 12:00 AM'], 'month-first'],
  ] as const)('%j are told as %s', (values, format) => {
    expect(detectTimes(values, 0.95)).toEqual({ format })
  })

  test('dates that fit two ways are not guessed', () => {
    expect(detectTimes(['01/02/2026', '03/04/2026'], 0.95)).toEqual({ ambiguous: true })
  })

  test.each([
    ['ratings', ['1', '5', '3']],
    ['long ids', ['31625220889', '99053127496']],
    ['words', ['Weekday', 'Weekend']],
    ['impossible dates', ['2026-13-41', '2026-02-30']],
    ['nothing', []],
  ])('%s are no times', (_, values) => {
    expect(detectTimes(values, 0.95)).toBeNull()
  })

  test.each([
    ['2026-11-21T19:03:11.25Z', 'year-first', '2026-11-21T19:03:11.250Z'],
    ['2026-11-21T19:03:11+02:00', 'year-first', '2026-11-21T17:03:11.000Z'],
    ['2026-11-21T19:03:11-0530', 'year-first', '2026-11-22T00:33:11.000Z'],
    ['20261121T190311', 'year-first', null],
    ['21.11.2026 19:03', 'day-first', '2026-11-21T19:03:00.000Z'],
    ['12/1/10 8:26', 'month-first', '2010-12-01T08:26:00.000Z'],
    ['11/21/2026 7:03 PM', 'month-first', '2026-11-21T19:03:00.000Z'],
    ['1/2/2026 12:00 AM', 'month-first', '2026-01-02T00:00:00.000Z'],
    ['1/2/2026 13:00 AM', 'month-first', null],
    ['31.02.2026', 'day-first', null],
    ['2026-11-21 24:00', 'year-first', null],
  ] as const)('%s as %s', (text, format, expected) => {
    if (expected === null) expect(parseTime(text, format)).toBeNaN()
    else expect(iso(text, format)).toBe(expected)
  })

  test('every moment written as ISO or as a number is read back', () => {
    const moments = fc.integer({ min: 315_532_800_000, max: 4_102_444_799_999 })
    fc.assert(
      fc.property(moments, (time) => {
        expect(parseTime(new Date(time).toISOString(), 'year-first')).toBe(time)
        expect(parseTime(String(time), 'unix-milliseconds')).toBe(time)
        expect(parseTime(String(time / 1000), 'unix-seconds')).toBe(time)
      }),
    )
  })
})

describe('numbers', () => {
  test.each([
    [['1.5', '2'], 'point'],
    [['1,5', '2'], 'comma'],
    [['1.234,5', '7'], 'comma'],
    [['1,234.5', '7'], 'point'],
    [['1,234', '5,678'], 'point'],
    [['a', 'b'], null],
  ] as const)('%j use the %s', (values, mark) => {
    expect(detectDecimalMark(values, 0.95)).toBe(mark)
  })

  test('numbers are read back in both ways of writing', () => {
    const values = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => Number(n.toFixed(3)))
    fc.assert(
      fc.property(values, (value) => {
        const text = String(value)
        fc.pre(!text.includes('e'))
        expect(parseNumber(text, 'point') - value).toBe(0)
        expect(parseNumber(text.replace('.', ','), 'comma') - value).toBe(0)
      }),
    )
  })

  test.each(['', 'x', '1.2.3', '12,34', '--1', '1e', 'Infinity', '0x10'])('%j is none', (text) => {
    expect(parseNumber(text, 'point')).toBeNaN()
  })
})
