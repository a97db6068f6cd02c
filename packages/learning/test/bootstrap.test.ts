import { bootstrapInterval, createRandom } from '@adsum/learning'
import { expect, test } from 'vitest'

const options = { seed: 1, resamples: 1_000, level: 0.95 }

test('the interval of equal values is a point', () => {
  expect(bootstrapInterval(new Float64Array(50).fill(0.3), options)).toEqual({
    mean: expect.closeTo(0.3, 12),
    low: expect.closeTo(0.3, 12),
    high: expect.closeTo(0.3, 12),
  })
})

test('the interval has the width that the normal approximation says', () => {
  const random = createRandom(3)
  const values = Float64Array.from({ length: 2_000 }, () => (random.next() < 0.3 ? 1 : 0))
  const { mean, low, high } = bootstrapInterval(values, options)
  const error = Math.sqrt((mean * (1 - mean)) / values.length)
  expect(mean - low).toBeCloseTo(1.96 * error, 2)
  expect(high - mean).toBeCloseTo(1.96 * error, 2)
  expect((high - low) / (2 * 1.96 * error)).toBeGreaterThan(0.9)
})

test('about 95 of 100 intervals hold the true mean', () => {
  const random = createRandom(11)
  let holding = 0
  for (let sample = 0; sample < 100; sample++) {
    const values = Float64Array.from({ length: 200 }, () => random.next())
    const { low, high } = bootstrapInterval(values, { seed: sample, resamples: 200, level: 0.95 })
    if (low <= 0.5 && 0.5 <= high) holding++
  }
  expect(holding).toBeGreaterThanOrEqual(88)
  expect(holding).toBeLessThanOrEqual(99)
})

test('the same seed gives the same interval, another seed another one', () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index % 7)
  expect(bootstrapInterval(values, options)).toEqual(bootstrapInterval(values, options))
  expect(bootstrapInterval(values, { ...options, seed: 2 })).not.toEqual(
    bootstrapInterval(values, options),
  )
})
