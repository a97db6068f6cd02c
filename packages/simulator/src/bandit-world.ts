import { type Random, seededRandom } from './random.ts'

/**
 * Worlds for bandits in which the expected reward of every action is known.
 *
 * - `separate`: ten actions without features, each with a linear taste for the moment of its own;
 * - `linear`: ten of forty actions at a time; what fits is linear in moment times features of the action;
 * - `nonlinear`: the same, but what fits is a small random network of both;
 * - `rules`: categories only; every group of people likes one topic, and another in the evening.
 */
export type BanditWorldKind = 'separate' | 'linear' | 'nonlinear' | 'rules'

export const banditWorldKinds: readonly BanditWorldKind[] = [
  'separate',
  'linear',
  'nonlinear',
  'rules',
]

export interface BanditWorldSpec {
  readonly kind: BanditWorldKind
  readonly seed: number
  readonly rounds: number
}

/** Named numbers and texts. */
export type WorldFeatures = Readonly<Record<string, number | string>>

/** One moment with what would come of every action. */
export interface BanditRound {
  readonly context: WorldFeatures
  readonly actions: readonly { readonly id: string; readonly features: WorldFeatures }[]
  /** Probability of the reward 1, by action; otherwise the reward is 0. */
  readonly expected: readonly number[]
  /** What comes of each action if it is chosen: the same for whoever chooses. */
  readonly rewards: readonly (0 | 1)[]
}

/** The truth of one kind of world. */
interface Truth {
  readonly actionCount: number
  readonly offered: number
  features(action: number): WorldFeatures
  context(random: Random): WorldFeatures
  expected(context: WorldFeatures, action: number): number
}

const NUMBERS = 5
const HIDDEN = 8
const TOPICS = ['arts', 'food', 'games', 'music', 'news', 'sport', 'travel', 'work'] as const
const GROUPS = ['blue', 'green', 'grey', 'red', 'white', 'yellow'] as const
const TIMES = ['morning', 'noon', 'evening'] as const

/** The rounds of a world, one after another. */
export function* banditRounds({ kind, seed, rounds }: BanditWorldSpec): Generator<BanditRound> {
  const truth = truths[kind](seed)
  for (let round = 0; round < rounds; round += 1) {
    const random = seededRandom(seed, kind, 'round', round)
    const context = truth.context(random)
    const offered = distinct(truth.actionCount, truth.offered, random)
    const expected = offered.map((action) => truth.expected(context, action))
    yield {
      context,
      actions: offered.map((action) => ({ id: `a${action}`, features: truth.features(action) })),
      expected,
      rewards: expected.map((probability) => (random.uniform() < probability ? 1 : 0)),
    }
  }
}

const truths: Readonly<Record<BanditWorldKind, (seed: number) => Truth>> = {
  separate: (seed) => {
    const tastes = normals(seededRandom(seed, 'separate', 'tastes'), 10 * (NUMBERS + 1))
    return {
      actionCount: 10,
      offered: 10,
      features: () => ({}),
      context: (random) => numbers('x', random),
      expected: (context, action) => {
        const at = action * (NUMBERS + 1)
        const fit = Object.values(context).reduce<number>(
          (sum, value, index) => sum + Number(value) * (tastes[at + index + 1] ?? 0),
          tastes[at] ?? 0,
        )
        return held(0.4 + 0.12 * fit)
      },
    }
  },
  linear: (seed) => featured(seed, 'linear', (products) => held(0.4 + 0.1 * products)),
  nonlinear: (seed) => {
    const random = seededRandom(seed, 'nonlinear', 'network')
    const into = normals(random, HIDDEN * 2 * NUMBERS)
    const out = normals(random, HIDDEN)
    return featured(seed, 'nonlinear', (_, inputs) => {
      let sum = 0
      for (let unit = 0; unit < HIDDEN; unit += 1) {
        let drive = 0
        for (const [at, input] of inputs.entries()) {
          drive += input * (into[unit * 2 * NUMBERS + at] ?? 0)
        }
        sum += (out[unit] ?? 0) * Math.tanh(drive)
      }
      return held(1 / (1 + Math.exp(0.5 - sum)))
    })
  },
  rules: (seed) => {
    const random = seededRandom(seed, 'rules', 'liking')
    const liking = new Map<string, string>()
    for (const group of GROUPS) {
      for (const time of TIMES) {
        // The evening differs from the day, which is one.
        const before = time === 'noon' ? liking.get(`${group} morning`) : undefined
        liking.set(`${group} ${time}`, before ?? pick(TOPICS, random))
      }
    }
    return {
      actionCount: 24,
      offered: 8,
      features: (action) => ({
        topic: TOPICS[action % TOPICS.length] ?? '',
        length: action < 12 ? 'short' : 'long',
      }),
      context: (moment) => ({ group: pick(GROUPS, moment), time: pick(TIMES, moment) }),
      expected: ({ group, time }, action) =>
        (liking.get(`${group} ${time}`) === TOPICS[action % TOPICS.length] ? 0.6 : 0.15) +
        (action < 12 ? 0.1 : 0),
    }
  },
}

/** Forty actions with numbers for features; `fit` sees the sum of products and all inputs. */
function featured(
  seed: number,
  name: string,
  fit: (products: number, inputs: readonly number[]) => number,
): Truth {
  const random = seededRandom(seed, name, 'actions')
  const weights = normals(random, NUMBERS * NUMBERS)
  const actions = Array.from({ length: 40 }, () => numbers('f', random))
  return {
    actionCount: actions.length,
    offered: 10,
    features: (action) => actions[action] ?? {},
    context: (moment) => numbers('x', moment),
    expected: (context, action) => {
      const moment = Object.values(context).map(Number)
      const features = Object.values(actions[action] ?? {}).map(Number)
      let products = 0
      for (const [row, value] of moment.entries()) {
        for (const [column, feature] of features.entries()) {
          products += value * feature * (weights[row * NUMBERS + column] ?? 0)
        }
      }
      return fit(products, [...moment, ...features])
    },
  }
}

/** Numbers in [-1, 1], rounded as they would be in a request. */
function numbers(letter: string, random: Random): WorldFeatures {
  return Object.fromEntries(
    Array.from({ length: NUMBERS }, (_, at) => [
      `${letter}${at}`,
      Math.round((2 * random.uniform() - 1) * 1000) / 1000,
    ]),
  )
}

function normals(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.normal())
}

/** A probability that never makes a reward certain. */
function held(probability: number): number {
  return Math.max(0.02, Math.min(0.98, probability))
}

function pick<Value>(values: readonly [Value, ...Value[]], random: Random): Value {
  return values[Math.floor(random.uniform() * values.length)] ?? values[0]
}

/** `size` of the first `count` whole numbers, in a random order. */
function distinct(count: number, size: number, random: Random): number[] {
  const left = Array.from({ length: count }, (_, at) => at)
  return Array.from(
    { length: size },
    () => left.splice(Math.floor(random.uniform() * left.length), 1)[0] ?? 0,
  )
}
