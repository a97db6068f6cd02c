import {
  clippedInversePropensity,
  directMethod,
  doublyRobust,
  type Estimator,
  type Evidence,
  estimate,
  gatherEvidence,
  inversePropensity,
  recordedPolicy,
  selfNormalised,
  selfNormalisedDoublyRobust,
  shrunkDoublyRobust,
  skewInterval,
  switchDoublyRobust,
  tuneWeights,
} from '@adsum/learning'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

/** Two decisions that can be followed by hand. */
const byHand: Evidence = {
  rewards: Float64Array.of(1, 0),
  weights: Float64Array.of(0.5, 2),
  model: { chosen: Float64Array.of(0.6, 0.2), policy: Float64Array.of(0.4, 0.3) },
  users: Int32Array.of(0, 1),
}

const row = fc.record({
  reward: fc.double({ min: -5, max: 5, noNaN: true }),
  weight: fc.double({ min: 0.01, max: 50, noNaN: true }),
  chosen: fc.double({ min: -5, max: 5, noNaN: true }),
  policy: fc.double({ min: -5, max: 5, noNaN: true }),
})

const evidences: fc.Arbitrary<Evidence> = fc
  .array(row, { minLength: 2, maxLength: 30 })
  .map((rows) => ({
    rewards: Float64Array.from(rows, ({ reward }) => reward),
    weights: Float64Array.from(rows, ({ weight }) => weight),
    model: {
      chosen: Float64Array.from(rows, ({ chosen }) => chosen),
      policy: Float64Array.from(rows, ({ policy }) => policy),
    },
    users: Int32Array.from(rows, (_, index) => index),
  }))

function value(estimator: Estimator, evidence: Evidence): number {
  return estimate(estimator, evidence).value
}

describe('by hand', () => {
  test.each<[Estimator, number]>([
    [inversePropensity, 0.5 / 2],
    [clippedInversePropensity(0.25), 0.25 / 2],
    [selfNormalised, 0.5 / 2.5],
    [directMethod, 0.35],
    [doublyRobust, 0.35 + (0.5 * 0.4 - 2 * 0.2) / 2],
    [selfNormalisedDoublyRobust, 0.35 + (0.5 * 0.4 - 2 * 0.2) / 2.5],
    [switchDoublyRobust(1), 0.35 + (0.5 * 0.4) / 2],
    [shrunkDoublyRobust(4), 0.35 + ((4 * 0.5 * 0.4) / 4.25 - (4 * 2 * 0.2) / 8) / 2],
  ])('$name', (estimator, expected) => {
    expect(value(estimator, byHand)).toBeCloseTo(expected, 12)
  })
})

describe('laws', () => {
  const holds = (law: (evidence: Evidence) => void): void => {
    fc.assert(fc.property(evidences, law), { seed: 4, numRuns: 200 })
  }

  test('a policy that chooses as the log did earned exactly what was earned', () => {
    holds((evidence) => {
      const same = { ...evidence, weights: evidence.weights.map(() => 1) }
      const earned =
        evidence.rewards.reduce((sum, reward) => sum + reward, 0) / evidence.rewards.length
      expect(value(inversePropensity, same)).toBe(earned)
      expect(value(selfNormalised, same)).toBe(earned)
    })
  })

  test('doubly robust is the model alone where nothing overlaps, and reweighting without a model', () => {
    holds((evidence) => {
      const apart = { ...evidence, weights: evidence.weights.map(() => 0) }
      expect(value(doublyRobust, apart)).toBe(value(directMethod, apart))
      const zero = evidence.weights.map(() => 0)
      const ignorant = { ...evidence, model: { chosen: zero, policy: zero } }
      expect(value(doublyRobust, ignorant)).toBe(value(inversePropensity, evidence))
      expect(value(selfNormalisedDoublyRobust, ignorant)).toBe(value(selfNormalised, evidence))
    })
  })

  test('limits of weights lead from the model alone to doubly robust', () => {
    holds((evidence) => {
      for (const make of [switchDoublyRobust, shrunkDoublyRobust]) {
        expect(value(make(0), evidence)).toBe(value(directMethod, evidence))
        expect(value(make(Number.POSITIVE_INFINITY), evidence)).toBe(value(doublyRobust, evidence))
      }
      expect(value(clippedInversePropensity(Number.POSITIVE_INFINITY), evidence)).toBe(
        value(inversePropensity, evidence),
      )
    })
  })

  test('normalised reweighting moves with the rewards and stays in their range', () => {
    holds((evidence) => {
      const moved = { ...evidence, rewards: evidence.rewards.map((reward) => reward + 3) }
      const before = value(selfNormalised, evidence)
      expect(value(selfNormalised, moved)).toBeCloseTo(before + 3, 9)
      expect(before).toBeGreaterThanOrEqual(Math.min(...evidence.rewards) - 1e-9)
      expect(before).toBeLessThanOrEqual(Math.max(...evidence.rewards) + 1e-9)
    })
  })

  test('terms average to the value, and what was left out leads back to doubly robust', () => {
    holds((evidence) => {
      const { terms, value: shrunk, leftOut } = estimate(shrunkDoublyRobust(10), evidence)
      const average = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length
      expect(average(terms)).toBeCloseTo(shrunk, 9)
      expect(shrunk + average(leftOut!)).toBeCloseTo(value(doublyRobust, evidence), 9)
    })
  })

  test('normalised influences are what leaving a decision out changes', () => {
    holds((evidence) => {
      const { value: all, influence } = estimate(selfNormalised, evidence)
      const without = {
        ...evidence,
        rewards: evidence.rewards.slice(1),
        weights: evidence.weights.slice(1),
      }
      const change = all - value(selfNormalised, without)
      expect(influence[0]! / evidence.rewards.length).toBeCloseTo(change, 9)
    })
  })
})

test('estimates need decisions, a model where they use one, and something in common', () => {
  const nothing = { ...byHand, rewards: new Float64Array(), weights: new Float64Array() }
  expect(() => estimate(inversePropensity, nothing)).toThrow('at least one decision')
  expect(() => estimate(doublyRobust, { ...byHand, model: null })).toThrow('needs a model')
  const apart = { ...byHand, weights: Float64Array.of(0, 0) }
  expect(() => estimate(selfNormalised, apart)).toThrow('nothing that the log shows')
  for (const make of [switchDoublyRobust, shrunkDoublyRobust, clippedInversePropensity]) {
    expect(() => make(-1)).toThrow('at')
    expect(() => make(Number.NaN)).toThrow('at')
  }
})

test('probabilities that were rounded are read as if they summed to one', () => {
  const candidates = ['a', 'b', 'c'].map((id) => ({ id }))
  const known = { context: {}, propensities: null, user: null, position: null }
  const decision = { ...known, candidates, chosen: 0, propensity: 1 / 3, reward: 1 }
  const policy = recordedPolicy('rounded', [[0.333, 0.333, 0.333]])
  const evidence = gatherEvidence([decision], policy, [Float64Array.of(1, 1, 1)])
  expect(value(directMethod, evidence)).toBeCloseTo(1, 12)
})

test('a limit is chosen that cuts off what one weight does, and none where weights are alike', () => {
  const calm = {
    ...byHand,
    rewards: Float64Array.of(1, 0, 1, 0),
    weights: Float64Array.of(1, 1, 1, 1),
  }
  expect(tuneWeights(clippedInversePropensity, calm).limit).toBe(Number.POSITIVE_INFINITY)
  const rewards = Float64Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? 1 : 0))
  const weights = rewards.map((_, index) => (index === 0 ? 2_000 : 1))
  const wild = { ...byHand, rewards, weights, model: null }
  expect(tuneWeights(clippedInversePropensity, wild).limit).toBeLessThan(Number.POSITIVE_INFINITY)
  // Many such weights are no accident: limiting them would leave out most of what is earned.
  const common = {
    ...byHand,
    rewards,
    weights: rewards.map((_, index) => (index % 10 ? 0 : 2_000)),
    model: null,
  }
  expect(tuneWeights(clippedInversePropensity, common).limit).toBe(Number.POSITIVE_INFINITY)
})

describe('the interval', () => {
  test('of equal values is a point', () => {
    expect(skewInterval(3, new Float64Array(9))).toEqual({ low: 3, high: 3 })
  })

  test('of many even values is that of the normal distribution', () => {
    const deviations = Float64Array.from({ length: 10_000 }, (_, index) => (index % 2) - 0.5)
    const { low, high } = skewInterval(7, deviations)
    expect(high - 7).toBeCloseTo((1.96 * 0.5) / 100, 4)
    expect(7 - low).toBeCloseTo((1.96 * 0.5) / 100, 4)
  })

  const share = (ones: number, count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, index) => (index < ones ? 1 : 0) - ones / count)

  test.each([
    // Clopper and Pearson's exact intervals of a share.
    [50, 500, 0.0751, 0.1297],
    [20, 2_000, 0.0061, 0.0154],
  ])('of %d in %d is nearly the exact one', (ones, count, low, high) => {
    const range = skewInterval(ones / count, share(ones, count))
    expect(Math.abs(range.low - low)).toBeLessThan(0.0006)
    expect(Math.abs(range.high - high)).toBeLessThan(0.0006)
  })

  test("has ends that Hall's transformation takes to the quantiles", () => {
    const [ones, count] = [400, 20_000]
    const p = ones / count
    const { low, high } = skewInterval(p, share(ones, count))
    const a = (1 - 2 * p) / Math.sqrt(p * (1 - p)) / Math.sqrt(count)
    const ends = [low, high].map((end) => {
      const t = (p - end) / Math.sqrt((p * (1 - p)) / count)
      return ((1 + (a * t) / 3) ** 3 - 1) / a + a / 6
    })
    // The 97.5% quantile of Student's t with 2 n / (k - 1) = 851 degrees of freedom.
    expect(ends[0]).toBeCloseTo(1.9628, 3)
    expect(ends[1]).toBeCloseTo(-1.9628, 3)
  })

  test('reaches further to the side where rare values lie, and mirrors with them', () => {
    const rare = Float64Array.from({ length: 500 }, (_, index) => (index < 10 ? 1 : 0) - 0.02)
    const { low, high } = skewInterval(0, rare)
    expect(high).toBeGreaterThan(-1.3 * low)
    const mirrored = skewInterval(
      0,
      rare.map((each) => -each),
    )
    expect(mirrored.low).toBeCloseTo(-high, 12)
    expect(mirrored.high).toBeCloseTo(-low, 12)
  })
})
