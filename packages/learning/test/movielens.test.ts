import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import {
  evaluateVerdict,
  fitRanker,
  hitRateAt,
  type Interactions,
  ndcgAt,
  rankerDefaults,
  SequenceLedger,
  SequenceStatistics,
  scoreItems,
  topItems,
} from '@adsum/learning'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rowsByPerson } from '../src/evaluation/interactions.ts'
import { missing, movieLens1m, movieLens100k } from './support/datasets.ts'

let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels({ threads: 1 })
})
afterAll(async () => {
  await closeKernels(kernels)
})

test('the evaluator gives popularity its published place on MovieLens-1M', (context) => {
  context.skip(missing('movielens-1m') !== null, missing('movielens-1m') ?? '')
  const sequences = movieLens1m()
  const counts = new Int32Array(3416)
  for (const sequence of sequences) {
    for (const item of sequence.slice(0, -2)) counts[item]! += 1
  }
  let hits = 0
  let gain = 0
  for (const sequence of sequences) {
    const seen = new Uint8Array(counts.length)
    for (const item of sequence.slice(0, -1)) seen[item] = 1
    const target = new Set([sequence.at(-1)!])
    const list = topItems(counts, seen, 10)
    hits += hitRateAt(list, target, 10) / sequences.length
    gain += ndcgAt(list, target, 10) / sequences.length
  }
  expect(sequences.length).toBe(6040)
  expect(hits).toBeCloseTo(0.0369, 4)
  expect(gain).toBeCloseTo(0.018, 4)
})

/** The first items of MovieLens-100k, so that fits take moments. */
const ITEMS = 300

function totalOf(interactions: Interactions, leaveOut: number): SequenceStatistics {
  const statistics = new SequenceStatistics(kernels, rankerDefaults.sequence, { itemsMax: ITEMS })
  for (let item = 0; item < ITEMS; item++) statistics.setItem(item, `m${item}`)
  const ledger = new SequenceLedger(statistics)
  for (const [user, rows] of rowsByPerson(interactions).entries()) {
    const sequence = rows.map((row) => interactions.items[row]!)
    const learned = sequence.map((item) => (item < ITEMS ? item : -1))
    if (user !== leaveOut) ledger.set(String(user), learned)
  }
  return statistics
}

test('on MovieLens-100k, a model after erasure is the model of those who stayed', async (context) => {
  context.skip(missing('movielens-100k') !== null, missing('movielens-100k') ?? '')
  const interactions = movieLens100k()
  const never = totalOf(interactions, 5)
  const erased = totalOf(interactions, -1)
  const rows = rowsByPerson(interactions)[5]!
  const sequence = rows.map((row) => interactions.items[row]!)
  const everyone = await fitRanker(erased, rankerDefaults, kernels)
  erased.add(
    sequence.map((item) => (item < ITEMS ? item : -1)),
    -1,
  )
  const [left, right] = [
    await fitRanker(erased, rankerDefaults, kernels),
    await fitRanker(never, rankerDefaults, kernels),
  ]
  expect(left.id).toBe(right.id)
  expect(left.id).not.toBe(everyone.id)
  for (const each of [never, erased, everyone, left, right]) each.close()
})

test('on MovieLens-100k, what everyone gets comes in the order of popularity', async (context) => {
  context.skip(missing('movielens-100k') !== null, missing('movielens-100k') ?? '')
  const statistics = totalOf(movieLens100k(), -1)
  const model = await fitRanker(statistics, rankerDefaults, kernels)
  const { indices } = scoreItems(model, 'everyone', [1, 2, 3], { limit: ITEMS })
  const count = (name: string) => statistics.targetCount(statistics.names.id(name))
  const counts = Array.from(indices, (index) => count(model.items[index]!))
  expect(counts).toEqual([...counts].sort((a, b) => b - a))
  expect(new Set(counts).size).toBeGreaterThan(100)
  statistics.close()
  model.close()
})

test('on MovieLens-100k, personal lists are worth it', async (context) => {
  context.skip(missing('movielens-100k') !== null, missing('movielens-100k') ?? '')
  const verdict = await evaluateVerdict(movieLens100k(), {
    kernels,
    configuration: rankerDefaults,
    itemsMax: 500,
    seed: 1,
  })
  expect(verdict).toMatchObject({ verdict: 'worth-it', split: 'time', repeats: false })
  expect(verdict).toMatchObject({ users: 943, items: 1682, events: 100_000 })
  expect(verdict.testUsers).toBeGreaterThan(200)
})
