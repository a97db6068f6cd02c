import {
  alwaysPolicy,
  createRandom,
  crossFit,
  evaluatePolicy,
  greedyPolicy,
  type LoggedDecision,
  recordedPolicy,
  ridgeRewardModel,
  uniformPolicy,
} from '@adsum/learning'
import { describe, expect, test } from 'vitest'

const candidates = ['tea', 'coffee', 'water'].map((id) => ({ id }))

/** Guests who are asked in the morning or in the evening; the morning ones like coffee. */
function decision(change: Partial<LoggedDecision> = {}): LoggedDecision {
  const propensities = [1 / 3, 1 / 3, 1 / 3]
  return {
    context: { time: 'morning' },
    candidates,
    chosen: 0,
    propensity: 1 / 3,
    propensities,
    reward: 0,
    user: null,
    position: null,
    ...change,
  }
}

/** Chosen at random; coffee earns 1 in the morning, tea in the evening. */
function uniformLog(count: number, seed = 1): LoggedDecision[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const time = random.next() < 0.5 ? 'morning' : 'evening'
    const chosen = random.below(3)
    const reward = chosen === (time === 'morning' ? 1 : 0) ? 1 : 0
    return decision({ context: { time }, chosen, reward })
  })
}

describe('what a policy would have earned', () => {
  const log = uniformLog(3_000)
  const predictions = crossFit(log, ridgeRewardModel, { seed: 1 })

  test.each([
    [uniformPolicy, 1 / 3],
    [alwaysPolicy('coffee'), 1 / 2],
    [greedyPolicy(predictions), 1],
  ])('is known: $name', (policy, truth) => {
    const { headline, refusal, earned, estimates } = evaluatePolicy(log, policy, predictions)
    expect(refusal).toBeNull()
    expect(headline?.name).toBe('sndr')
    expect(headline!.low).toBeLessThanOrEqual(truth)
    expect(headline!.high).toBeGreaterThanOrEqual(truth)
    expect(headline!.high - headline!.low).toBeLessThan(0.1)
    expect(headline!.difference.value).toBeCloseTo(headline!.value - earned.value, 12)
    expect(estimates).toHaveLength(8)
  })

  test('is never certain, although the policy earned the same each time that it is seen', () => {
    const { headline } = evaluatePolicy(log, greedyPolicy(predictions), null)
    expect(headline?.value).toBeCloseTo(1, 9)
    expect(headline?.high).toBeCloseTo(1, 9)
    // About a thousand times: 3 in 1,000 could have been otherwise, or 4 with 97.5% in place of 95%.
    expect(headline!.low).toBeGreaterThan(0.994)
    expect(headline!.low).toBeLessThan(0.997)
  })

  test('is allowed for where the model is wrong: its interval reaches what the log shows', () => {
    const wrong = log.map(() => Float64Array.of(0.9, 0.9, 0.9))
    const { estimates } = evaluatePolicy(log, alwaysPolicy('tea'), wrong)
    const named = (name: string) => estimates.find((each) => each.name === name)
    expect(named('dm')?.value).toBeCloseTo(0.9, 9)
    expect(named('dr')?.value).toBeCloseTo(0.5, 1)
    expect(named('dm')?.low).toBeLessThan(named('dr')!.value)
    expect(named('dm')?.difference.low).toBeLessThan(named('dr')!.difference.value)
  })

  test('needs no model: those that use one are left out', () => {
    const { headline, estimates } = evaluatePolicy(log, uniformPolicy, null)
    expect(estimates.map(({ name }) => name)).toEqual(['ips', 'clipped-ips', 'snips'])
    expect(headline?.name).toBe('snips')
    expect(headline?.value).toBe(evaluatePolicy(log, uniformPolicy, null).earned.value)
  })

  test('may be another where an option is not offered', () => {
    const few = log.map((each, index) => (index % 2 ? each : decision({ candidates: two })))
    expect(alwaysPolicy('coffee').probabilities(few[0]!, 0)).toEqual(Float64Array.of(0.5, 0.5))
  })
})

const two = ['tea', 'water'].map((id) => ({ id }))

test('what one user earns counts once, however often they were asked', () => {
  const log = uniformLog(900).map((each, index) => ({ ...each, user: `u-${index}` }))
  const repeated = log.flatMap((each) => [each, each, each, each])
  const alone = repeated.map((each) => ({ ...each, user: null }))
  const width = (decisions: readonly LoggedDecision[]): number => {
    const { headline } = evaluatePolicy(decisions, alwaysPolicy('tea'), null)
    return headline!.high - headline!.low
  }
  expect(width(repeated)).toBeCloseTo(width(log), 3)
  expect(width(alone)).toBeCloseTo(width(log) / 2, 2)
  const predictions = crossFit(repeated, ridgeRewardModel, { seed: 1 })
  for (const [index, row] of predictions.entries()) expect(row).toEqual(predictions[index & ~3])
})

describe('nothing is reported', () => {
  test('where the policy wants what could not be chosen', () => {
    const log = uniformLog(2_000).map((each) => {
      const chosen = each.chosen === 2 ? 0 : each.chosen
      return { ...each, chosen, propensity: 0.5, propensities: [0.5, 0.5, 0] }
    })
    const { refusal, support, headline } = evaluatePolicy(log, uniformPolicy, null)
    expect(refusal?.code).toBe('support_missing')
    expect(refusal?.reason).toContain('33.3%')
    expect(refusal?.reason).toContain('"water"')
    expect(support.unsupportedShare).toBeCloseTo(1 / 3, 9)
    expect(headline).toBeNull()
    // Without the other probabilities the weights still tell, as a third of them is missing.
    const blind = log.map((each) => ({ ...each, propensities: null }))
    const seen = evaluatePolicy(blind, uniformPolicy, null)
    expect(seen.support).toMatchObject({ unsupportedShare: null, neverChosen: ['water'] })
    expect(seen.refusal).toMatchObject({ code: 'support_missing' })
  })

  test('where a handful of decisions would decide', () => {
    const log = [
      ...uniformLog(1_000).map((each) => ({ ...each, propensity: 0.99, propensities: null })),
      decision({ propensity: 0.0001, propensities: null, reward: 1 }),
    ]
    const { refusal, support } = evaluatePolicy(log, uniformPolicy, null)
    expect(refusal?.code).toBe('effective_decisions_few')
    expect(support.effectiveDecisions).toBeLessThan(2)
    expect(support.weightMax).toBeCloseTo(3_333, 0)
  })

  test('where one place on the page tells too little', () => {
    const log = uniformLog(1_000).map((each, index) => ({
      ...each,
      position: index < 15 ? 'left' : 'right',
    }))
    const { refusal, support } = evaluatePolicy(log, uniformPolicy, null)
    expect(support.positions.map(({ position }) => position)).toEqual(['left', 'right'])
    expect(refusal).toMatchObject({
      code: 'effective_decisions_few',
      reason: expect.stringContaining('position left'),
    })
  })

  test('where all decisions are of a few users', () => {
    const log = uniformLog(1_000).map((each, index) => ({ ...each, user: `u-${index % 19}` }))
    const { refusal } = evaluatePolicy(log, uniformPolicy, null)
    expect(refusal).toMatchObject({
      code: 'users_few',
      reason: expect.stringContaining('19 users'),
    })
    expect(crossFit(log.slice(0, 3), ridgeRewardModel, { seed: 1 })).toHaveLength(3)
  })

  test('where hardly anything was earned', () => {
    const log = uniformLog(1_000).map((each, index) => ({ ...each, reward: index < 9 ? 1 : 0 }))
    expect(evaluatePolicy(log, uniformPolicy, null).refusal?.code).toBe('rewards_rare')
  })

  test('where propensities cannot be right', () => {
    const log = uniformLog(1_000).map((each) => ({
      ...each,
      propensity: 0.2,
      propensities: null,
    }))
    expect(evaluatePolicy(log, uniformPolicy, null).refusal?.code).toBe('propensities_inconsistent')
  })
})

describe('a decision that cannot be evaluated is named', () => {
  test.each<[string, Partial<LoggedDecision>, string]>([
    ['a reward that is none', { reward: Number.NaN }, 'a reward that is a number'],
    ['propensity 0', { propensity: 0 }, 'above 0 and at most 1, not 0'],
    ['propensity above 1', { propensity: 1.2 }, 'above 0 and at most 1, not 1.2'],
    ['an unknown choice', { chosen: 3 }, 'one of the candidates'],
    ['no candidates', { candidates: [] }, 'at least one candidate'],
    ['a candidate twice', { candidates: [...two, ...two] }, 'named once'],
    ['context that is none', { context: { age: Number.POSITIVE_INFINITY } }, '"age"'],
    ['probabilities of others', { propensities: [0.5, 0.5] }, '3 probabilities'],
    ['a sum that is not one', { propensities: [1 / 3, 1 / 3, 0.1] }, 'sum to one, not to 0.766'],
    ['a negative probability', { propensities: [1 / 3, 1, -1 / 3] }, 'from 0 to 1'],
    ['two words on the chosen one', { propensities: [0.2, 0.4, 0.4] }, 'say 0.2'],
    [
      'a feature that is none',
      { candidates: candidates.map((each) => ({ ...each, features: { price: Number.NaN } })) },
      '"price"',
    ],
  ])('%s', (_, change, problem) => {
    const log = [decision(), decision(change)]
    const evaluate = () => evaluatePolicy(log, uniformPolicy, null)
    expect(evaluate).toThrow(expect.objectContaining({ code: 'argument_invalid' }))
    expect(evaluate).toThrow(/^decision 1 needs/)
    expect(evaluate).toThrow(problem)
  })

  test('an empty log is none', () => {
    expect(() => evaluatePolicy([], uniformPolicy, null)).toThrow(
      expect.objectContaining({ code: 'statistics_empty' }),
    )
  })

  test('probabilities from outside are checked too', () => {
    const log = [decision(), decision()]
    const policy = recordedPolicy('column', [
      [0, 0, 1],
      [0.5, 0.6, 0],
    ])
    expect(() => evaluatePolicy(log, policy, null)).toThrow(
      'decision 1 needs probabilities that sum',
    )
    expect(() => evaluatePolicy(log, recordedPolicy('column', []), null)).toThrow('decision 0')
  })
})

describe('the model of rewards', () => {
  test('learns what an option earns in a context', () => {
    const model = ridgeRewardModel(uniformLog(3_000))
    const [tea, coffee, water] = model.predict(decision({ context: { time: 'morning' } }))
    expect(coffee).toBeGreaterThan(0.9)
    expect(tea).toBeLessThan(0.1)
    expect(water).toBeLessThan(0.1)
  })

  test('recovers a linear truth of numbers, of features of options and of the position', () => {
    const random = createRandom(5)
    const truth = (age: number, price: number, left: boolean): number =>
      1 + 0.5 * age - 2 * price + (left ? 3 : 0)
    const shelf = [0.2, 0.9].map((price, index) => ({ id: `item-${index}`, features: { price } }))
    const log = Array.from({ length: 4_000 }, (_, index) => {
      const [age, chosen] = [random.next() * 4, random.below(2)]
      const reward = truth(age, shelf[chosen]!.features.price, index % 2 === 0)
      const position = index % 2 === 0 ? 'left' : 'right'
      return decision({ context: { age }, candidates: shelf, chosen, reward, position })
    })
    const asked = decision({ context: { age: 2 }, candidates: shelf, position: 'left' })
    const [cheap, dear] = ridgeRewardModel(log).predict(asked)
    expect(cheap).toBeCloseTo(truth(2, 0.2, true), 1)
    expect(dear).toBeCloseTo(truth(2, 0.9, true), 1)
  })

  test('is the same whatever the unit of a number', () => {
    const random = createRandom(8)
    const log = Array.from({ length: 60 }, () => {
      const age = 20 + random.below(50)
      return decision({ context: { age }, chosen: random.below(3), reward: age / 10 })
    })
    const inDays = log.map((each) => {
      return { ...each, context: { age: Number(each.context.age) * 365.25 } }
    })
    const years = ridgeRewardModel(log).predict(log[0]!)
    const days = ridgeRewardModel(inDays).predict(inDays[0]!)
    for (const [index, each] of years.entries()) expect(days[index]).toBeCloseTo(each, 9)
  })

  test('is the same whatever the order of the log, up to rounding', () => {
    const log = uniformLog(500)
    const [forward] = [ridgeRewardModel(log).predict(log[0]!)]
    const backward = ridgeRewardModel(log.toReversed()).predict(log[0]!)
    for (const [index, each] of forward.entries()) expect(backward[index]).toBeCloseTo(each, 9)
  })

  test('does not predict a decision from its own reward', () => {
    const log = uniformLog(300)
    const options = { seed: 3 }
    const before = crossFit(log, ridgeRewardModel, options)
    const changed = log.map((each, index) => (index === 7 ? { ...each, reward: 1_000 } : each))
    const after = crossFit(changed, ridgeRewardModel, options)
    expect(after[7]).toEqual(before[7])
    const moved = after.filter((row, index) => row[0] !== before[index]?.[0])
    expect(moved).toHaveLength(200)
    expect(() => crossFit(log.slice(0, 2), ridgeRewardModel, options)).toThrow(
      '3 decisions or more',
    )
  })
})
