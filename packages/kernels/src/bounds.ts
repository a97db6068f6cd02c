/** Kernels count in int32. */
const COUNT_MAX = 2 ** 31 - 1

/** `value` when it is a whole number from 0 to 2^31 - 1, else a RangeError naming it. */
export function countOf(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > COUNT_MAX) {
    throw new RangeError(`${name} ${value} is not an integer from 0 to ${COUNT_MAX}`)
  }
  return value
}

/** A stride at least as long as the row it steps over. */
export function strideOf(stride: number | undefined, columns: number): number {
  const value = countOf('stride', stride ?? columns)
  if (value < columns) throw new RangeError(`stride ${value} is shorter than a row of ${columns}`)
  return value
}

/** Elements from the first to the last of a strided matrix. */
export function extent(rows: number, columns: number, stride: number): number {
  return rows === 0 || columns === 0 ? 0 : (rows - 1) * stride + columns
}

/** Throws unless [from, to) lies in [0, count). */
export function checkRange(from: number, to: number, count: number): void {
  if (!(countOf('from', from) <= countOf('to', to) && to <= count)) {
    throw new RangeError(`${from} to ${to} of ${count}`)
  }
}
