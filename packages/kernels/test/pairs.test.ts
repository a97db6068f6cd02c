import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addPairs,
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
        for (let time = 0; time < times; time++) {
          naive.add(one.sequence, one.rowStart, one.rowEnd, one.sign)
        }
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
})
