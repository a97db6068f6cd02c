import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addPairs,
  addSequences,
  closeKernels,
  closePairTable,
  growPairTable,
  type Kernels,
  mergePairs,
  openKernels,
  openPairTable,
  type PairTable,
  pairCarries,
  pairTotal,
  setPairTotal,
} from '../src/index.ts'
import { noise } from './matrices.ts'
import { kernelSequence, NaivePairs, tableEntries } from './naive-pairs.ts'

const ITEMS_MAX = 7

interface Change {
  readonly sequence: readonly number[]
  readonly rowStart: number
  readonly rowEnd: number
  readonly sign: 1 | -1
}

/** Weights of 1 to 4 scales over a window of 1 to 9 lags. */
const weights = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }))
  .chain(([scales, window]) =>
    fc.array(
      fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: window, maxLength: window }),
      { minLength: scales, maxLength: scales },
    ),
  )

/** Short sequences with repeats and unlearned items, any row range, either sign. */
const change: fc.Arbitrary<Change> = fc
  .record({
    sequence: fc.array(fc.integer({ min: -1, max: ITEMS_MAX - 1 }), { maxLength: 24 }),
    ends: fc.tuple(fc.nat(24), fc.nat(24)),
    sign: fc.constantFrom<1 | -1>(1, -1),
  })
  .map(({ sequence, ends, sign }) => {
    const [low = 0, high = 0] = ends
      .map((end) => Math.min(end, sequence.length))
      .sort((a, b) => a - b)
    return { sequence, rowStart: low, rowEnd: high, sign }
  })

/** Items 0 to 19, each about as often as any other. */
function randomItems(seed: number, length: number): number[] {
  const next = noise(seed)
  return Array.from({ length }, () => Math.floor((next() + 1) * 10))
}

function apply(k: Kernels, table: PairTable, { sequence, ...rows }: Change, times = 1): void {
  const inMemory = kernelSequence(k, sequence)
  for (let time = 0; time < times; time++) addPairs(k, table, inMemory, rows)
  k.free(inMemory)
}

describe.each(['relaxed', 'simd'] as const)('pair tables (%s)', (flavour) => {
  let k: Kernels
  beforeAll(async () => {
    k = await openKernels({ flavour })
  })
  afterAll(() => closeKernels(k))

  it('equal the sums taken row by row', () => {
    fc.assert(
      fc.property(weights, fc.array(change, { maxLength: 4 }), (scales, changes) => {
        const table = openPairTable(k, { weights: scales, itemsMax: ITEMS_MAX })
        const naive = new NaivePairs(scales)
        for (const one of changes) {
          apply(k, table, one)
          naive.add(one.sequence, one.rowStart, one.rowEnd, one.sign)
        }
        expect(tableEntries(k, table)).toEqual(naive.entries())
        closePairTable(k, table)
      }),
      { numRuns: 60 },
    )
  })

  it('widen past int32 in both directions and come back to nothing', () => {
    const heavy = [
      [30_000, 12_000, 0],
      [9000, 1, 7],
    ]
    fc.assert(
      fc.property(change, fc.integer({ min: 2, max: 9 }), (one, times) => {
        const table = openPairTable(k, { weights: heavy, itemsMax: ITEMS_MAX })
        const naive = new NaivePairs(heavy)
        apply(k, table, one, times)
        naive.add(one.sequence, one.rowStart, one.rowEnd, one.sign * times)
        expect(tableEntries(k, table)).toEqual(naive.entries())
        const wide = naive.entries().filter(([, total]) => BigInt.asIntN(32, total) !== total)
        expect(pairCarries(table).map(({ lane }) => lane)).toEqual(wide.map(([lane]) => lane))
        apply(k, table, { ...one, sign: one.sign === 1 ? -1 : 1 }, times)
        expect(table.records.every((lane) => lane === 0)).toBe(true)
        expect(pairCarries(table)).toEqual([])
        closePairTable(k, table)
      }),
      { numRuns: 60 },
    )
  })

  it('take more carries than there was room for', () => {
    const heavy = [0, 1, 2].map((s) => [20_000 + s, 18_000, 15_000])
    const sequence = randomItems(1, 300)
    const table = openPairTable(k, { weights: heavy, itemsMax: 20 })
    const naive = new NaivePairs(heavy)
    const whole: Change = { sequence, rowStart: 0, rowEnd: sequence.length, sign: -1 }
    apply(k, table, whole, 6)
    naive.add(sequence, 0, sequence.length, -6)
    expect(tableEntries(k, table)).toEqual(naive.entries())
    expect(pairCarries(table).length).toBeGreaterThan(1000)
    apply(k, table, { ...whole, sign: 1 }, 6)
    expect(tableEntries(k, table)).toEqual([])
    closePairTable(k, table)
  })

  it('keep their totals when they grow', () => {
    fc.assert(
      fc.property(weights, change, (scales, one) => {
        const small = openPairTable(k, { weights: scales, itemsMax: ITEMS_MAX })
        const large = openPairTable(k, { weights: scales, itemsMax: ITEMS_MAX + 20 })
        apply(k, small, one)
        growPairTable(k, small, ITEMS_MAX + 20)
        apply(k, small, one)
        apply(k, large, one, 2)
        expect(small.records).toEqual(large.records)
        closePairTable(k, small)
        closePairTable(k, large)
      }),
      { numRuns: 20 },
    )
  })

  it('merge under other raw ids as if those had been added', () => {
    const ids = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], {
      minLength: ITEMS_MAX,
      maxLength: ITEMS_MAX,
    })
    const sign = fc.constantFrom<1 | -1>(1, -1)
    fc.assert(
      fc.property(weights, change, change, ids, sign, (scales, one, two, renumbering, sign) => {
        const [into, other, expected] = [9, ITEMS_MAX, 9].map((itemsMax) =>
          openPairTable(k, { weights: scales, itemsMax }),
        ) as [PairTable, PairTable, PairTable]
        apply(k, into, two)
        apply(k, other, one)
        const map = kernelSequence(k, renumbering)
        mergePairs(k, into, other, map, sign)
        apply(k, expected, two)
        const renumbered = one.sequence.map((item) => (item < 0 ? -1 : (renumbering[item] ?? -1)))
        apply(k, expected, { ...one, sequence: renumbered, sign: one.sign === sign ? 1 : -1 })
        expect(tableEntries(k, into)).toEqual(tableEntries(k, expected))
        for (const table of [into, other, expected]) closePairTable(k, table)
        k.free(map)
      }),
      { numRuns: 60 },
    )
  })

  it('merge carries, and the smallest low limb', () => {
    const totals = [2n ** 31n, -(2n ** 31n), 5n * 2n ** 32n - 1n, -(2n ** 40n), 2n ** 52n]
    for (const a of totals) {
      for (const b of totals) {
        for (const sign of [1, -1] as const) {
          const [into, other] = [0, 1].map(() => openPairTable(k, { weights: [[1]], itemsMax: 1 }))
          if (into === undefined || other === undefined) throw new Error('no tables')
          setPairTotal(k, into, 0, a)
          setPairTotal(k, other, 0, b)
          mergePairs(k, into, other, kernelSequence(k, [0]), sign)
          expect(pairTotal(k, into, 0)).toBe(a + BigInt(sign) * b)
          closePairTable(k, into)
          closePairTable(k, other)
        }
      }
    }
  })

  it('refuse ids, rows and weights out of range, before any change', () => {
    const table = openPairTable(k, { weights: [[3, 2]], itemsMax: 2 })
    const sequence = kernelSequence(k, [0, 1, 2])
    expect(() => addPairs(k, table, sequence)).toThrow(RangeError)
    expect(() => addPairs(k, table, sequence, { rowEnd: 4 })).toThrow(RangeError)
    expect(() => addPairs(k, table, sequence, { rowStart: 2, rowEnd: 1 })).toThrow(RangeError)
    expect(() => addPairs(k, table, new Int32Array(2))).toThrow(TypeError)
    expect(tableEntries(k, table)).toEqual([])
    for (const bad of [[[-1]], [[1.5]], [[40_000]], [[1], [1, 2]], [], [Array(9).fill(32_767)]]) {
      expect(() => openPairTable(k, { weights: bad, itemsMax: 2 })).toThrow(RangeError)
    }
  })
})

describe.each([0, 2])('batches of sequences on %i threads', (threads) => {
  let k: Kernels
  beforeAll(async () => {
    k = await openKernels({ threads })
  })
  afterAll(() => closeKernels(k))

  const sequences = fc.array(fc.array(fc.integer({ min: -1, max: 19 }), { maxLength: 24 }), {
    maxLength: 6,
  })

  function batchOf(list: readonly (readonly number[])[], sign: 1 | -1) {
    const starts = [0]
    for (const one of list) starts.push((starts.at(-1) ?? 0) + one.length)
    return { items: kernelSequence(k, list.flat()), starts: kernelSequence(k, starts), sign }
  }

  it('equal the sequences added one by one', async () => {
    await fc.assert(
      fc.asyncProperty(
        weights,
        sequences,
        fc.constantFrom<1 | -1>(1, -1),
        async (scales, list, sign) => {
          const [together, single] = [0, 1].map(() =>
            openPairTable(k, { weights: scales, itemsMax: 20 }),
          ) as [PairTable, PairTable]
          const batch = batchOf(list, sign)
          await addSequences(k, together, batch)
          for (const one of list) {
            apply(k, single, { sequence: one, rowStart: 0, rowEnd: one.length, sign })
          }
          expect(tableEntries(k, together)).toEqual(tableEntries(k, single))
          for (const table of [together, single]) closePairTable(k, table)
          k.free(batch.items)
          k.free(batch.starts)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('carry, make room for carries, and come back to nothing', async () => {
    const heavy = [0, 1, 2].map((s) => [20_000 + s, 18_000, 15_000])
    const list = Array.from({ length: 250 }, (_, s) => randomItems(s, 200))
    const [together, single] = [0, 1].map(() =>
      openPairTable(k, { weights: heavy, itemsMax: 20 }),
    ) as [PairTable, PairTable]
    await addSequences(k, together, batchOf(list, 1))
    for (const sequence of list) {
      apply(k, single, { sequence, rowStart: 0, rowEnd: sequence.length, sign: 1 })
    }
    expect(pairCarries(together).length).toBeGreaterThan(1000)
    expect(pairCarries(together)).toEqual(pairCarries(single))
    expect(together.records).toEqual(single.records)
    await addSequences(k, together, batchOf(list, -1))
    expect(tableEntries(k, together)).toEqual([])
    expect(pairCarries(together)).toEqual([])
  })
})
