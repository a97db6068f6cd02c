import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import { openLeverage, rankerConfiguration, SequenceStatistics } from '@adsum/learning'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { naiveFeatures, naiveStatistics } from './support/naive-statistics.ts'
import { letters, nearScales, sequenceOf } from './support/sequences.ts'
import { solveDense } from './support/solve-dense.ts'

const ITEMS = 3
let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels()
})
afterAll(async () => {
  await closeKernels(kernels)
})

/** gamma 0 and uncentred spread: lambda times the mean square of the scale, on every feature alike. */
const configuration = rankerConfiguration({
  version: 'test',
  sequence: nearScales,
  penalties: {
    scales: [
      { lambda: 1, gamma: 0 },
      { lambda: 2, gamma: 0 },
    ],
    reference: { rows: 1, exponent: 0 },
    centred: false,
    bias: 3,
  },
  targetScaling: { by: 'popularity', beta: 0 },
  targetCountMin: 1,
})

async function leverageOf(sequences: readonly (readonly number[])[], history: readonly number[]) {
  const statistics = new SequenceStatistics(kernels, nearScales, { itemsMax: ITEMS })
  for (const [rawId, name] of letters(ITEMS).entries()) statistics.setItem(rawId, name)
  for (const sequence of sequences) statistics.add(Int32Array.from(sequence), 1)
  const leverage = await openLeverage(statistics, configuration, kernels)
  statistics.close()
  return leverage.of(history)
}

test('leverage is the quadratic form that defines it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sequenceOf(ITEMS), { maxLength: 4 }),
      sequenceOf(ITEMS),
      async (drawn, history) => {
        const sequences = [[0, 1, 2, 0, 1, 2], ...drawn]
        const naive = naiveStatistics(sequences, ITEMS, nearScales)
        const features = ITEMS * 2
        const mean = (scale: number) =>
          [0, 1, 2].reduce(
            (sum, item) => sum + naive.gram[item * 2 + scale]![item * 2 + scale]!,
            0,
          ) /
          (ITEMS * 256 ** 2)
        const matrix = [
          [naive.rows + 3, ...naive.featureSums.map((sum) => sum / 256)],
          ...Array.from({ length: features }, (_, i) => [
            naive.featureSums[i]! / 256,
            ...naive.gram[i]!.map(
              (g, j) => g / 256 ** 2 + (i === j ? (i % 2 === 0 ? mean(0) : 2 * mean(1)) : 0),
            ),
          ]),
        ]
        const x = [1, ...naiveFeatures(history, ITEMS, nearScales).map((value) => value / 256)]
        const solved = solveDense(
          matrix,
          x.map((value) => [value]),
        )
        const expected = x.reduce((sum, value, i) => sum + value * solved[i]![0]!, 0)
        expect(await leverageOf(sequences, history)).toBeCloseTo(expected, 4)
      },
    ),
    { numRuns: 30 },
  )
})

test('what was seen often has less leverage than what is new', async () => {
  const often = Array.from({ length: 20 }, () => [0, 1])
  const sequences = [...often, [2, 1]]
  expect(await leverageOf(sequences, [0])).toBeLessThan((await leverageOf(sequences, [2])) / 2)
})

test('too many features are refused', async () => {
  const names = Array.from({ length: 1_501 }, (_, item) => `item ${item}`)
  const statistics = new SequenceStatistics(kernels, nearScales, { itemsMax: names.length })
  for (const [rawId, name] of names.entries()) statistics.setItem(rawId, name)
  statistics.add(Int32Array.from(names.keys()), 1)
  await expect(openLeverage(statistics, configuration, kernels)).rejects.toMatchObject({
    code: 'argument_invalid',
  })
  statistics.close()
})
