import { ItemKnn, recentPopularity } from '@adsum/learning'
import { expect, test } from 'vitest'

test('cosines of three items that one can compute by hand', () => {
  // Person 0: a b (a twice), person 1: a b, person 2: a c; so a is with b twice and with c once.
  const sequences = {
    items: Int32Array.of(0, 1, 0, 0, 1, 0, 2, -1),
    offsets: Int32Array.of(0, 3, 5, 8),
  }
  const knn = new ItemKnn(sequences, 3, { neighbours: 10 })
  const [a, b, c] = [0, 1, 2]
  expect(knn.scores([a])[b]).toBeCloseTo(2 / Math.sqrt(3 * 2), 12)
  expect(knn.scores([a])[c]).toBeCloseTo(1 / Math.sqrt(3 * 1), 12)
  expect(knn.scores([a])[a]).toBe(0)
  expect(knn.scores([b, c, b, -1])[a]).toBeCloseTo(2 / Math.sqrt(6) + 1 / Math.sqrt(3), 12)
  expect(new ItemKnn(sequences, 3, { neighbours: 1 }).scores([a])[c]).toBe(0)
})

test('popularity lately counts the latest events only', () => {
  const items = Int32Array.of(0, 0, 0, 1, 2, 1)
  const times = Float64Array.of(1, 2, 3, 4, 5, 6)
  expect(Array.from(recentPopularity(items, times, 3, 0.5))).toEqual([0, 2, 1])
  expect(Array.from(recentPopularity(items, times, 3, 1))).toEqual([3, 2, 1])
})
