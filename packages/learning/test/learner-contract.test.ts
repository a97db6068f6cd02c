import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import {
  exponentialScale,
  type Learner,
  type LearnerStatistics,
  PopularityStatistics,
  popularityLearner,
  type RankerLevel,
  rankerConfiguration,
  SequenceLedger,
  type SequenceStatistics,
  sequenceConfiguration,
  sequenceLearner,
} from '@adsum/learning'
import { describeLearner, learnerLaws } from '@adsum/learning/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels()
})
afterAll(async () => {
  await closeKernels(kernels)
})

/** The penalties of the defaults with shorter windows, whose tables are made in no time. */
const configuration = rankerConfiguration({
  version: 'test',
  sequence: sequenceConfiguration('test', [
    exponentialScale({ tau: 1 }),
    exponentialScale({ tau: 4, window: 6 }),
  ]),
  penalties: {
    scales: [
      { lambda: 1, gamma: 0.5 },
      { lambda: 1, gamma: 0.5 },
    ],
    reference: { rows: 1, exponent: 0 },
    centred: true,
    bias: 1,
  },
  targetScaling: { by: 'popularity', beta: 0.1 },
  targetCountMin: 1,
})

const ranker = (level: RankerLevel) =>
  sequenceLearner(kernels, configuration, { itemsMax: 8, level })

describeLearner('popularity', () => popularityLearner)
describeLearner('sequence ranker, everyone', () => ranker('everyone'))
describeLearner('sequence ranker, moment', () => ranker('moment'))
describeLearner('sequence ranker, history', () => ranker('history'))

/** The laws that a learner breaks, by name. */
async function brokenLaws<Statistics extends LearnerStatistics>(
  factory: () => Learner<Statistics>,
): Promise<string[]> {
  const broken: string[] = []
  for (const law of learnerLaws) {
    await law.check(factory).catch(() => broken.push(law.name))
  }
  return broken
}

/** Popularity that writes its items in the order in which they were numbered. */
class NumberedByArrival extends PopularityStatistics {
  readonly #names: string[] = []

  override setItem(rawId: number, name: string): void {
    super.setItem(rawId, name)
    this.#names[rawId] = name
  }

  override counts(): [name: string, count: number][] {
    return super.counts().sort(([a], [b]) => this.#names.indexOf(a) - this.#names.indexOf(b))
  }
}

test('a learner that numbers features by arrival breaks the contract', async () => {
  const broken = await brokenLaws<PopularityStatistics>(() => ({
    ...popularityLearner,
    createStatistics: () => new NumberedByArrival(),
  }))
  expect(broken).toContain('the numbering of the items does not matter')
})

/** Popularity with weights that float64 cannot add exactly. */
class FloatSums extends PopularityStatistics {
  readonly #sums = new Map<number, number>()

  override add(sequence: Int32Array, sign: 1 | -1, rowStart = 0, rowEnd = sequence.length): void {
    for (let row = rowStart; row < rowEnd; row++) {
      const item = sequence[row]!
      if (item >= 0) this.#sums.set(item, (this.#sums.get(item) ?? 0) + (sign * 1) / (row + 3))
    }
  }

  override clear(): void {
    this.#sums.clear()
  }

  override serialise(): Uint8Array {
    const sums = Array.from(this.#sums).sort(([a], [b]) => a - b)
    return new Uint8Array(Float64Array.from(sums.flat()).buffer)
  }
}

test('a learner that accumulates floats breaks the contract', async () => {
  const broken = await brokenLaws<PopularityStatistics>(() => ({
    ...popularityLearner,
    createStatistics: () => new FloatSums(),
  }))
  expect(broken).toContain('adding and taking back changes nothing')
  expect(broken).toContain('the order of arrival does not matter, late events included')
})

/** A ledger that adds the row of a late event and leaves the rows after it as they were. */
class ForgetsNeighbours {
  readonly #statistics: SequenceStatistics
  readonly #exact: SequenceLedger
  readonly #sequences = new Map<string, Int32Array>()

  constructor(statistics: SequenceStatistics) {
    this.#statistics = statistics
    this.#exact = new SequenceLedger(statistics)
  }

  set(person: string, sequence: Int32Array | null): void {
    const before = this.#sequences.get(person) ?? new Int32Array(0)
    this.#sequences.set(person, sequence ?? new Int32Array(0))
    if (sequence === null || sequence.length !== before.length + 1) {
      this.#exact.set(person, sequence)
      return
    }
    const late = sequence.findIndex((item, index) => item !== before[index])
    this.#statistics.add(sequence, 1, late, late + 1)
  }
}

test('a learner that forgets the neighbours of a late event breaks the contract', async () => {
  const broken = await brokenLaws(() => ({
    ...ranker('history'),
    createLedger: (statistics: SequenceStatistics) => new ForgetsNeighbours(statistics),
  }))
  expect(broken).toContain('the order of arrival does not matter, late events included')
})

test('a learner whose terms leave something out breaks the contract', async () => {
  const broken = await brokenLaws<PopularityStatistics>(() => ({
    ...popularityLearner,
    fit: async (statistics: PopularityStatistics) => {
      const model = await popularityLearner.fit(statistics)
      return {
        items: model.items,
        scores: (sequence: readonly number[]) => model.scores(sequence),
        serialise: () => model.serialise(),
        close: () => model.close(),
        terms: (sequence: readonly number[]) => ({
          bias: 0,
          events: new Int32Array(sequence.length),
        }),
      }
    },
  }))
  expect(broken).toEqual(['terms add up to the score of every item'])
})

test('a learner that keeps a person, or forgets them twice, breaks the contract', async () => {
  const keeps = await brokenLaws<PopularityStatistics>(() => ({
    ...popularityLearner,
    createLedger: (statistics: PopularityStatistics) => {
      const ledger = new SequenceLedger(statistics)
      return { set: (person, sequence) => sequence !== null && ledger.set(person, sequence) }
    },
  }))
  expect(keeps).toEqual(['an erased person was never here'])
  const twice = await brokenLaws<PopularityStatistics>(() => ({
    ...popularityLearner,
    createLedger: (statistics: PopularityStatistics) => ({
      set: (_: string, sequence: Int32Array | null) => {
        if (sequence !== null) statistics.add(sequence, 1)
      },
    }),
  }))
  expect(twice).toContain('saying the same twice changes nothing')
})
