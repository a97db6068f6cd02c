import { LearningError } from '../../errors.ts'

/**
 * Solves A x = b for a symmetric positive definite A by Cholesky's factorisation, in float64.
 * O(n^3 / 3); for a few hundred features, where kernels would not pay.
 * @param lower A, row-major n x n, of which the lower triangle is read and overwritten.
 * @param right b, overwritten with x.
 * @throws LearningError `fit_not_positive_definite`
 */
export function solvePositive(lower: Float64Array, right: Float64Array): Float64Array {
  const n = right.length
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = lower[row * n + column]!
      for (let k = 0; k < column; k++) sum -= lower[row * n + k]! * lower[column * n + k]!
      if (column < row) lower[row * n + column] = sum / lower[column * n + column]!
      else if (sum > 0) lower[row * n + row] = Math.sqrt(sum)
      else {
        throw new LearningError(
          'fit_not_positive_definite',
          `the pivot of feature ${row} is ${sum}`,
        )
      }
    }
  }
  for (let row = 0; row < n; row++) {
    let sum = right[row]!
    for (let k = 0; k < row; k++) sum -= lower[row * n + k]! * right[k]!
    right[row] = sum / lower[row * n + row]!
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = right[row]!
    for (let k = row + 1; k < n; k++) sum -= lower[k * n + row]! * right[k]!
    right[row] = sum / lower[row * n + row]!
  }
  return right
}
