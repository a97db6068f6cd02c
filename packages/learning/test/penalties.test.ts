import { expect, test } from 'vitest'
import { penaltyDiagonal } from '../src/ridge/penalties.ts'

const penalties = {
  scales: [{ lambda: 2, gamma: 0 }],
  reference: { rows: 1000, exponent: 0.5 },
  centred: false,
  bias: 1,
}

/** Two items whose squares are 1 and 3 in natural units. */
const totals = (rows: number) => ({
  items: 2,
  rows,
  squares: Float64Array.of(65_536, 3 * 65_536),
  sums: Float64Array.of(256, 256),
  targetCounts: Float64Array.of(1, 1),
})

test('at the reference a penalty is lambda times the mean spread', () => {
  expect([...penaltyDiagonal(totals(1000), penalties)]).toEqual([4, 4])
})

test('a quarter of the rows doubles the penalty, four times as many halve it', () => {
  expect([...penaltyDiagonal(totals(250), penalties)]).toEqual([8, 8])
  expect([...penaltyDiagonal(totals(4000), penalties)]).toEqual([2, 2])
})

test('with gamma 1 the penalty follows the spread of each feature', () => {
  const own = { ...penalties, scales: [{ lambda: 2, gamma: 1 }] }
  expect([...penaltyDiagonal(totals(1000), own)]).toEqual([2, 6])
})
