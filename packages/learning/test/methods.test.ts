import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import { rankerConfiguration, rankerDefaults } from '@adsum/learning'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMethods } from '../src/evaluation/methods.ts'

let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels()
})
afterAll(async () => {
  await closeKernels(kernels)
})

test('every method speaks the numbers of the items that it was given, and leaves out the excluded', async () => {
  // Item 0 is too rare for the ranker, so that its own numbers differ from these.
  const training = {
    items: Int32Array.of(0, 1, 2, 3, 1, 2, 3, 1, 2, 3),
    offsets: Int32Array.of(0, 4, 7, 10),
  }
  const times = Float64Array.from(training.items.keys())
  const { methods, close } = await openMethods(training, times, 4, {
    kernels,
    configuration: rankerConfiguration({ ...rankerDefaults, targetCountMin: 2 }),
    onProgress: () => {},
  })
  const history = Int32Array.of(-1, 0, 1)
  const lists = new Map(
    methods.map(({ name, list }) => [
      name,
      Array.from(list(history, Uint8Array.of(1, 1, 0, 0), 4)),
    ]),
  )
  expect(lists.get('ranker')).toEqual([2, 3])
  expect(lists.get('popularity')).toEqual([2, 3])
  expect(lists.get('recency')).toEqual([3, 2])
  expect(lists.get('item-knn')).toEqual([2, 3])
  close()
})
