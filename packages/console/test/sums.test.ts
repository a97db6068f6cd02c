import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pointSum } from '../src/why/points.ts'
import { runningSum } from '../src/why/running-sum.ts'

const shares = fc.array(fc.integer({ min: -(2 ** 30), max: 2 ** 30 }), {
  minLength: 1,
  maxLength: 6,
})
const scale = fc.integer({ min: 8, max: 30 }).map((bits) => 2 ** bits)

/** Digits as a whole number: "+3.10" is 310, "−0.4" is -4. */
function inLastDigits(text: string): number {
  return Number(text.replace('\u2212', '-').replace('.', '').replace('+', ''))
}

describe('points', () => {
  test('of the shares add up to those of the total, digit for digit', () => {
    fc.assert(
      fc.property(shares, scale, (values, unit) => {
        const score = values.reduce((sum, share) => sum + share, 0)
        const shown = pointSum(score, unit, values)
        const sum = shown.shares.reduce((all, share) => all + inLastDigits(share), 0)
        expect(sum).toBe(inLastDigits(shown.total))
      }),
    )
  })

  test('are off by less than a last digit', () => {
    fc.assert(
      fc.property(shares, scale, (values, unit) => {
        const score = values.reduce((sum, share) => sum + share, 0)
        const shown = pointSum(score, unit, values)
        const decimals = shown.total.split('.')[1]?.length ?? 0
        for (const [at, share] of values.entries()) {
          const exact = (100 * 10 ** decimals * share) / unit
          expect(Math.abs(inLastDigits(shown.shares[at] ?? '') - exact)).toBeLessThan(1)
        }
      }),
    )
  })

  test('carry their sign', () => {
    expect(pointSum(3000, 65536, [4000, -1000])).toEqual({
      total: '4.58',
      shares: ['+6.10', '\u22121.52'],
    })
  })
})

describe('a running sum', () => {
  test('begins each bar where the one before ended, and ends at the total', () => {
    fc.assert(
      fc.property(shares, (values) => {
        const { zero, spans, total } = runningSum(values)
        let place = zero
        for (const { from, to } of spans) {
          expect(from).toBe(place)
          place = to
        }
        expect(total).toEqual({ from: zero, to: place })
        for (const { from, to } of spans) {
          for (const edge of [from, to]) {
            expect(edge).toBeGreaterThanOrEqual(0)
            expect(edge).toBeLessThanOrEqual(1)
          }
        }
      }),
    )
  })

  test('leads a share below zero to the left', () => {
    expect(runningSum([3, -2]).spans).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 1 / 3 },
    ])
  })
})
