import { LearningError } from '../errors.ts'

/**
 * Replaces a symmetric positive definite matrix (row-major, lower half given) by its inverse, both halves:
 * Cholesky, the inverse of the factor, their product. About n³ operations in a fixed order, in float64
 * without fused products: the same bits on every machine.
 *
 * @throws LearningError `fit_not_positive_definite`
 */
export function invertPositiveDefinite(matrix: Float64Array, size: number): void {
  factorise(matrix, size)
  invertFactor(matrix, size)
  multiplyByTranspose(matrix, size)
}

/** A = L Lᵀ, L in the lower half. */
function factorise(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    const row = i * size
    for (let j = 0; j <= i; j++) {
      const other = j * size
      let sum = matrix[row + j] as number
      for (let k = 0; k < j; k++) sum -= (matrix[row + k] as number) * (matrix[other + k] as number)
      if (j < i) {
        matrix[row + j] = sum / (matrix[other + j] as number)
        continue
      }
      if (!(sum > 0)) {
        throw new LearningError('fit_not_positive_definite', 'the penalties are too small')
      }
      matrix[row + i] = Math.sqrt(sum)
    }
  }
}

/** L by L⁻¹, row by row: row i is e_i minus what the rows above give, over the pivot. */
function invertFactor(matrix: Float64Array, size: number): void {
  const solved = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const row = i * size
    solved.fill(0, 0, i)
    for (let k = 0; k < i; k++) {
      const factor = matrix[row + k] as number
      const above = k * size
      for (let j = 0; j <= k; j++) {
        solved[j] = (solved[j] as number) + factor * (matrix[above + j] as number)
      }
    }
    const pivot = 1 / (matrix[row + i] as number)
    for (let j = 0; j < i; j++) matrix[row + j] = -pivot * (solved[j] as number)
    matrix[row + i] = pivot
  }
}

/** L⁻¹ by L⁻ᵀ L⁻¹, the sum over k of the outer products of its rows. */
function multiplyByTranspose(matrix: Float64Array, size: number): void {
  const product = new Float64Array(size * size)
  for (let k = 0; k < size; k++) {
    const row = k * size
    for (let i = 0; i <= k; i++) {
      const factor = matrix[row + i] as number
      const out = i * size
      for (let j = 0; j <= i; j++) {
        product[out + j] = (product[out + j] as number) + factor * (matrix[row + j] as number)
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * size + j] = product[i * size + j] as number
      matrix[j * size + i] = product[i * size + j] as number
    }
  }
}
