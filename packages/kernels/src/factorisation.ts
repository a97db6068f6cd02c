import { countOf, extent, strideOf } from './bounds.ts'
import { type Kernels, opened } from './kernels.ts'

/**
 * Cholesky factorisation A = L L' in place: reads and replaces the lower triangle of the row-major
 * n x n matrix `a`, leaves the rest alone. About n^3 / 3 operations, on the helper threads when
 * there are any, otherwise on the caller. Resolves to -1, or to the index of the first pivot that
 * is not positive (the triangle is then only partly replaced). The same bits for any number of
 * threads. Jobs on the same kernels run one after another. `stride` is elements from row to row.
 */
export async function choleskyF32(
  kernels: Kernels,
  a: Float32Array,
  n: number,
  stride: number = n,
): Promise<number> {
  const k = opened(kernels)
  const at = k.address(a, extent(countOf('n', n), n, strideOf(stride, n)))
  return k.wasm.choleskyF32(at, n, stride)
}

/** As choleskyF32, in double precision. */
export async function choleskyF64(
  kernels: Kernels,
  a: Float64Array,
  n: number,
  stride: number = n,
): Promise<number> {
  const k = opened(kernels)
  const at = k.address(a, extent(countOf('n', n), n, strideOf(stride, n)))
  return k.wasm.choleskyF64(at, n, stride)
}

/** Rows of L and B may be longer than n and columns: elements from row to row. */
export interface SolveStrides {
  readonly lStride?: number
  readonly bStride?: number
}

/**
 * Solves L L' X = B in place: `l` the lower triangle that cholesky left, `b` row-major n x columns.
 * About 2 * n^2 * columns operations, on the helper threads when there are any. The same bits for
 * any number of threads.
 */
export async function solveCholeskyF32(
  kernels: Kernels,
  l: Float32Array,
  b: Float32Array,
  n: number,
  columns: number,
  strides: SolveStrides = {},
): Promise<void> {
  const k = opened(kernels)
  const lStride = strideOf(strides.lStride, countOf('n', n))
  const bStride = strideOf(strides.bStride, countOf('columns', columns))
  const lAt = k.address(l, extent(n, n, lStride))
  const bAt = k.address(b, extent(n, columns, bStride))
  k.wasm.solveF32(lAt, lStride, n, bAt, bStride, columns)
}

/** As solveCholeskyF32, in double precision. */
export async function solveCholeskyF64(
  kernels: Kernels,
  l: Float64Array,
  b: Float64Array,
  n: number,
  columns: number,
  strides: SolveStrides = {},
): Promise<void> {
  const k = opened(kernels)
  const lStride = strideOf(strides.lStride, countOf('n', n))
  const bStride = strideOf(strides.bStride, countOf('columns', columns))
  const lAt = k.address(l, extent(n, n, lStride))
  const bAt = k.address(b, extent(n, columns, bStride))
  k.wasm.solveF64(lAt, lStride, n, bAt, bStride, columns)
}
