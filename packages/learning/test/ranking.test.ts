import { coverage, hitRateAt, ndcgAt, recallAt, reciprocalRank, topItems } from '@adsum/learning'
import fc from 'fast-check'
import { expect, test } from 'vitest'

test('a list of three with hits at places one and three', () => {
  const ranked = [7, 8, 9]
  const relevant = new Set([7, 9, 4])
  expect(ndcgAt(ranked, relevant, 3)).toBeCloseTo((1 + 1 / 2) / (1 + 1 / Math.log2(3) + 1 / 2), 12)
  expect(recallAt(ranked, relevant, 3)).toBeCloseTo(2 / 3, 12)
  expect(recallAt(ranked, relevant, 1)).toBe(1)
  expect(hitRateAt(ranked, new Set([9]), 2)).toBe(0)
  expect(hitRateAt(ranked, new Set([9]), 3)).toBe(1)
  expect(reciprocalRank(ranked, new Set([9, 8]))).toBe(1 / 2)
  expect(reciprocalRank(ranked, new Set([1]))).toBe(0)
  expect(
    coverage(
      [
        [1, 2],
        [2, 3],
      ],
      1,
      4,
    ),
  ).toBe(2 / 4)
})

const lists = fc.uniqueArray(fc.nat(20), { maxLength: 15 })
const relevants = fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 8 })

test('measures lie in [0, 1], and one says 1 exactly when the list is as good as can be', () => {
  fc.assert(
    fc.property(lists, relevants, fc.integer({ min: 1, max: 12 }), (ranked, relevant, k) => {
      const wanted = new Set(relevant)
      for (const measure of [ndcgAt, recallAt, hitRateAt]) {
        expect(measure(ranked, wanted, k)).toBeGreaterThanOrEqual(0)
        expect(measure(ranked, wanted, k)).toBeLessThanOrEqual(1)
        expect(measure(relevant, wanted, k)).toBe(1)
      }
    }),
  )
})

test('moving a hit up never lowers the gain', () => {
  fc.assert(
    fc.property(lists, relevants, fc.nat(), (ranked, relevant, which) => {
      const wanted = new Set(relevant)
      const place = which % Math.max(1, ranked.length)
      if (place === 0 || !wanted.has(ranked[place]!) || wanted.has(ranked[place - 1]!)) return
      const better = [...ranked]
      ;[better[place - 1], better[place]] = [ranked[place]!, ranked[place - 1]!]
      expect(ndcgAt(better, wanted, 15)).toBeGreaterThan(ndcgAt(ranked, wanted, 15))
    }),
  )
})

test('the best items are those of a full sort, ties by index, without the excluded', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { maxLength: 30 }),
      fc.nat(10),
      fc.nat(),
      (scores, limit, mask) => {
        const exclude = Uint8Array.from(scores, (_, item) => (mask >> (item % 30)) & 1)
        const sorted = Array.from(scores.keys())
          .filter((item) => exclude[item] === 0)
          .sort((a, b) => scores[b]! - scores[a]! || a - b)
        expect(Array.from(topItems(scores, exclude, limit))).toEqual(sorted.slice(0, limit))
      },
    ),
  )
})
