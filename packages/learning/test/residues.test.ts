import fc from 'fast-check'
import { expect, test } from 'vitest'
import { multiply, PRIME, reduce, residue } from '../src/statistics/residues.ts'

test('residues are those of exact integer arithmetic', () => {
  const modulus = BigInt(PRIME)
  const residues = fc.integer({ min: 0, max: PRIME - 1 })
  fc.assert(
    fc.property(residues, residues, (a, b) => {
      expect(BigInt(multiply(a, b))).toBe((BigInt(a) * BigInt(b)) % modulus)
    }),
  )
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      const exact = ((BigInt(value) % modulus) + modulus) % modulus
      expect(BigInt(residue(value))).toBe(exact)
      expect(BigInt(reduce(Math.abs(value)))).toBe(BigInt(Math.abs(value)) % modulus)
    }),
  )
  expect([reduce(PRIME), reduce(2 * PRIME), residue(-PRIME)]).toEqual([0, 0, 0])
})
