import { countOf, extent, strideOf } from './bounds.ts'
import { Job, pause } from './job.ts'
import { type Kernels, opened } from './kernels.ts'

/** Side of a block, as in src/assembly/tile.ts. */
const BLOCK = 240
/** Rows of a tile of a block column, as in src/assembly/factorisation.ts. */
const TILE_ROWS = 96
/** Columns that one thread solves at a time, at most; a multiple of a panel. */
const STRIPE_COLUMNS_MAX = 432
const PANEL_COLUMNS = 8

/** Rows of L and B may be longer than n and columns: elements from row to row. */
export interface SolveStrides {
  readonly lStride?: number
  readonly bStride?: number
}

/**
 * Cholesky factorisation A = L L' in place: reads and replaces the lower triangle of the row-major
 * n x n matrix `a`, leaves the rest alone. About n^3 / 3 operations, on the helper threads when
 * there are any; otherwise on the caller, which then yields between blocks of 240 columns. Resolves
 * to -1, or to the index of the first pivot that is not positive (the triangle is then only partly
 * replaced). The same bits for any number of threads. `stride` is elements from row to row.
 */
export function choleskyF32(
  kernels: Kernels,
  a: Float32Array,
  n: number,
  stride: number = n,
): Promise<number> {
  return cholesky(kernels, 'choleskyF32', a, n, stride)
}

/** As choleskyF32, in double precision. */
export function choleskyF64(
  kernels: Kernels,
  a: Float64Array,
  n: number,
  stride: number = n,
): Promise<number> {
  return cholesky(kernels, 'choleskyF64', a, n, stride)
}

/**
 * Solves L L' X = B in place: `l` the lower triangle that cholesky left, `b` row-major n x columns.
 * About 2 * n^2 * columns operations, on the helper threads when there are any; otherwise on the
 * caller, which then yields between stripes of at most 432 columns. The same bits for any number of
 * threads.
 */
export function solveCholeskyF32(
  kernels: Kernels,
  l: Float32Array,
  b: Float32Array,
  n: number,
  columns: number,
  strides: SolveStrides = {},
): Promise<void> {
  return solve(kernels, 'solveF32', l, b, n, columns, strides)
}

/** As solveCholeskyF32, in double precision. */
export function solveCholeskyF64(
  kernels: Kernels,
  l: Float64Array,
  b: Float64Array,
  n: number,
  columns: number,
  strides: SolveStrides = {},
): Promise<void> {
  return solve(kernels, 'solveF64', l, b, n, columns, strides)
}

async function cholesky(
  kernels: Kernels,
  kernel: 'choleskyF32' | 'choleskyF64',
  a: Float32Array | Float64Array,
  n: number,
  stride: number,
): Promise<number> {
  const k = opened(kernels)
  const at = k.address(a, extent(countOf('n', n), n, strideOf(stride, n)))
  const size = a.BYTES_PER_ELEMENT
  const blocks = Math.ceil(n / BLOCK)
  const members = blocks > 1 ? Math.max(1, k.threads) : 1
  const job = new Job(k, members, 2 * BLOCK * TILE_ROWS * size, (blocks + 1) * BLOCK * BLOCK * size)
  try {
    const { control, shared } = job
    const part = (member: number, from: number, to: number): Eight => [
      control,
      at,
      n,
      stride,
      shared,
      job.scratch(member),
      from,
      to,
    ]
    if (blocks > 1 && k.pool !== null) {
      await k.pool.run((member) => ({ kernel, args: part(member, 0, blocks) }))
      return job.result
    }
    for (let block = 0; block < blocks && job.result < 0; block++) {
      if (block > 0) await pause()
      k.wasm[kernel](...part(0, block, block + 1))
    }
    return job.result
  } finally {
    job.free()
  }
}

type Eight = [number, number, number, number, number, number, number, number]

async function solve(
  kernels: Kernels,
  kernel: 'solveF32' | 'solveF64',
  l: Float32Array | Float64Array,
  b: Float32Array | Float64Array,
  n: number,
  columns: number,
  strides: SolveStrides,
): Promise<void> {
  const k = opened(kernels)
  const lStride = strideOf(strides.lStride, countOf('n', n))
  const bStride = strideOf(strides.bStride, countOf('columns', columns))
  const lAt = k.address(l, extent(n, n, lStride))
  const bAt = k.address(b, extent(n, columns, bStride))
  if (n === 0 || columns === 0) return
  const stripes = Math.ceil(columns / STRIPE_COLUMNS_MAX)
  const width = Math.ceil(columns / stripes / PANEL_COLUMNS) * PANEL_COLUMNS
  const rows = Math.ceil(n / BLOCK) * BLOCK
  const scratchBytes = (BLOCK * BLOCK + rows * width) * l.BYTES_PER_ELEMENT
  const onPool = n > BLOCK && k.pool !== null
  const job = new Job(k, onPool ? k.threads : 1, scratchBytes, 0)
  try {
    const part = (member: number, limit: number): [...Eight, number, number] => [
      job.control,
      lAt,
      lStride,
      n,
      bAt,
      bStride,
      columns,
      width,
      job.scratch(member),
      limit,
    ]
    if (onPool) {
      await k.pool?.run((member) => ({ kernel, args: part(member, stripes) }))
      return
    }
    for (let stripe = 0; stripe < stripes; stripe++) {
      if (stripe > 0) await pause()
      k.wasm[kernel](...part(0, 1))
    }
  } finally {
    job.free()
  }
}
