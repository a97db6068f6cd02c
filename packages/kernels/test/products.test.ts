import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  closeKernels,
  type FloatProductShape,
  type Kernels,
  multiplyF32,
  multiplyF64,
  openKernels,
} from '../src/index.ts'
import { type FloatArray, noise } from './matrices.ts'

/** Sizes around the tile (6, 8) and the block (240). */
const size = fc.oneof(fc.nat(20), fc.integer({ min: 236, max: 246 }))

const shape = fc.record({
  rows: size,
  inner: size,
  columns: size,
  more: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  alpha: fc.constantFrom(1, -1, 0.5),
  accumulate: fc.boolean(),
})

/** Whole numbers from -8 to 7: their sums of products are exact in float32. */
function wholeNumbers(array: FloatArray, seed: number): void {
  const next = noise(seed)
  array.forEach((_, at) => {
    array[at] = Math.floor(next() * 8)
  })
}

function naive(
  out: FloatArray,
  a: FloatArray,
  b: FloatArray,
  s: Required<FloatProductShape>,
): number[] {
  const result = Array.from(out)
  for (let i = 0; i < s.rows; i++) {
    for (let j = 0; j < s.columns; j++) {
      let sum = 0
      for (let l = 0; l < s.inner; l++) {
        const left = a[s.transposeA ? l * s.aStride + i : i * s.aStride + l] ?? 0
        const right = b[s.transposeB ? j * s.bStride + l : l * s.bStride + j] ?? 0
        sum += left * right
      }
      const at = i * s.outStride + j
      result[at] = (s.accumulate ? (out[at] ?? 0) : 0) + s.alpha * sum
    }
  }
  return result
}

describe.each(['relaxed', 'simd'] as const)('float products (%s)', (flavour) => {
  let k: Kernels
  beforeAll(async () => {
    k = await openKernels({ flavour })
  })
  afterAll(() => closeKernels(k))

  it('equal the sums of products, of any shape and layout', () => {
    fc.assert(
      fc.property(shape, fc.boolean(), ({ more, ...rest }, wide) => {
        const s = {
          ...rest,
          outStride: rest.columns + more[0],
          aStride: (rest.transposeA ? rest.rows : rest.inner) + more[1],
          bStride: (rest.transposeB ? rest.inner : rest.columns) + more[2],
        }
        const lengths = [
          s.rows * s.outStride,
          (s.transposeA ? s.inner : s.rows) * s.aStride,
          (s.transposeB ? s.columns : s.inner) * s.bStride,
        ]
        if (wide) {
          const [out, a, b] = lengths.map((length) => k.float64(length))
          if (!out || !a || !b) throw new Error('no arrays')
          for (const [seed, array] of [out, a, b].entries()) wholeNumbers(array, seed + s.inner)
          const expected = naive(out, a, b, s)
          multiplyF64(k, out, a, b, s)
          expect(Array.from(out)).toEqual(expected)
          for (const array of [out, a, b]) k.free(array)
        } else {
          const [out, a, b] = lengths.map((length) => k.float32(length))
          if (!out || !a || !b) throw new Error('no arrays')
          for (const [seed, array] of [out, a, b].entries()) wholeNumbers(array, seed + s.inner)
          const expected = naive(out, a, b, s)
          multiplyF32(k, out, a, b, s)
          expect(Array.from(out)).toEqual(expected)
          for (const array of [out, a, b]) k.free(array)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('round as often as their inner length allows', () => {
    const [rows, inner, columns] = [7, 500, 9]
    const [out, a, b] = [
      k.float32(rows * columns),
      k.float32(rows * inner),
      k.float32(inner * columns),
    ]
    const next = noise(1)
    for (const array of [a, b]) {
      array.forEach((_, at) => {
        array[at] = next()
      })
    }
    multiplyF32(k, out, a, b, { rows, inner, columns })
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0
        for (let l = 0; l < inner; l++) sum += (a[i * inner + l] ?? 0) * (b[l * columns + j] ?? 0)
        expect(Math.abs((out[i * columns + j] ?? 0) - sum)).toBeLessThan(inner * 2 ** -23)
      }
    }
  })

  it('refuse arrays that are too short or not in kernel memory', () => {
    const [out, a, b] = [k.float32(4), k.float32(4), k.float32(3)]
    const square = { rows: 2, inner: 2, columns: 2 }
    expect(() => multiplyF32(k, out, a, b, square)).toThrow(RangeError)
    expect(() => multiplyF32(k, out, a, new Float32Array(4), square)).toThrow(TypeError)
    expect(() => multiplyF32(k, out, a, a, { ...square, aStride: 1 })).toThrow(RangeError)
    expect(() => multiplyF32(k, out, a, a, { ...square, rows: 1.5 })).toThrow(RangeError)
  })
})
