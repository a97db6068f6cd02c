import {
  Bandit,
  type BanditRequest,
  banditConfiguration,
  createRandom,
  type Exploration,
  LearningError,
  NOTHING,
  SCORE_UNIT,
} from '@adsum/learning'
import { describe, expect, test } from 'vitest'

const greedy = { kind: 'greedy' } as const

function scoreOf(bandit: Bandit, request: BanditRequest, at = 0): number {
  const { scores } = bandit.distribution(request, createRandom(1))
  return (scores[at] as number) / SCORE_UNIT
}

function teach(bandit: Bandit, request: BanditRequest, action: number, rewards: number[]): void {
  const row = bandit.row(request, action)
  for (const reward of rewards) bandit.learn({ row, reward })
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof LearningError) return error.code
    throw error
  }
  return 'none'
}

describe('what is learned', () => {
  test('an action without features is the mean of its rewards and one zero', () => {
    const bandit = new Bandit(banditConfiguration({ exploration: greedy }))
    const request = { actions: [{ id: 'a' }, { id: 'b' }] }
    teach(bandit, request, 0, [1, 1, 0])
    expect(scoreOf(bandit, request, 0)).toBeCloseTo(2 / 4, 6)
    expect(scoreOf(bandit, request, 1)).toBe(0)
  })

  test('rewards count by where they lie in their range', () => {
    const configuration = banditConfiguration({
      exploration: greedy,
      reward: { min: -10, max: 30 },
    })
    const bandit = new Bandit(configuration)
    const request = { actions: [{ id: 'a' }] }
    teach(bandit, request, 0, [10, 10, 10])
    expect(scoreOf(bandit, request)).toBeCloseTo((3 * 0.5) / 4, 6)
  })

  test('updates between fits give what a fit gives', () => {
    const exploration = { kind: 'linucb', alpha: 1 } as const
    const bandit = new Bandit(banditConfiguration({ exploration, interaction: 'disjoint' }))
    const random = createRandom(7)
    const words = ['new', 'late', 'home', 'rain', 'away', 'busy']
    const moment = () => ({
      // Only features that are sometimes there, whose prior no fit changes.
      context: { tags: words.filter(() => random.next() < 0.4) },
      actions: [{ id: 'a' }],
    })
    for (let row = 1; row <= 3000; row++) {
      const request = moment()
      const reward = request.context.tags.includes('late') ? random.next() : 0.25
      bandit.learn({ row: bandit.row(request, 0), reward, weight: 1 + random.below(3) })
      if (row % 47 !== 0) continue
      const fitted = new Bandit(bandit.configuration, bandit.statistics)
      const asked = moment()
      const [kept, anew] = [bandit, fitted].map((each) => each.distribution(asked, random))
      for (const part of ['scores', 'exploration'] as const) {
        const difference = (kept?.[part][0] ?? 0) - (anew?.[part][0] ?? 0)
        expect(Math.abs(difference) / SCORE_UNIT).toBeLessThan(1e-5)
      }
    }
  })

  test('an action never seen is judged by what it is like', () => {
    const bandit = new Bandit(banditConfiguration({ exploration: greedy }))
    const topics = ['news', 'sport']
    const request = {
      context: { time: 'evening' },
      actions: Array.from({ length: 10 }, (_, at) => ({
        id: `a${at}`,
        features: { topic: topics[at % 2] as string },
      })),
    }
    for (let at = 0; at < 8; at++) teach(bandit, request, at, Array(20).fill(at % 2))
    expect(scoreOf(bandit, request, 9)).toBeGreaterThan(scoreOf(bandit, request, 8) + 0.5)
  })

  test('with rewards of its own an action leaves what it is like behind', () => {
    const bandit = new Bandit(banditConfiguration({ exploration: greedy }))
    const action = (id: string) => ({ id, features: { topic: 'sport' } })
    const request = { actions: [action('loved'), action('other'), action('odd')] }
    for (const at of [0, 1]) teach(bandit, request, at, Array(300).fill(1))
    expect(scoreOf(bandit, request, 2)).toBeGreaterThan(0.9)
    teach(bandit, request, 2, Array(1000).fill(0))
    expect(scoreOf(bandit, request, 2)).toBeLessThan(0.1)
    expect(scoreOf(bandit, request, 0)).toBeGreaterThan(0.6)
  })

  test('a number in hundreds and the same in units are told apart equally well', () => {
    const scores = [1, 500].map((unit) => {
      const bandit = new Bandit(
        banditConfiguration({ exploration: greedy, interaction: 'disjoint' }),
      )
      const random = createRandom(3)
      const request = (age: number) => ({ context: { age: age * unit }, actions: [{ id: 'a' }] })
      for (let row = 0; row < 2000; row++) {
        const age = 1 + random.next()
        const { row: asked } = { row: bandit.row(request(age), 0) }
        bandit.learn({ row: asked, reward: age > 1.5 ? 1 : 0 })
      }
      return scoreOf(bandit, request(1.9)) - scoreOf(bandit, request(1.1))
    })
    for (const difference of scores) expect(difference).toBeGreaterThan(0.7)
  })

  test('doing nothing has a bias of its own and knows no moment', () => {
    const bandit = new Bandit(banditConfiguration({ exploration: greedy, floor: 0 }))
    const request = (time: string) => ({
      context: { time },
      actions: [{ id: 'a' }],
      nothing: true,
    })
    teach(bandit, request('day'), 1, [1, 1, 1])
    teach(bandit, request('day'), 0, [0, 0, 0])
    const { actions, chosen } = bandit.choose(request('day'), createRandom(1))
    expect(actions[chosen]).toBe(NOTHING)
    expect(scoreOf(bandit, request('night'), 1)).toBe(scoreOf(bandit, request('day'), 1))
  })
})

/** 99.9% of chi-squared values with four degrees of freedom lie below. */
const CHI_SQUARED_4 = 18.47

const five: BanditRequest = {
  context: { time: 'evening' },
  actions: ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, features: { initial: id } })),
}

function experienced(exploration: Exploration, floor: number): Bandit {
  const bandit = new Bandit(banditConfiguration({ exploration, floor }))
  for (const [at, rewards] of [[1, 1, 0], [1, 0], [1, 1, 0, 0], [0, 1], [0]].entries()) {
    teach(bandit, five, at, rewards)
  }
  return bandit
}

describe('what is chosen', () => {
  test.each<Exploration>([
    greedy,
    { kind: 'epsilon-greedy', epsilon: 0.3 },
    { kind: 'linucb', alpha: 1 },
    { kind: 'squarecb', gamma: 5, exponent: 0.5 },
    { kind: 'thompson', spread: 1, draws: 20 },
  ])('is drawn with the probabilities that are logged: $kind', (exploration) => {
    const bandit = experienced(exploration, 0.25)
    const expected = new Float64Array(5)
    const counts = new Float64Array(5)
    for (let decision = 0; decision < 10_000; decision++) {
      const { chosen, probabilities } = bandit.choose(five, createRandom(decision))
      counts[chosen] = (counts[chosen] as number) + 1
      for (const [at, probability] of probabilities.entries()) {
        expected[at] = (expected[at] as number) + probability
      }
    }
    const chiSquared = counts.reduce((sum, count, at) => {
      const mean = expected[at] as number
      return sum + (count - mean) ** 2 / mean
    }, 0)
    expect(chiSquared).toBeLessThan(CHI_SQUARED_4)
  })

  test('ties share', () => {
    const bandit = new Bandit(banditConfiguration({ exploration: greedy, floor: 0 }))
    const { probabilities } = bandit.distribution(five, createRandom(1))
    expect([...probabilities]).toEqual([0.2, 0.2, 0.2, 0.2, 0.2])
  })

  test('inverse gaps are those of the paper', () => {
    const bandit = new Bandit(
      banditConfiguration({
        exploration: { kind: 'squarecb', gamma: 100, exponent: 0 },
        floor: 0,
        interaction: 'disjoint',
      }),
    )
    const request = { actions: [{ id: 'a' }, { id: 'b' }] }
    teach(bandit, request, 0, [1])
    const { probabilities } = bandit.distribution(request, createRandom(1))
    // One reward of 1 and one zero: a gap of a half.
    expect(probabilities[1]).toBeCloseTo(1 / (2 + 100 * 0.5), 6)
  })

  test('optimism is a term of its own, largest for what is least known', () => {
    const bandit = experienced({ kind: 'linucb', alpha: 1 }, 0)
    const { scores, exploration, ranking } = bandit.distribution(
      { actions: [...five.actions.slice(0, 2), { id: 'new', features: { initial: 'n' } }] },
      createRandom(1),
    )
    expect(exploration[2]).toBeGreaterThan(
      Math.max(exploration[0] as number, exploration[1] as number),
    )
    const sums = scores.map((score, at) => score + (exploration[at] as number))
    expect([...ranking]).toEqual(
      [0, 1, 2].sort((a, b) => (sums[b] as number) - (sums[a] as number)),
    )
  })
})

describe('evaluation from the log of Thompson sampling', () => {
  const truth = [0.9, 0.2] as const
  const request = { actions: [{ id: 'a' }, { id: 'b' }] }

  /** Inverse propensity estimate of choosing evenly, whose truth is 0.55. */
  function estimate(logged: 'drawn' | 'independent'): number {
    const bandit = new Bandit(
      banditConfiguration({ exploration: { kind: 'thompson', spread: 1, draws: 5 }, floor: 0.1 }),
    )
    teach(bandit, request, 0, [1, 1, 0])
    teach(bandit, request, 1, [1, 0])
    const rounds = 20_000
    let sum = 0
    for (let round = 0; round < rounds; round++) {
      const choice = bandit.choose(request, createRandom(round))
      const again = bandit.distribution(request, createRandom(rounds + round))
      const propensity =
        logged === 'drawn' ? choice.propensity : (again.probabilities[choice.chosen] as number)
      const random = createRandom(2 * rounds + round)
      const reward = random.next() < (truth[choice.chosen] as number) ? 1 : 0
      sum += (0.5 / propensity) * reward
    }
    return sum / rounds
  }

  test('finds the truth, because the logged estimate is the one that was drawn from', () => {
    expect(Math.abs(estimate('drawn') - 0.55)).toBeLessThan(0.02)
  })

  test('would miss it with an independent estimate', () => {
    expect(Math.abs(estimate('independent') - 0.55)).toBeGreaterThan(0.05)
  })
})

describe('what is refused', () => {
  const bandit = new Bandit(banditConfiguration())
  const choose = (request: BanditRequest) => () => bandit.choose(request, createRandom(1))
  const row = bandit.row({ actions: [{ id: 'a' }] }, 0)

  test.each<[string, () => unknown]>([
    ['nothing to choose from', choose({ actions: [] })],
    ['an action twice', choose({ actions: [{ id: 'a' }, { id: 'a' }] })],
    ['an action without id', choose({ actions: [{ id: '' }] })],
    ['what is not a number', choose({ context: { x: Number.NaN }, actions: [{ id: 'a' }] })],
    [
      'thousands of features',
      choose({
        context: Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`f${at}`, 1])),
        actions: [{ id: 'a' }],
      }),
    ],
    ['a reward out of range', () => bandit.learn({ row, reward: 1.5 })],
    ['a reward that is not a number', () => bandit.learn({ row, reward: Number.NaN })],
    ['a weight of zero', () => bandit.learn({ row, reward: 1, weight: 0 })],
    ['an action that is not there', () => bandit.explain({ actions: [{ id: 'a' }] }, 1)],
    ['a negative alpha', () => banditConfiguration({ exploration: { kind: 'linucb', alpha: -1 } })],
    ['a floor above one', () => banditConfiguration({ floor: 2 })],
  ])('%s', (_, act) => {
    const before = bandit.serialise()
    expect(codeOf(act)).toBe('argument_invalid')
    expect(bandit.serialise()).toEqual(before)
  })

  test('bytes that end early, everywhere', () => {
    const whole = experienced({ kind: 'linucb', alpha: 1 }, 0)
    const bytes = whole.serialise()
    for (let length = 0; length < bytes.length; length += 7) {
      expect(codeOf(() => Bandit.deserialise(bytes.subarray(0, length), whole.configuration))).toBe(
        'bytes_invalid',
      )
    }
  })

  test('bytes with one changed, everywhere, or they are those of another bandit', () => {
    const whole = experienced({ kind: 'linucb', alpha: 1 }, 0)
    const bytes = whole.serialise()
    const codes = new Set<string>()
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      codes.add(codeOf(() => Bandit.deserialise(changed, whole.configuration)))
    }
    expect([...codes].sort()).toEqual(['bytes_invalid', 'none'])
  })

  test('taking back a row that was never added', () => {
    const fresh = new Bandit(banditConfiguration())
    expect(codeOf(() => fresh.forget([{ row, reward: 1 }]))).toBe('argument_invalid')
    expect(fresh.serialise()).toEqual(new Bandit(banditConfiguration()).serialise())
  })
})
