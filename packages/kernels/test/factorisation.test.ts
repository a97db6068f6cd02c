import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  choleskyF32,
  choleskyF64,
  closeKernels,
  type Kernels,
  openKernels,
  solveCholeskyF32,
  solveCholeskyF64,
} from '../src/index.ts'
import { type FloatArray, fillPositive, noise, reconstructionError, residual } from './matrices.ts'

/** Sizes around the tile (6, 8) and the block (240) and past it, where the threads take part. */
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 236, max: 246 }),
  fc.integer({ min: 470, max: 530 }),
)
const columnCounts = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 428, max: 440 }))
const slack = fc.integer({ min: 0, max: 5 })

async function factorAndSolve(
  k: Kernels,
  wide: boolean,
  shape: { n: number; columns: number; aStride: number; bStride: number },
  rest: number = Number.NaN,
) {
  const { n, columns, aStride, bStride } = shape
  const make = (length: number): FloatArray => (wide ? k.float64(length) : k.float32(length))
  const a = make(n * aStride)
  const b = make(n * bStride)
  fillPositive(a, n, aStride, n, rest)
  const next = noise(columns + 7)
  b.forEach((_, at) => {
    b[at] = next()
  })
  const before = { a: a.slice(), b: b.slice() }
  const options = { lStride: aStride, bStride }
  let failed = 0
  if (a instanceof Float64Array && b instanceof Float64Array) {
    failed = await choleskyF64(k, a, n, aStride)
    await solveCholeskyF64(k, a, b, n, columns, options)
  } else if (a instanceof Float32Array && b instanceof Float32Array) {
    failed = await choleskyF32(k, a, n, aStride)
    await solveCholeskyF32(k, a, b, n, columns, options)
  }
  const after = { a: a.slice(), b: b.slice() }
  k.free(a)
  k.free(b)
  return { failed, before, after }
}

describe.each(['relaxed', 'simd'] as const)('cholesky and solve (%s)', (flavour) => {
  let teams: Kernels[]
  beforeAll(async () => {
    teams = await Promise.all([0, 1, 2].map((threads) => openKernels({ flavour, threads })))
  })
  afterAll(async () => {
    await Promise.all(teams.map(closeKernels))
  })

  it('rebuild the matrix, solve it, and give the same bits on any number of threads', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        columnCounts,
        slack,
        slack,
        fc.boolean(),
        async (n, columns, more, moreB, wide) => {
          const shape = { n, columns, aStride: n + more, bStride: columns + moreB }
          const runs = await Promise.all(teams.map((k) => factorAndSolve(k, wide, shape)))
          const [alone, ...helped] = runs
          if (alone === undefined) throw new Error('no kernels')
          const unit = wide ? 2 ** -52 : 2 ** -23
          expect(alone.failed).toBe(-1)
          const { before, after } = alone
          expect(reconstructionError(after.a, before.a, n, shape.aStride)).toBeLessThan(
            n * n * unit + 1e-30,
          )
          const columnsChecked = Math.min(columns, 9)
          const checked = { ...shape, columns: columnsChecked }
          expect(residual(before.a, after.b, before.b, checked)).toBeLessThan(30 * n * unit + 1e-30)
          for (const run of helped) expect(run.after).toEqual(after)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('touch nothing above the diagonal and nothing beyond a row', async () => {
    const shape = { n: 245, columns: 13, aStride: 249, bStride: 16 }
    for (const k of teams) {
      const { before, after } = await factorAndSolve(k, false, shape, -99)
      for (let i = 0; i < shape.n; i++) {
        const beyond = after.a.subarray(i * shape.aStride + i + 1, (i + 1) * shape.aStride)
        expect(beyond.every((value) => value === -99)).toBe(true)
        for (let j = shape.columns; j < shape.bStride; j++) {
          expect(after.b[i * shape.bStride + j]).toBe(before.b[i * shape.bStride + j])
        }
      }
    }
  })

  it('name the first pivot that is not positive', async () => {
    for (const k of teams) {
      for (const failing of [0, 5, 239, 240, 301]) {
        const n = 310
        const a = k.float32(n * n)
        fillPositive(a, n, n, 3)
        a[failing * n + failing] = failing === 5 ? Number.NaN : -1
        expect(await choleskyF32(k, a, n)).toBe(failing)
        k.free(a)
      }
    }
  })

  it('run jobs asked for at once one after another', async () => {
    const shape = { n: 300, columns: 5, aStride: 300, bStride: 5 }
    for (const k of teams) {
      const one = await factorAndSolve(k, false, shape)
      const all = await Promise.all([1, 2, 3].map(() => factorAndSolve(k, false, shape)))
      for (const run of all) expect(run.after).toEqual(one.after)
    }
  })
})
