// Small dense matrices and their plain algebra.
export type FloatArray = Float32Array | Float64Array

/** Numbers in [-1, 1) from a seed (a 32-bit linear congruence; good enough to fill matrices). */
export function noise(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  }
}

/** Fills the lower triangle with a matrix whose factor exists, and all other places with `rest`. */
export function fillPositive(
  a: FloatArray,
  n: number,
  stride: number,
  seed: number,
  rest: number = Number.NaN,
): void {
  const next = noise(seed)
  a.fill(rest)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) a[i * stride + j] = next()
    a[i * stride + i] = n / 2 + 1
  }
}

/** Largest |L L' - A| over the lower triangle. */
export function reconstructionError(
  l: FloatArray,
  a: FloatArray,
  n: number,
  stride: number,
): number {
  let worst = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k <= j; k++) sum += (l[i * stride + k] ?? 0) * (l[j * stride + k] ?? 0)
      worst = Math.max(worst, Math.abs(sum - (a[i * stride + j] ?? 0)))
    }
  }
  return worst
}

/** Largest |A X - B|, A symmetric by its lower triangle. */
export function residual(
  a: FloatArray,
  x: FloatArray,
  b: FloatArray,
  shape: { n: number; columns: number; aStride: number; bStride: number },
): number {
  const { n, columns, aStride, bStride } = shape
  let worst = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < columns; j++) {
      let sum = -(b[i * bStride + j] ?? 0)
      for (let k = 0; k < n; k++) {
        const entry = a[Math.max(i, k) * aStride + Math.min(i, k)] ?? 0
        sum += entry * (x[k * bStride + j] ?? 0)
      }
      worst = Math.max(worst, Math.abs(sum))
    }
  }
  return worst
}
