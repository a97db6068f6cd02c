import { passerBy } from '@adsum/simulator'
import { expect, test } from 'vitest'
import { ANY_BANNER_SHARE, banners, crowd } from '../src/banner.ts'
import { cinema } from '../src/index.ts'

const PEOPLE = 20_000
/** Four standard errors of a share among the people of one kind. */
const TOLERANCE = 4 * Math.sqrt(0.25 / (PEOPLE / crowd.kinds.length))

test('the surface spreads the share of decisions that the page says', () => {
  expect(cinema.surfaces.banner).toMatchObject({
    verb: 'decide',
    actions: null,
    explore: { floor: ANY_BANNER_SHARE },
  })
})

test('everybody of the crowd has one banner that they like most, and every banner is that of somebody', () => {
  const favourites = crowd.kinds.map(({ chances }) => {
    expect(chances).toHaveLength(banners.length)
    const [first = 0, second = 0] = chances.toSorted((a, b) => b - a)
    expect(first - second).toBeGreaterThan(0.3)
    return chances.indexOf(first)
  })
  expect(new Set(favourites).size).toBe(banners.length)
})

test('the crowd does what the truth says, and the same person always does the same', () => {
  const people = Array.from({ length: PEOPLE }, (_, number) => passerBy(crowd, number))
  for (const [index, { chances }] of crowd.kinds.entries()) {
    const ofKind = people.filter(({ kind }) => kind === index)
    expect(ofKind.length / PEOPLE).toBeCloseTo(1 / crowd.kinds.length, 1)
    for (const [banner, chance] of chances.entries()) {
      const share = ofKind.filter((person) => person.takes(banner)).length / ofKind.length
      expect(Math.abs(share - chance)).toBeLessThan(TOLERANCE)
    }
  }
  const described = (number: number) => {
    const { kind, takes } = passerBy(crowd, number)
    return [kind, ...banners.map((_, banner) => takes(banner))]
  }
  expect(described(7)).toEqual(described(7))
  expect(() => passerBy({ seed: 1, kinds: [] }, 0)).toThrow(RangeError)
})
