import {
  exponentialScale,
  powerScale,
  ROW_MASS_MAX,
  rankerDefaults,
  SCALE_MASS_MAX,
  sequenceConfiguration,
  WEIGHT_UNIT,
} from '@adsum/learning'
import { expect, test } from 'vitest'

test('an exponential scale starts at one, halves as it must, and ends before it is zero', () => {
  const { weights } = exponentialScale({ tau: 1 / Math.LN2 })
  expect(Array.from(weights)).toEqual([256, 128, 64, 32, 16, 8, 4, 2, 1, 1])
  expect(exponentialScale({ tau: 48 }).weights.length).toBe(300)
  expect(exponentialScale({ tau: 48, window: 20 }).weights.length).toBe(20)
})

test('a power scale falls as the power says, within its window', () => {
  const { weights } = powerScale({ exponent: 2, window: 5 })
  expect(Array.from(weights)).toEqual([256, 64, 28, 16, 10])
  expect(powerScale({ exponent: 2, window: 100 }).weights.length).toBe(22)
})

test('a configuration whose scores could leave int32 is refused', () => {
  const flat = (length: number, weight: number) => ({
    weights: new Int32Array(length).fill(weight),
  })
  const refused = expect.objectContaining({ code: 'argument_invalid' })
  expect(() => sequenceConfiguration('x', [flat(128, 256)])).toThrow(refused)
  expect(() => sequenceConfiguration('x', [flat(127, 256)])).not.toThrow()
  const three = [flat(100, 256), flat(100, 256), flat(60, 256)]
  expect(() => sequenceConfiguration('x', three)).toThrow(refused)
  expect(() => sequenceConfiguration('x', [])).toThrow(refused)
  expect(() => sequenceConfiguration('x', [{ weights: Int32Array.of(1, 0) }])).toThrow(refused)
  expect(() => sequenceConfiguration('x', [{ weights: Int32Array.of(-1, 1) }])).toThrow(refused)
})

test('the largest row and the largest coefficient fit int32 together', () => {
  expect(ROW_MASS_MAX * 32_767).toBeLessThan(2 ** 31)
  const masses = rankerDefaults.sequence.scales.map(({ weights }) =>
    weights.reduce((sum, weight) => sum + weight, 0),
  )
  for (const mass of masses) expect(mass).toBeLessThanOrEqual(SCALE_MASS_MAX)
  const row = masses.reduce((sum, mass) => sum + mass, WEIGHT_UNIT)
  expect(row).toBeLessThanOrEqual(ROW_MASS_MAX)
})
