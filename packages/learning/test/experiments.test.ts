import {
  type ArmSums,
  assignArm,
  createRandom,
  type Experiment,
  meanDifference,
  noOutcomes,
  reportExperiment,
  sampleRatioProbability,
  withOutcome,
} from '@adsum/learning'
import { describe, expect, test } from 'vitest'

const key = new TextEncoder().encode('a key that nobody else has')
const experiment: Experiment = {
  name: 'banner',
  arms: [
    { name: 'old', share: 1 },
    { name: 'new', share: 1 },
  ],
}

function assigned(arms: Experiment['arms'], count = 4_000, name = 'banner', by = key): number[] {
  return Array.from({ length: count }, (_, user) => assignArm({ name, arms }, `u-${user}`, by))
}

describe('assignment', () => {
  test('is the same for a user each time, and spreads people by the shares', () => {
    const arms = [
      { name: 'old', share: 2 },
      { name: 'new', share: 1 },
      { name: 'newer', share: 1 },
    ]
    const first = assigned(arms)
    expect(assigned(arms)).toEqual(first)
    const people = arms.map((_, arm) => first.filter((each) => each === arm).length)
    expect(sampleRatioProbability(people, [2, 1, 1])).toBeGreaterThan(0.001)
    expect(sampleRatioProbability(people, [1, 1, 1])).toBeLessThan(0.001)
  })

  test('of one experiment, or with one key, says nothing of another', () => {
    const base = assigned(experiment.arms)
    for (const other of [
      assigned(experiment.arms, 4_000, 'menu'),
      assigned(experiment.arms, 4_000, 'banner', new TextEncoder().encode('another')),
    ]) {
      const same = other.filter((arm, user) => arm === base[user]).length
      expect(Math.abs(same - 2_000)).toBeLessThan(150)
    }
  })

  test('moves people only into an arm that grows or is new', () => {
    const before = assigned(experiment.arms)
    const grown = assigned([experiment.arms[0]!, { name: 'new', share: 3 }])
    const wider = assigned([...experiment.arms, { name: 'newer', share: 1 }])
    for (const [user, arm] of before.entries()) {
      expect([arm, 1]).toContain(grown[user])
      expect([arm, 2]).toContain(wider[user])
    }
    expect(grown).not.toEqual(before)
    expect(wider).not.toEqual(before)
  })

  test('needs two arms, named once each, with shares', () => {
    const arm = { name: 'old', share: 1 }
    for (const arms of [[arm], [arm, arm], [arm, { name: 'new', share: 0 }]]) {
      expect(() => assignArm({ name: 'banner', arms }, 'u', key)).toThrow(
        expect.objectContaining({ code: 'argument_invalid' }),
      )
    }
  })
})

test.each([
  // From tables of the chi-square distribution.
  [[50, 50], [1, 1], 1],
  [[3.841, 0], [1, 1], 0.05],
  [[6.635, 0], [1, 1], 0.01],
  [[5.991 / 2, 0, 0], [1, 1, 1], 0.05],
  [[7.815 / 3, 0, 0, 0], [1, 1, 1, 1], 0.05],
  [[13.277 / 4, 0, 0, 0, 0], [1, 1, 1, 1, 1], 0.01],
  [[11.07 / 5, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], 0.05],
  [[12.592 / 6, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 1], 0.05],
])('people spread %j over shares %j have the probability %d', (people, shares, probability) => {
  expect(sampleRatioProbability(people, shares)).toBeCloseTo(probability, 4)
})

describe('the range of a difference', () => {
  const options = { alpha: 0.05, planned: 1_000 }

  test('misses, looked at after every person, no oftener than it may; a usual interval does', () => {
    const random = createRandom(7)
    let [ever, everUsual] = [0, 0]
    const runs = 600
    for (let run = 0; run < runs; run++) {
      const rate = run % 2 === 0 ? 0.3 : 0.05
      const { missed, missedUsual } = lookAlways(() => (random.next() < rate ? 1 : 0), random)
      if (missed) ever++
      if (missedUsual) everUsual++
    }
    expect(ever / runs).toBeLessThanOrEqual(options.alpha)
    expect(everUsual / runs).toBeGreaterThan(0.25)
  })

  /** Two equal arms, 3,000 people, looked at after each of them from the 200th on. */
  function lookAlways(draw: () => number, random: ReturnType<typeof createRandom>) {
    let [a, b] = [noOutcomes, noOutcomes]
    let [missed, missedUsual] = [false, false]
    for (let people = 1; people <= 3_000; people++) {
      if (random.next() < 0.5) a = withOutcome(a, draw())
      else b = withOutcome(b, draw())
      if (people < 200) continue
      const { value, low, high } = meanDifference(a, b, options)
      missed ||= low > 0 || high < 0
      missedUsual ||= Math.abs(value) > 1.96 * usualError(a, b)
    }
    return { missed, missedUsual }
  }

  function usualError(a: ArmSums, b: ArmSums): number {
    const part = ({ people, total, squares }: ArmSums): number =>
      (squares / people - (total / people) ** 2) / people
    return Math.sqrt(part(a) + part(b))
  }

  test('is about half again as wide as the usual one where it is planned to be tightest', () => {
    const arm = { people: 500, total: 250, squares: 250 }
    const { value, low, high } = meanDifference(arm, arm, options)
    expect(value).toBe(0)
    expect(high).toBeCloseTo(-low, 12)
    const ratio = high / (1.96 * usualError(arm, arm))
    expect(ratio).toBeGreaterThan(1.3)
    expect(ratio).toBeLessThan(1.7)
  })

  test('is what the theorem says of four people', () => {
    // Outcomes 0 and 1 in both arms: s^2 = 1/2, sigma^2 = 4 (1/4 + 1/4) = 2. Four are planned, so
    // 4 rho^2 = 5.991 + ln 5.991 + 1 = 8.782, and the half width is the root of
    // 2 (2 x 9.782) / (4 x 8.782) ln(sqrt(9.782) / 0.05) = 1.1139 x 4.1359 = 4.607.
    const arm = { people: 2, total: 1, squares: 1 }
    const { high } = meanDifference(arm, arm, { alpha: 0.05, planned: 4 })
    expect(high).toBeCloseTo(Math.sqrt(4.607), 3)
  })

  test('is infinite until both arms have two people', () => {
    const { low, high } = meanDifference(withOutcome(noOutcomes, 1), noOutcomes, options)
    expect([low, high]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })

  test('forgets: an outcome taken out again leaves no trace', () => {
    const some = [3, 1, 2].reduce((sums, outcome) => withOutcome(sums, outcome), noOutcomes)
    expect(withOutcome(withOutcome(some, 7), 7, -1)).toEqual(some)
    expect(() => withOutcome(some, Number.NaN)).toThrow('an outcome is a number')
  })
})

describe('the report', () => {
  const arm = (people: number, earned: number): ArmSums => ({
    people,
    total: earned,
    squares: earned,
  })

  test('says which arm does better', () => {
    const { arms, refusal } = reportExperiment(
      experiment,
      [arm(2_000, 200), arm(2_050, 410)],
      4_000,
    )
    expect(refusal).toBeNull()
    expect(arms.map(({ decided }) => decided)).toEqual(['open', 'better'])
    expect(arms[1]?.difference?.value).toBeCloseTo(0.1, 9)
    const close = reportExperiment(experiment, [arm(2_000, 200), arm(2_050, 210)], 4_000)
    expect(close.arms[1]?.decided).toBe('open')
    const back = reportExperiment(experiment, [arm(2_000, 410), arm(2_050, 200)], 4_000)
    expect(back.arms[1]?.decided).toBe('worse')
  })

  test('shares the error among the arms', () => {
    const wide = { ...experiment, arms: [...experiment.arms, { name: 'newer', share: 1 }] }
    const sums = [arm(1_000, 100), arm(1_000, 120), arm(1_000, 120)]
    const [, two] = reportExperiment(experiment, sums.slice(0, 2), 2_000).arms
    const [, three] = reportExperiment(wide, sums, 2_000).arms
    expect(three!.difference!.high).toBeGreaterThan(two!.difference!.high)
  })

  test('refuses where people are lost, and where there are few', () => {
    const lost = reportExperiment(experiment, [arm(2_000, 200), arm(1_700, 400)], 4_000)
    expect(lost.refusal?.code).toBe('sample_ratio_mismatch')
    expect(lost.arms[1]?.difference).toBeNull()
    const few = reportExperiment(experiment, [arm(99, 10), arm(110, 40)], 4_000)
    expect(few.refusal?.code).toBe('people_few')
  })
})
