import { countOf, extent, strideOf } from './bounds.ts'
import { type Kernels, type OpenKernels, opened } from './kernels.ts'

/** out (rows x columns) = alpha * a (rows x inner) * b (inner x columns), all row-major. */
export interface ProductShape {
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** Elements from one stored row to the next; by default the stored row's length. */
  readonly outStride?: number
  readonly aStride?: number
  readonly bStride?: number
}

export interface FloatProductShape extends ProductShape {
  /** `a` is stored transposed, inner x rows. */
  readonly transposeA?: boolean
  /** `b` is stored transposed, columns x inner. */
  readonly transposeB?: boolean
  /** Default 1. */
  readonly alpha?: number
  /** Adds to what `out` holds instead of replacing it. */
  readonly accumulate?: boolean
}

/**
 * out = alpha * op(a) * op(b), or out += with `accumulate`, on the calling thread, about
 * 2 * rows * inner * columns operations. `out` must not overlap `a` or `b`. Sums run in a fixed
 * order: the same bits for the same shape and flavour. Throws RangeError when an array is short.
 */
export function multiplyF32(
  kernels: Kernels,
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  shape: FloatProductShape,
): void {
  const k = opened(kernels)
  k.wasm.multiplyF32(...productArguments(k, out, a, b, shape))
}

/** As multiplyF32, in double precision. */
export function multiplyF64(
  kernels: Kernels,
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  shape: FloatProductShape,
): void {
  const k = opened(kernels)
  k.wasm.multiplyF64(...productArguments(k, out, a, b, shape))
}

/**
 * out = a * b, exactly, from int16 to int32, on the calling thread. The caller guarantees that
 * every sum fits int32 (it does when inner * max|a| * max|b| < 2^31); otherwise it wraps.
 */
export function multiplyI16(
  kernels: Kernels,
  out: Int32Array,
  a: Int16Array,
  b: Int16Array,
  shape: ProductShape,
): void {
  const k = opened(kernels)
  const { rows, inner, columns } = sizes(shape)
  const outStride = strideOf(shape.outStride, columns)
  const aStride = strideOf(shape.aStride, inner)
  const bStride = strideOf(shape.bStride, columns)
  const outAt = k.address(out, extent(rows, columns, outStride))
  const aAt = k.address(a, extent(rows, inner, aStride))
  const bAt = k.address(b, extent(inner, columns, bStride))
  k.wasm.multiplyI16(outAt, outStride, aAt, aStride, bAt, bStride, rows, inner, columns)
}

type FloatArray = Float32Array | Float64Array

function productArguments(
  k: OpenKernels,
  out: FloatArray,
  a: FloatArray,
  b: FloatArray,
  shape: FloatProductShape,
): Parameters<OpenKernels['wasm']['multiplyF32']> {
  const { rows, inner, columns } = sizes(shape)
  const [aRows, aColumns] = shape.transposeA ? [inner, rows] : [rows, inner]
  const [bRows, bColumns] = shape.transposeB ? [columns, inner] : [inner, columns]
  const outStride = strideOf(shape.outStride, columns)
  const aStride = strideOf(shape.aStride, aColumns)
  const bStride = strideOf(shape.bStride, bColumns)
  const outAt = k.address(out, extent(rows, columns, outStride))
  const aAt = k.address(a, extent(aRows, aColumns, aStride))
  const bAt = k.address(b, extent(bRows, bColumns, bStride))
  const [aRow, aColumn] = shape.transposeA ? [1, aStride] : [aStride, 1]
  const [bRow, bColumn] = shape.transposeB ? [1, bStride] : [bStride, 1]
  const accumulate = shape.accumulate ? 1 : 0
  return [
    ...([outAt, outStride, aAt, aRow, aColumn, bAt, bRow, bColumn] as const),
    ...([rows, inner, columns, shape.alpha ?? 1, accumulate, k.scratch] as const),
  ]
}

function sizes(shape: ProductShape): { rows: number; inner: number; columns: number } {
  return {
    rows: countOf('rows', shape.rows),
    inner: countOf('inner', shape.inner),
    columns: countOf('columns', shape.columns),
  }
}
