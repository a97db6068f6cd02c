import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import {
  createRandom,
  evaluateVerdict,
  exponentialScale,
  holdOut,
  type Interactions,
  rankerConfiguration,
  sequenceConfiguration,
  type VerdictProgress,
} from '@adsum/learning'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepFrequentItems } from '../src/evaluation/keep-frequent-items.ts'

let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels()
})
afterAll(async () => {
  await closeKernels(kernels)
})

const configuration = rankerConfiguration({
  version: 'test',
  sequence: sequenceConfiguration('test', [exponentialScale({ tau: 1 })]),
  penalties: {
    scales: [{ lambda: 1, gamma: 0.5 }],
    reference: { rows: 1, exponent: 0 },
    centred: true,
    bias: 1,
  },
  targetScaling: { by: 'popularity', beta: 0 },
  targetCountMin: 1,
})

const PEOPLE = 150
const EVENTS = 12
const ITEMS = 30

/** People who walk over the items; `step` says where to go from an item. */
function walks(
  step: (item: number, below: (bound: number) => number) => number,
  people = PEOPLE,
): Interactions {
  const random = createRandom(5)
  const rows = Array.from({ length: people }, (_, user) => {
    let item = random.below(ITEMS)
    return Array.from({ length: EVENTS }, (_, event) => {
      item = step(item, (bound) => random.below(bound))
      // Everyone is about at the same time, in their own order.
      return { user, item, time: event * 1_000 + user }
    })
  }).flat()
  return {
    users: Int32Array.from(rows, ({ user }) => user),
    items: Int32Array.from(rows, ({ item }) => item),
    times: Float64Array.from(rows, ({ time }) => time),
  }
}

const verdictOn = (interactions: Interactions, seed = 1) =>
  evaluateVerdict(interactions, { kernels, configuration, itemsMax: 100, seed })

/** Mostly the next item, which says nothing about what is popular. */
const ring = (item: number, below: (bound: number) => number) =>
  below(10) < 8 ? (item + 1) % ITEMS : below(ITEMS)

test('people who follow a pattern: worth it, and the reason names the numbers', async () => {
  const verdict = await verdictOn(walks(ring))
  expect(verdict.verdict).toBe('worth-it')
  expect(verdict.difference!.ndcg.low).toBeGreaterThan(0)
  expect(verdict.testUsers).toBe(PEOPLE)
  expect(verdict.methods.map(({ name }) => name)).toEqual([
    'ranker',
    'popularity',
    'item-knn',
    'recency',
  ])
  expect(verdict.repeats).toBe(true)
  expect(verdict.reason).toMatch(
    /^Among ten suggestions, personal lists held the next thing for \d/,
  )
})

test('people who do anything at random: not yet', async () => {
  const verdict = await verdictOn(walks((_, below) => below(ITEMS)))
  expect(verdict.verdict).toBe('not-yet')
  expect(verdict.difference!.ndcg.low).toBeLessThanOrEqual(0)
})

test('the comparison is with the best of the simple methods', async () => {
  const { methods, difference } = await verdictOn(walks(ring))
  const simple = methods.filter(({ name }) => name !== 'ranker')
  const best = simple.reduce((a, b) => (b.ndcg.mean > a.ndcg.mean ? b : a))
  expect(difference!.to).toBe(best.name)
  const ranker = methods.find(({ name }) => name === 'ranker')!
  expect(difference!.ndcg.mean).toBeCloseTo(ranker.ndcg.mean - best.ndcg.mean, 12)
})

test('a difference that chance could explain is not yet worth it', async () => {
  // A pattern so faint that the mean is above that of the best simple method, but not by much.
  const faint = (item: number, below: (bound: number) => number) =>
    below(100) < 6 ? (item + 1) % ITEMS : below(ITEMS)
  const { verdict, difference } = await verdictOn(walks(faint))
  expect(difference!.ndcg.mean).toBeGreaterThan(0)
  expect(difference!.ndcg.low).toBeLessThan(0)
  expect(verdict).toBe('not-yet')
})

test('where people come back to what they had, lists may show it again', async () => {
  const verdict = await verdictOn(walks((item) => item))
  expect(verdict.repeats).toBe(true)
  expect(verdict.methods.find(({ name }) => name === 'ranker')!.hitRate.mean).toBe(1)
})

test('where nobody does, lists leave out what this person had, and only this person', async () => {
  const verdict = await verdictOn(walks((item) => (item + 1) % ITEMS))
  const hits = (method: string) => verdict.methods.find(({ name }) => name === method)!.hitRate.mean
  expect(verdict.repeats).toBe(false)
  expect(hits('ranker')).toBe(1)
  // Nineteen items are left for ten places.
  expect(hits('popularity')).toBeGreaterThan(0.3)
})

test('the same seed gives the same verdict', async () => {
  expect(await verdictOn(walks(ring))).toEqual(await verdictOn(walks(ring)))
})

test('without times the last event of everyone is asked about', async () => {
  const verdict = await verdictOn({ ...walks(ring), times: null })
  expect(verdict.split).toBe('last-event')
  expect(verdict.verdict).toBe('worth-it')
  expect(verdict.methods.map(({ name }) => name)).not.toContain('recency')
})

test('too few people, too few events, or nothing at all: not enough data', async () => {
  const few = await verdictOn(walks(ring, 99))
  expect(few).toMatchObject({ verdict: 'not-enough-data', methods: [], difference: null })
  expect(few.reason).toContain('99 people')
  const { users, items, times } = walks(ring)
  const short = { users: users.slice(0, 999), items: items.slice(0, 999), times }
  await expect(verdictOn(short)).rejects.toMatchObject({ code: 'argument_invalid' })
  const fewer = await verdictOn({ ...short, times: times!.slice(0, 999) })
  expect(fewer.reason).toContain('999 events')
  const none = { users: new Int32Array(0), items: new Int32Array(0), times: null }
  expect(await verdictOn(none)).toMatchObject({ verdict: 'not-enough-data', events: 0 })
})

test('progress goes through its stages and stays between 0 and 1', async () => {
  const seen: VerdictProgress[] = []
  await evaluateVerdict(walks(ring), {
    kernels,
    configuration,
    itemsMax: 100,
    seed: 1,
    onProgress: (progress) => seen.push(progress),
  })
  expect(new Set(seen.map(({ stage }) => stage))).toEqual(new Set(['learning', 'asking']))
  for (const { done } of seen) expect(done).toBeGreaterThanOrEqual(0)
  for (const { done } of seen) expect(done).toBeLessThanOrEqual(1)
})

describe('what is held out', () => {
  /** Two people: user 0 over times 1 to 9, user 1 over 2 and 10. */
  const interactions: Interactions = {
    users: Int32Array.of(0, 0, 0, 1, 1),
    items: Int32Array.of(7, 5, 6, 5, 8),
    times: Float64Array.of(9, 1, 3, 2, 10),
  }

  test('with times nothing after the cut is learned from, and the last event is the question', () => {
    const { split, training, trainingTimes, cases } = holdOut(interactions)
    expect(split).toBe('time')
    // The latest fifth of five events is one: the cut lies at time 9.
    expect(Array.from(training.items)).toEqual([5, 6, 7, 5])
    expect(Array.from(training.offsets)).toEqual([0, 3, 4])
    expect(Array.from(trainingTimes!)).toEqual([1, 3, 9, 2])
    expect(cases).toEqual([{ user: 1, history: Int32Array.of(5), target: 8 }])
  })

  test('without times everyone with two events is asked about the last one', () => {
    const { split, training, cases } = holdOut({ ...interactions, times: null })
    expect(split).toBe('last-event')
    expect(Array.from(training.items)).toEqual([7, 5, 5])
    expect(cases.map(({ target }) => target)).toEqual([6, 8])
  })

  test('only the most frequent items are kept, others hold their places', () => {
    const known = keepFrequentItems(holdOut(interactions), 1)
    expect(Array.from(known.training.items)).toEqual([0, -1, -1, 0])
    expect(known.cases).toEqual([{ user: 1, history: Int32Array.of(0), target: -1 }])
    expect([known.itemCount, known.itemsLeftOut]).toEqual([1, 2])
    // Items 6 and 7 occur once each: of equals the smaller number stays.
    expect(Array.from(keepFrequentItems(holdOut(interactions), 2).training.items)).toEqual([
      0, 1, -1, 0,
    ])
  })
})
