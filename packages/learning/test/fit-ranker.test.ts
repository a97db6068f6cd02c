import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import {
  deserialiseModel,
  fitRanker,
  groupedTerms,
  type RankerConfiguration,
  rankerConfiguration,
  rankerDefaults,
  rankerLevels,
  SequenceStatistics,
  scoreItems,
  scoresOf,
  sequenceConfiguration,
  termsOf,
  WEIGHT_UNIT,
} from '@adsum/learning'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { naiveFeatures, naiveStatistics } from './support/naive-statistics.ts'
import { letters, nearScales, sequenceOf, shortScales } from './support/sequences.ts'
import { solveDense } from './support/solve-dense.ts'

let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels()
})
afterAll(async () => {
  await closeKernels(kernels)
})

const pull = (first: number, second: number, gamma: number) => [
  { lambda: first, gamma },
  { lambda: second, gamma },
]

const plain: RankerConfiguration = rankerConfiguration({
  version: 'test',
  sequence: nearScales,
  penalties: {
    scales: pull(0.5, 2, 0.5),
    reference: { rows: 1, exponent: 0 },
    centred: true,
    bias: 1,
  },
  targetScaling: { by: 'popularity', beta: 0 },
  targetCountMin: 1,
})

function total(
  sequences: readonly (readonly number[])[],
  items: number,
  { sequence }: RankerConfiguration,
): SequenceStatistics {
  const statistics = new SequenceStatistics(kernels, sequence, { itemsMax: 26 })
  for (const [rawId, name] of letters(items).entries()) statistics.setItem(rawId, name)
  for (const sequence of sequences) statistics.add(Int32Array.from(sequence), 1)
  return statistics
}

async function fitted(
  sequences: readonly (readonly number[])[],
  items: number,
  configuration = plain,
) {
  const statistics = total(sequences, items, configuration)
  try {
    return await fitRanker(statistics, configuration, kernels)
  } finally {
    statistics.close()
  }
}

/** The fit as its definition says it, in float64 and without standardising: scores of one history. */
function naiveScores(
  sequences: readonly (readonly number[])[],
  items: number,
  { penalties, targetScaling }: RankerConfiguration,
  history: readonly number[],
  scaleCount: number,
): number[] {
  const naive = naiveStatistics(sequences, items, nearScales)
  const features = Array.from({ length: items * 2 }, (_, feature) => feature).filter(
    (feature) => feature % 2 < scaleCount && naive.gram[feature]![feature]! > 0,
  )
  const unit = WEIGHT_UNIT
  const spread = (feature: number) => {
    const square = naive.gram[feature]![feature]! / unit ** 2
    return penalties.centred
      ? square - (naive.featureSums[feature]! / unit) ** 2 / naive.rows
      : square
  }
  const lambda = (feature: number) => {
    const scale = feature % 2
    let mean = 0
    for (let item = 0; item < items; item++) mean += spread(item * 2 + scale) / items
    const { lambda: strength, gamma } = penalties.scales[scale]!
    return strength * spread(feature) ** gamma * mean ** (1 - gamma)
  }
  const biased = penalties.bias !== null || scaleCount === 0
  const beside = (sum: number) => (biased ? sum / unit : 0)
  const gram = [
    [naive.rows + (penalties.bias ?? 0), ...features.map((i) => beside(naive.featureSums[i]!))],
    ...features.map((i) => [
      beside(naive.featureSums[i]!),
      ...features.map((j) => naive.gram[i]![j]! / unit ** 2 + (i === j ? lambda(i) : 0)),
    ]),
  ]
  const cross = [naive.targetCounts, ...features.map((i) => naive.cross[i]!.map((c) => c / unit))]
  const coefficients = solveDense(gram, cross)
  const x = naiveFeatures(history, items, nearScales)
  const row = [biased ? 1 : 0, ...features.map((i) => x[i]! / unit)]
  const relative = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / items
    return values.map((value) => value / mean)
  }
  // The covariance of prediction and target over the rows is what the features explain.
  const explained = naive.targetCounts.map((count, item) =>
    features.reduce((sum, i, index) => {
      const meanOfFeature = naive.featureSums[i]! / unit / naive.rows
      const covariance = naive.cross[i]![item]! / unit - meanOfFeature * count
      return sum + (coefficients[index + 1]![item]! * covariance) / naive.rows
    }, 0),
  )
  const floor = explained.reduce((sum, value) => sum + value, 0) / items / 1_000
  const spreads = relative(explained.map((value) => Math.max(value, floor)))
  const divisors =
    targetScaling.by === 'popularity'
      ? relative(naive.targetCounts.map((count) => count + 1))
      : scaleCount === 0
        ? spreads.map(() => 1)
        : spreads.map(Math.sqrt)
  return divisors.map((divisor, item) => {
    const score = row.reduce((sum, value, i) => sum + value * coefficients[i]![item]!, 0)
    return score / divisor ** targetScaling.beta
  })
}

const worlds = fc
  .array(sequenceOf(4, 10), { minLength: 1, maxLength: 6 })
  // Every item once, so that the vocabulary is everything and the definition needs no special case.
  .map((sequences) => [[0, 1, 2, 3], ...sequences])

test.each([
  { name: 'standardised', change: {} },
  { name: 'scaled by explained spread', change: {}, by: 'explained-spread' as const },
  { name: 'raw spread', change: { centred: false } },
  { name: 'free bias', change: { bias: 0 } },
  { name: 'no bias beside other features', change: { bias: null } },
  { name: 'one penalty for all features of a scale', change: { scales: pull(0.5, 2, 0) } },
  { name: 'penalty by own spread alone', change: { scales: pull(0.5, 2, 1) } },
])('scores are those of the ridge regression that defines them: $name', async ({ change, by }) => {
  const configuration = rankerConfiguration({
    ...plain,
    penalties: { ...plain.penalties, ...change },
    targetScaling: { by: by ?? 'popularity', beta: 0.3 },
  })
  await fc.assert(
    fc.asyncProperty(worlds, sequenceOf(4), async (sequences, history) => {
      const model = await fitted(sequences, 4, configuration)
      for (const [level, scaleCount] of [
        ['everyone', 0],
        ['moment', 1],
        ['history', 2],
      ] as const) {
        const expected = naiveScores(sequences, 4, configuration, history, scaleCount)
        const { scale } = model.level(level)
        const found = Array.from(scoresOf(model, level, history), (score) => score / scale)
        for (const [item, value] of found.entries()) {
          expect(value).toBeCloseTo(expected[item]!, 3)
        }
      }
      model.close()
    }),
    { numRuns: 25 },
  )
})

describe('two people who both go from a to b, and one who goes from c to a', () => {
  const sequences = [
    [0, 1],
    [0, 1],
    [2, 0],
  ]

  test('after a comes b, after c comes a, and everyone gets what is popular', async () => {
    const model = await fitted(sequences, 3)
    const first = (level: 'everyone' | 'moment' | 'history', sequence: number[]) =>
      model.items[scoreItems(model, level, sequence, { limit: 1 }).indices[0]!]
    expect(first('history', [0])).toBe('b')
    expect(first('moment', [2])).toBe('a')
    expect(first('everyone', [2])).toBe('a')
    const everyone = scoreItems(model, 'everyone', [], { limit: 3 })
    expect(Array.from(everyone.indices, (index) => model.items[index])).toEqual(['a', 'b', 'c'])
    model.close()
  })

  test('an event that is not known changes nothing but the distance of the others', async () => {
    const model = await fitted(sequences, 3)
    expect(scoresOf(model, 'history', [-1])).toEqual(scoresOf(model, 'history', []))
    expect(scoresOf(model, 'history', [0, -1])).not.toEqual(scoresOf(model, 'history', [0]))
    model.close()
  })

  test('excluded items stay out, and the next question knows nothing of it', async () => {
    const model = await fitted(sequences, 3)
    const all = scoreItems(model, 'history', [0], { limit: 3 })
    const without = scoreItems(model, 'history', [0], { limit: 3, exclude: [1, -1].values() })
    expect(Array.from(without.indices)).toEqual(Array.from(all.indices).filter((i) => i !== 1))
    expect(scoreItems(model, 'history', [0], { limit: 3 })).toEqual(all)
    model.close()
  })
})

test('coefficients are rounded to the nearest published step', async () => {
  // n = 7, bias penalty 1: shares of 4/8, 2/8 and 1/8 times what float32 adds.
  const model = await fitted([[0, 1, 2, 0, 1, 0, 0]], 3, rankerConfiguration(plain))
  const sevenths = await fitted(
    [[0, 1, 2, 0, 1, 0, 0]],
    3,
    rankerConfiguration({ ...plain, penalties: { ...plain.penalties, bias: 0 } }),
  )
  expect(Array.from(scoresOf(model, 'everyone', []))).toEqual(
    [16_384, 8_192, 4_096].map((step) => step * WEIGHT_UNIT),
  )
  expect(model.level('everyone').scale).toBe(2 ** 15 * WEIGHT_UNIT)
  // 4/7 2^15 = 18724.57, 2/7 2^15 = 9362.29, 1/7 2^15 = 4681.14
  expect(Array.from(scoresOf(sevenths, 'everyone', []))).toEqual(
    [18_725, 9_362, 4_681].map((step) => step * WEIGHT_UNIT),
  )
  model.close()
  sevenths.close()
})

test('a question about an item that does not exist is refused, and harms no other', async () => {
  const model = await fitted(
    [
      [0, 1],
      [1, 0],
    ],
    2,
  )
  const before = scoresOf(model, 'history', [0, 1, 0])
  expect(() => scoresOf(model, 'history', [2, 1, 0])).toThrow(
    expect.objectContaining({ code: 'argument_invalid' }),
  )
  expect(scoresOf(model, 'history', [0, 1, 0])).toEqual(before)
  model.close()
})

test('equal scores come in the order of the names', async () => {
  const model = await fitted([[2], [1], [0]], 3)
  expect(Array.from(scoreItems(model, 'history', [], { limit: 3 }).indices)).toEqual([0, 1, 2])
  model.close()
})

test('shares of the events and the bias add up to the score', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, sequenceOf(4, 20), async (sequences, history) => {
      const model = await fitted(sequences, 4)
      for (const level of rankerLevels) {
        for (const [item, score] of scoresOf(model, level, history).entries()) {
          const { bias, events } = termsOf(model, level, history, item)
          expect(events.length).toBe(history.length)
          expect(events.reduce((sum, share) => sum + share, bias)).toBe(score)
        }
      }
      model.close()
    }),
    { numRuns: 25 },
  )
})

test('shares of many items by group are the sums of the shares of their events', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, sequenceOf(4, 20), async (sequences, history) => {
      const model = await fitted(sequences, 4)
      const items = model.items.map((_, item) => item)
      const groups = Array.from(history, (_, position) => 1 + (position % 3))
      for (const level of rankerLevels) {
        const rows = groupedTerms(model, level, history, items, groups, 3)
        for (const item of items) {
          const { bias, events } = termsOf(model, level, history, item)
          const expected = [bias, 0, 0, 0]
          for (const [position, share] of events.entries()) {
            expected[groups[position] as number]! += share
          }
          expect(Array.from(rows[item] as Int32Array)).toEqual(expected)
        }
      }
      model.close()
    }),
    { numRuns: 25 },
  )
})

test('items that followed too rarely are left out of the fit', async () => {
  const model = await fitted(
    [[0, 1, 0], [2]],
    4,
    rankerConfiguration({ ...plain, targetCountMin: 2 }),
  )
  expect(model.items).toEqual(['a'])
  expect(model.indexOf('b')).toBe(-1)
  model.close()
})

test('statistics of other weights are refused', async () => {
  const statistics = total([[0, 1]], 2, plain)
  const other = rankerConfiguration({ ...plain, sequence: shortScales })
  await expect(fitRanker(statistics, other, kernels)).rejects.toMatchObject({
    code: 'argument_invalid',
  })
  statistics.close()
})

test('a fit of nothing, and one without enough penalty, say so', async () => {
  await expect(fitted([], 2)).rejects.toMatchObject({ code: 'statistics_empty' })
  // One scale is twice the other, and the penalty is too small for float32 to see.
  const careless = rankerConfiguration({
    ...plain,
    sequence: sequenceConfiguration('twins', [
      { weights: Int32Array.of(256) },
      { weights: Int32Array.of(128) },
    ]),
    penalties: {
      scales: pull(1e-12, 1e-12, 1),
      reference: { rows: 1, exponent: 0 },
      centred: false,
      bias: 0,
    },
  })
  await expect(fitted([[0, 1, 0, 1]], 2, careless)).rejects.toMatchObject({
    code: 'fit_not_positive_definite',
  })
})

test('a closed model gives its memory back', async () => {
  const many = Array.from({ length: 26 }, (_, item) => [item, (item * 7) % 26, (item * 11) % 26])
  const model = await fitted(many, 26)
  const bytes = model.serialise()
  model.close()
  const before = kernels.memory.buffer.byteLength
  // Models that stayed would need more than the four megabytes by which memory grows at least.
  const rounds = Math.ceil((5 * 1024 * 1024) / bytes.length)
  for (let round = 0; round < rounds; round++) (await deserialiseModel(bytes, kernels)).close()
  expect(kernels.memory.buffer.byteLength).toBe(before)
  expect(() => scoreItems(model, 'history', [], { limit: 1 })).toThrow('closed')
  model.close()
})

test('what is added during a fit waits, and the model does not see it', async () => {
  const alone = await fitted(
    [
      [0, 1],
      [1, 0, 1],
    ],
    2,
  )
  const statistics = total(
    [
      [0, 1],
      [1, 0, 1],
    ],
    2,
    plain,
  )
  const fitting = fitRanker(statistics, plain, kernels)
  await Promise.resolve()
  statistics.add(Int32Array.of(1, 1, 1), 1)
  const model = await fitting
  expect(model.id).toBe(alone.id)
  expect(statistics.rows).toBe(8)
  for (const closable of [alone, model, statistics]) closable.close()
})

test('a fit may have a memory of its own, where that of the totals has no room for it', async () => {
  const items = 400
  const summedUpIn = (memory: Kernels) => {
    const statistics = new SequenceStatistics(memory, rankerDefaults.sequence, { itemsMax: items })
    statistics.reserve(items)
    for (let item = 0; item < items; item++) statistics.setItem(item, `item ${item}`)
    for (let item = 0; item < items; item++) statistics.add(Int32Array.of(item, item), 1)
    return statistics
  }
  const near = await openKernels({ memoryMbMax: 14 })
  const statistics = summedUpIn(near)
  await expect(fitRanker(statistics, rankerDefaults, near)).rejects.toThrow(
    'kernel memory exhausted',
  )

  const apart = await fitRanker(statistics, rankerDefaults, kernels)
  const roomy = summedUpIn(kernels)
  expect(() => roomy.merge(statistics, 1)).toThrow('different memories')
  const together = await fitRanker(roomy, rankerDefaults, kernels)
  expect(apart.id).toBe(together.id)
  for (const closable of [apart, together, roomy, statistics]) closable.close()
  await closeKernels(near)
})

test('a model reads back from its bytes, and damaged bytes are refused', async () => {
  const model = await fitted(
    [
      [0, 1, 2],
      [2, 1],
    ],
    3,
  )
  const bytes = model.serialise()
  const copy = await deserialiseModel(bytes, kernels)
  expect(copy.serialise()).toEqual(bytes)
  expect(copy.id).toBe(model.id)
  expect(scoreItems(copy, 'history', [0], { limit: 3 })).toEqual(
    scoreItems(model, 'history', [0], { limit: 3 }),
  )
  for (let length = 0; length < bytes.length; length++) {
    await expect(deserialiseModel(bytes.subarray(0, length), kernels)).rejects.toMatchObject({
      code: 'bytes_invalid',
    })
  }
  model.close()
  copy.close()
})

test('an intercepted coefficient changes the id of the model', async () => {
  const model = await fitted(
    [
      [0, 1, 2],
      [2, 1],
    ],
    3,
  )
  const bytes = model.serialise()
  bytes[bytes.length - 1]! ^= 1
  const altered = await deserialiseModel(bytes, kernels)
  expect(altered.id).not.toBe(model.id)
  model.close()
  altered.close()
})
