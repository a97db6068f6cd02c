import { createRandom, sampleIndices } from '@adsum/learning'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('the same seed gives the same numbers, on every machine', () => {
  const random = createRandom(42)
  expect(Array.from({ length: 4 }, () => random.below(1000))).toEqual([221, 732, 526, 633])
})

test('numbers below a bound are equally frequent', () => {
  const random = createRandom(7)
  const counts = new Array<number>(6).fill(0)
  for (let draw = 0; draw < 60_000; draw++) counts[random.below(6)]! += 1
  // Chi-square with 5 degrees of freedom: beyond 20.5 once in a thousand.
  const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
  expect(chi).toBeLessThan(20.5)
})

test('a bound that does not divide 2^32 favours no number', () => {
  const random = createRandom(5)
  const bound = 3 * 2 ** 30
  let low = 0
  for (let draw = 0; draw < 10_000; draw++) if (random.below(bound) < 2 ** 30) low++
  // A third of them; a plain remainder would give a half.
  expect(Math.abs(low - 10_000 / 3)).toBeLessThan(200)
})

test('a sample is ascending, distinct, within bounds, and of the right size', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.nat(60), fc.nat(), (count, size, seed) => {
      const sample = Array.from(sampleIndices(count, size, createRandom(seed)))
      expect(sample.length).toBe(Math.min(count, size))
      expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b))
      for (const index of sample) expect(index).toBeLessThan(count)
    }),
  )
})

test('every index is sampled equally often', () => {
  const random = createRandom(9)
  const counts = new Array<number>(10).fill(0)
  for (let round = 0; round < 10_000; round++) {
    for (const index of sampleIndices(10, 3, random)) counts[index]! += 1
  }
  for (const count of counts) expect(Math.abs(count - 3_000)).toBeLessThan(4 * Math.sqrt(2_100))
})
