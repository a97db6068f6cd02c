import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COEFFICIENT_MAX, publishedExponent } from '../src/ridge/publish.ts'

test('the largest coefficient fits int16 and uses all of it, to a factor of two', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (largest) => {
      const exponent = publishedExponent(largest)
      expect(Math.round(largest * 2 ** exponent)).toBeLessThanOrEqual(COEFFICIENT_MAX)
      expect(Math.round(largest * 2 ** (exponent + 1))).toBeGreaterThan(COEFFICIENT_MAX)
    }),
  )
})

test('one is published as 2^14, and tiny coefficients do not drive the scale without bound', () => {
  expect(publishedExponent(1)).toBe(14)
  expect(publishedExponent(1e-300)).toBe(40)
  expect(publishedExponent(0)).toBe(0)
})
