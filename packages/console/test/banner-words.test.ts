import { banners, crowd } from '@adsum/cinema/banner'
import { describe, expect, test } from 'vitest'
import { clickedBlindly, likedMost, missedBlindly, missedBy } from '../src/banner/crowd-truth.ts'
import { kindInWords, reasonInWords } from '../src/banner/kinds.ts'
import { LATEST_MAX, nothingYet, type Seen, withSeen } from '../src/banner/sitting.ts'
import { clicksInWords, verdictOf } from '../src/banner/verdict.ts'

/** A family in the afternoon, who like the first banner most: 75, 8, 2 and 15 of 100 click. */
const FAMILY = 0
const even = banners.map(() => 1 / banners.length)

/** So many people in a row who saw a banner. */
function people(count: number, shown: number, clicked = false): Seen[] {
  return Array.from({ length: count }, (_, at) => ({
    decision: `${shown}-${at}`,
    kind: FAMILY,
    shown,
    clicked,
    chances: even,
  }))
}

test('the truth about a family: what they like most, and what is missed by showing another', () => {
  expect(crowd.kinds[FAMILY]?.chances).toEqual([0.75, 0.08, 0.02, 0.15])
  expect(likedMost(FAMILY)).toBe(0)
  expect(missedBy(FAMILY, 0)).toBe(0)
  expect(missedBy(FAMILY, 3)).toBeCloseTo(0.6)
  expect(clickedBlindly(FAMILY)).toBeCloseTo(0.25)
  expect(missedBlindly(FAMILY)).toBeCloseTo(0.5)
})

describe('a sitting', () => {
  test('adds up what was missed, and what would have been missed blindly', () => {
    const sitting = withSeen(nothingYet, [...people(2, 0), ...people(3, 3)])
    expect(sitting.people).toBe(5)
    expect(sitting.missed).toBeCloseTo(1.8)
    expect(sitting.blind).toBeCloseTo(2.5)
    expect(sitting.chances.get(FAMILY)).toEqual(even)
  })

  test('stays small however long it lasts, and keeps its beginning and its end', () => {
    let sitting = nothingYet
    for (let step = 1; step <= 5_000; step += 1) sitting = withSeen(sitting, people(2, 1))
    expect(sitting.latest).toHaveLength(LATEST_MAX)
    expect(sitting.course.length).toBeLessThanOrEqual(401)
    expect(sitting.course[0]?.people).toBe(0)
    expect(sitting.course.at(-1)?.people).toBe(10_000)
    const counts = sitting.course.map((standing) => standing.people)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  })
})

describe('is it learning?', () => {
  const verdict = (liked: number, other: number, before = 0) =>
    verdictOf(withSeen(nothingYet, [...people(liked, 0), ...people(other, 1)]), before)

  test.each([
    [0, 0, 'nobody', 'Nobody has come by yet. Let some people come.'],
    [
      1,
      0,
      'early',
      'Too early to tell: of the first person, 100 in 100 saw the banner they like most; choosing blindly it would be 25.',
    ],
    [
      20,
      20,
      'early',
      'Too early to tell: of the first 40 people, 50 in 100 saw the banner they like most; choosing blindly it would be 25.',
    ],
    [
      30,
      70,
      'no',
      'Not yet: of the first 100 people, 30 in 100 saw the banner they like most; choosing blindly it would be 25.',
    ],
    [
      122,
      78,
      'yes',
      'Yes: of the first 200 people, 61 in 100 saw the banner they like most; choosing blindly it would be 25.',
    ],
  ])('%i of them saw it, %i another: %s', (liked, other, answer, sentence) => {
    expect(verdict(liked, other)).toEqual({ answer, sentence })
  })

  test('looks at the last 200 people only', () => {
    expect(verdict(300, 200)).toMatchObject({
      answer: 'no',
      sentence: expect.stringContaining('of the last 200 people, 0 in 100'),
    })
  })

  test('does not say that nobody came when somebody did before', () => {
    expect(verdict(0, 0, 12).sentence).toMatch(/^Let some people come by/)
    expect(verdict(1, 0, 12).sentence).toContain('of the last person, 100 in 100')
  })

  test('is luck three standard errors away from blind choice', () => {
    // 25 + 3 * 3.06 = 34.2 of 100
    expect(verdict(68, 132).answer).toBe('no')
    expect(verdict(69, 131).answer).toBe('yes')
  })

  test('says how many clicked, beside choosing blindly', () => {
    const latest = [...people(60, 0, true), ...people(40, 0)]
    expect(clicksInWords(latest)).toBe('60 of them clicked; choosing blindly about 25 would have.')
  })
})

test('people and reasons are called as a person would call them', () => {
  expect(kindInWords(3)).toEqual({ who: 'A couple', when: 'late in the evening' })
  const said = (feature: string) => reasonInWords(feature, 'Far worlds')
  expect(said('own:bias')).toBe('How everybody takes to Far worlds')
  expect(said('own:context:company=friends')).toBe('A group of friends, whatever the hour')
  expect(said('own:context:hour=evening')).toBe('It is late, whoever comes')
  expect(said('own:context:visit=couple, afternoon')).toBe(
    'A couple in the afternoon, more than either alone',
  )
  expect(said('exploration')).toBe('Worth finding out: little is known of it here')
  expect(said('other')).toBe('Several smaller things')
})
