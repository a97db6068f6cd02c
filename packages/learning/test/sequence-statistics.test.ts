import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import { joinSequences, SequenceStatistics } from '@adsum/learning'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pairEntries } from '../src/statistics/statistics-bytes.ts'
import { naiveStatistics } from './support/naive-statistics.ts'
import { letters, sequenceOf, shortScales } from './support/sequences.ts'

let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels()
})
afterAll(async () => {
  await closeKernels(kernels)
})

function statisticsOf(names: readonly string[]): SequenceStatistics {
  const statistics = new SequenceStatistics(kernels, shortScales, { itemsMax: 26 })
  for (const [rawId, name] of names.entries()) statistics.setItem(rawId, name)
  return statistics
}

test('two people and three items: the totals that one can compute by hand', () => {
  const statistics = statisticsOf(['a', 'b', 'c'])
  statistics.add(Int32Array.of(0, 1, 2), 1)
  statistics.add(Int32Array.of(1, 2), 1)
  // Rows: a: -          -> a        b: -          -> b
  //       a: x_a=(4,3)  -> b        b: x_b=(4,3)  -> c
  //       a: x_a=(0,2), x_b=(4,3) -> c
  expect(statistics.rows).toBe(5)
  expect([0, 1, 2].map((item) => statistics.targetCount(item))).toEqual([1, 2, 2])
  expect([0, 1, 2].map((item) => statistics.featureSum(item, 0))).toEqual([4, 8, 0])
  expect([0, 1, 2].map((item) => statistics.featureSum(item, 1))).toEqual([5, 6, 0])
  const entries = Array.from(pairEntries(statistics), ({ a, b, totals }) => [a + b, ...totals])
  expect(entries).toEqual([
    // G: (4,3)(4,3)' + (0,2)(0,2)'; then C[a -> a], and the second C, which the diagonal leaves empty.
    ['aa', 16, 12, 12, 13, 0, 0, 0, 0],
    // G: (0,2)(4,3)'; C[a -> b] = (4,3); C[b -> a] = 0.
    ['ab', 0, 0, 8, 6, 4, 3, 0, 0],
    // G: twice (4,3)(4,3)'.
    ['bb', 32, 24, 24, 18, 0, 0, 0, 0],
    // C[a -> c] = (0,2).
    ['ac', 0, 0, 0, 0, 0, 2, 0, 0],
    // C[b -> c] = twice (4,3).
    ['bc', 0, 0, 0, 0, 8, 6, 0, 0],
  ])
  statistics.close()
})

test('the totals are the sum over rows that defines them', () => {
  const items = 5
  fc.assert(
    fc.property(fc.array(sequenceOf(items), { maxLength: 4 }), (sequences) => {
      const statistics = statisticsOf(letters(items))
      for (const sequence of sequences) statistics.add(Int32Array.from(sequence), 1)
      const naive = naiveStatistics(sequences, items, shortScales)
      expect(statistics.rows).toBe(naive.rows)
      for (let item = 0; item < items; item++) {
        expect(statistics.targetCount(item)).toBe(naive.targetCounts[item])
        for (const scale of [0, 1]) {
          expect(statistics.featureSum(item, scale)).toBe(naive.featureSums[item * 2 + scale])
        }
      }
      const found = new Map(
        Array.from(pairEntries(statistics), ({ a, b, totals }) => [a + b, Array.from(totals)]),
      )
      for (const [a, nameA] of letters(items).entries()) {
        for (const [b, nameB] of letters(items).entries()) {
          if (a > b) continue
          const { gram, cross } = naive
          const expected = [
            ...[gram[2 * a]![2 * b]!, gram[2 * a]![2 * b + 1]!],
            ...[gram[2 * a + 1]![2 * b]!, gram[2 * a + 1]![2 * b + 1]!],
            ...[cross[2 * a]![b]!, cross[2 * a + 1]![b]!],
            ...(a === b ? [0, 0] : [cross[2 * b]![a]!, cross[2 * b + 1]![a]!]),
          ]
          expect(found.get(nameA + nameB) ?? new Array(8).fill(0)).toEqual(expected)
        }
      }
      statistics.close()
    }),
    { numRuns: 60 },
  )
})

test('rows can be added one by one, in parts, or all at once', () => {
  fc.assert(
    fc.property(sequenceOf(4), fc.nat(), (sequence, cut) => {
      const rows = Int32Array.from(sequence)
      const whole = statisticsOf(letters(4))
      const parts = statisticsOf(letters(4))
      const at = cut % (rows.length + 1)
      whole.add(rows, 1)
      parts.add(rows, 1, at)
      parts.add(rows, 1, 0, at)
      expect(parts.serialise()).toEqual(whole.serialise())
      for (let row = 0; row < rows.length; row++) parts.add(rows, -1, row, row + 1)
      expect(parts.serialise()).toEqual(statisticsOf([]).serialise())
      whole.close()
      parts.close()
    }),
    { numRuns: 60 },
  )
})

test('totals beyond int32 stay exact, and come back to zero', () => {
  const statistics = statisticsOf(['a', 'b'])
  const sequence = Int32Array.of(0, 0, 0, 0, 1)
  statistics.add(sequence, 1)
  // Doubling by merging: 31 times takes a diagonal of hundreds beyond 2^32 several times over.
  for (let doubling = 0; doubling < 31; doubling++) {
    const copy = SequenceStatistics.deserialise(statistics.serialise(), kernels, { itemsMax: 26 })
    statistics.merge(copy, 1)
    copy.close()
  }
  const naive = naiveStatistics([Array.from(sequence)], 2, shortScales)
  const [diagonal] = Array.from(pairEntries(statistics), ({ totals }) => totals[0]!)
  expect(diagonal).toBe(naive.gram[0]![0]! * 2 ** 31)
  expect(diagonal).toBeGreaterThan(2 ** 32)
  const copy = SequenceStatistics.deserialise(statistics.serialise(), kernels, { itemsMax: 26 })
  expect(copy.serialise()).toEqual(statistics.serialise())
  statistics.merge(copy, -1)
  expect(statistics.serialise()).toEqual(statisticsOf([]).serialise())
  copy.clear()
  expect(copy.serialise()).toEqual(statisticsOf([]).serialise())
  expect(copy.table.carryCount).toBe(0)
  statistics.close()
  copy.close()
})

test('contributions wait while the totals are held, then are added', async () => {
  const statistics = statisticsOf(['a', 'b'])
  const release = await statistics.hold()
  statistics.add(Int32Array.of(0, 1), 1)
  expect(statistics.rows).toBe(0)
  expect(() => statistics.serialise()).toThrow(expect.objectContaining({ code: 'statistics_busy' }))
  release()
  expect(statistics.rows).toBe(2)
  statistics.close()
})

test('one holds at a time, and what waited is there for the next', async () => {
  const statistics = statisticsOf(['a', 'b'])
  const release = await statistics.hold()
  const second = statistics.hold().then((releaseSecond) => {
    const rows = statistics.rows
    releaseSecond()
    return rows
  })
  await new Promise((resolve) => setTimeout(resolve, 5))
  statistics.add(Int32Array.of(0, 1), 1)
  release()
  expect(await second).toBe(2)
  statistics.close()
})

test('while many sequences are added, others wait and the records stay where they are', async () => {
  const statistics = new SequenceStatistics(kernels, shortScales, { itemsMax: 500 })
  for (const [rawId, name] of letters(4).entries()) statistics.setItem(rawId, name)
  const adding = statistics.addSequences(
    joinSequences([Int32Array.of(0, 1, 2), Int32Array.of(3, 3)]),
  )
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  statistics.add(Int32Array.of(1, 2), 1)
  expect(statistics.rows).toBe(0)
  expect(() => statistics.reserve(500)).toThrow(
    expect.objectContaining({ code: 'statistics_busy' }),
  )
  await adding
  statistics.reserve(500)
  const expected = statisticsOf(letters(4))
  for (const sequence of [
    [0, 1, 2],
    [3, 3],
    [1, 2],
  ])
    expected.add(Int32Array.from(sequence), 1)
  expect(statistics.serialise()).toEqual(expected.serialise())
  statistics.close()
  expected.close()
})

test('an item beyond the room and a row outside the sequence are refused', () => {
  const statistics = new SequenceStatistics(kernels, shortScales, { itemsMax: 1 })
  statistics.setItem(0, 'a')
  const refused = (code: string) => expect.objectContaining({ code })
  expect(() => statistics.setItem(1, 'b')).toThrow(refused('statistics_full'))
  expect(() => statistics.add(Int32Array.of(1), 1)).toThrow(refused('argument_invalid'))
  expect(() => statistics.add(Int32Array.of(0), 1, 0, 2)).toThrow(refused('argument_invalid'))
  expect(() => statistics.setItem(0, 'c')).toThrow(refused('argument_invalid'))
  statistics.close()
})

test('damaged bytes are refused, wherever they are cut', () => {
  const statistics = statisticsOf(['a', 'b'])
  statistics.add(Int32Array.of(0, 1, 0), 1)
  const bytes = statistics.serialise()
  for (let length = 0; length < bytes.length; length++) {
    expect(() =>
      SequenceStatistics.deserialise(bytes.subarray(0, length), kernels, { itemsMax: 26 }),
    ).toThrow(expect.objectContaining({ code: 'bytes_invalid' }))
  }
  statistics.close()
})

test('altered bytes give another total or an error with a code, never anything else', () => {
  const statistics = statisticsOf(['a', 'b'])
  statistics.add(Int32Array.of(0, 1, 0), 1)
  const bytes = statistics.serialise()
  const codes = new Set<unknown>()
  for (let at = 0; at < bytes.length; at++) {
    for (const flip of [1, 2, 0x40, 0x80, 0xff]) {
      const altered = bytes.slice()
      altered[at]! ^= flip
      try {
        const read = SequenceStatistics.deserialise(altered, kernels, { itemsMax: 26 })
        expect(read.serialise()).not.toEqual(bytes)
        read.close()
      } catch (error) {
        codes.add((error as { code?: unknown }).code)
      }
    }
  }
  expect(codes).toEqual(new Set(['bytes_invalid']))
  statistics.close()
})

test('totals are equal when every integer is, and only then', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 12 })),
      (people) => {
        const one = statisticsOf(letters(3))
        const two = statisticsOf(letters(3))
        for (const person of people) one.add(Int32Array.from(person), 1)
        for (const person of people.toReversed()) two.add(Int32Array.from(person), 1)
        expect(one.equals(two)).toBe(true)
        two.add(Int32Array.of(0, 1), 1)
        expect(one.equals(two)).toBe(false)
        two.add(Int32Array.of(0, 1), -1)
        expect(one.equals(two)).toBe(true)
        // The same number of rows and the same targets in another order.
        one.add(Int32Array.of(0, 1, 2), 1)
        two.add(Int32Array.of(2, 1, 0), 1)
        expect(one.equals(two)).toBe(false)
        one.close()
        two.close()
      },
    ),
  )
})
