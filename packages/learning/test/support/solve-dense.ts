/** Solves A X = B by Gaussian elimination with row exchange, in float64: slow and plain. */
export function solveDense(a: readonly number[][], b: readonly number[][]): number[][] {
  const matrix = a.map((row, index) => [...row, ...b[index]!])
  const n = a.length
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column; row < n; row++) {
      if (Math.abs(matrix[row]![column]!) > Math.abs(matrix[pivot]![column]!)) pivot = row
    }
    ;[matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!]
    const top = matrix[column]!
    for (let row = 0; row < n; row++) {
      const factor = matrix[row]![column]! / top[column]!
      if (row === column || factor === 0) continue
      for (let k = column; k < top.length; k++) matrix[row]![k]! -= factor * top[k]!
    }
  }
  return matrix.map((row, index) => row.slice(n).map((value) => value / row[index]!))
}
