import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seededRandom, seededUuid } from '../src/random.ts'

describe('seeded randomness', () => {
  test('the same key gives the same stream, another key another one', () => {
    const draw = (...key: (string | number)[]) => {
      const random = seededRandom(7, ...key)
      return [random.uniform(), random.normal(), random.bits()]
    }
    expect(draw('person', 1)).toEqual(draw('person', 1))
    expect(draw('person', 1)).not.toEqual(draw('person', 2))
    expect(draw('ab', 'c')).not.toEqual(draw('a', 'bc'))
  })

  test('uniform and normal draws have the moments of their distributions', () => {
    const random = seededRandom(1, 'moments')
    const uniforms = Array.from({ length: 20_000 }, () => random.uniform())
    const normals = Array.from({ length: 20_000 }, () => random.normal())
    const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...uniforms)).toBeLessThan(1)
    expect(mean(uniforms)).toBeCloseTo(0.5, 1)
    expect(mean(normals)).toBeCloseTo(0, 1)
    expect(mean(normals.map((x) => x * x))).toBeCloseTo(1, 1)
  })

  test('a weighted draw never takes what weighs nothing', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), (seed, w) => {
        const random = seededRandom(seed)
        if (w.every((weight) => weight === 0)) expect(() => random.weighted(w)).toThrow(RangeError)
        else expect(w[random.weighted(w)]).toBeGreaterThan(0)
      }),
    )
  })

  test('identifiers have the form of a random UUID', () => {
    expect(seededUuid(seededRandom(3))).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })
})
