// Weighted sums of int16 rows, exact in int32: the score of every item from the rows of a history.
//
// Rows are taken in pairs and interleaved, so that one dot instruction multiplies and adds both:
//   (a0 b0 a1 b1 ..) . (wa wb wa wb ..) = (wa a0 + wb b0, wa a1 + wb b1, ..)
// Four pairs go over the sums together, each row from its first column to its last, as the
// processor's prefetching likes it. (Summing a block of columns over all rows in registers saves
// the sums' way to memory and was measured to be three times slower.)

// @ts-ignore: decorator
@inline
function rowAt(table: usize, stride: i32, rows: usize, r: i32): usize {
  const row = rows ? load<i32>(rows + (<usize>r << 2)) : r
  return table + ((<usize>row * <usize>stride) << 1)
}

// @ts-ignore: decorator
@inline
function dotLow(a: v128, b: v128, weights: v128): v128 {
  return i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), weights)
}

// @ts-ignore: decorator
@inline
function dotHigh(a: v128, b: v128, weights: v128): v128 {
  return i32x4.dot_i16x8_s(v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), weights)
}

/** sums[0..8) += the pair of rows at a and b. */
// @ts-ignore: decorator
@inline
function addPair(out: usize, a: usize, b: usize, weights: v128): void {
  const x = v128.load(a), y = v128.load(b)
  v128.store(out, i32x4.add(v128.load(out), dotLow(x, y, weights)))
  v128.store(out, i32x4.add(v128.load(out, 16), dotHigh(x, y, weights)), 16)
}

/** The last columns, fewer than a step. */
function addTail(out: usize, columns: i32, row: usize, weight: i32): void {
  for (let column = 0; column < columns; column++) {
    const at = out + (<usize>column << 2)
    store<i32>(at, load<i32>(at) + weight * <i32>load<i16>(row + (<usize>column << 1)))
  }
}

function addEightRows(
  out: usize, steps: i32, table: usize, stride: i32, rows: usize, r: i32, weights: usize,
): void {
  let p0 = rowAt(table, stride, rows, r), p1 = rowAt(table, stride, rows, r + 1)
  let p2 = rowAt(table, stride, rows, r + 2), p3 = rowAt(table, stride, rows, r + 3)
  let p4 = rowAt(table, stride, rows, r + 4), p5 = rowAt(table, stride, rows, r + 5)
  let p6 = rowAt(table, stride, rows, r + 6), p7 = rowAt(table, stride, rows, r + 7)
  const w01 = v128.load32_splat(weights), w23 = v128.load32_splat(weights, 4)
  const w45 = v128.load32_splat(weights, 8), w67 = v128.load32_splat(weights, 12)
  for (const end = out + (<usize>steps << 5); out < end; out += 32) {
    let low = v128.load(out), high = v128.load(out, 16)
    const x0 = v128.load(p0), x1 = v128.load(p1)
    low = i32x4.add(low, dotLow(x0, x1, w01))
    high = i32x4.add(high, dotHigh(x0, x1, w01))
    const x2 = v128.load(p2), x3 = v128.load(p3)
    low = i32x4.add(low, dotLow(x2, x3, w23))
    high = i32x4.add(high, dotHigh(x2, x3, w23))
    const x4 = v128.load(p4), x5 = v128.load(p5)
    low = i32x4.add(low, dotLow(x4, x5, w45))
    high = i32x4.add(high, dotHigh(x4, x5, w45))
    const x6 = v128.load(p6), x7 = v128.load(p7)
    v128.store(out, i32x4.add(low, dotLow(x6, x7, w67)))
    v128.store(out, i32x4.add(high, dotHigh(x6, x7, w67)), 16)
    p0 += 16; p1 += 16; p2 += 16; p3 += 16; p4 += 16; p5 += 16; p6 += 16; p7 += 16
  }
}

function addTwoRows(out: usize, steps: i32, first: usize, second: usize, weights: v128): void {
  for (const end = out + (<usize>steps << 5); out < end; out += 32) {
    addPair(out, first, second, weights)
    first += 16
    second += 16
  }
}

/**
 * out[j] = sum over r < count of weights[r] * table[rows[r] * stride + j] for j < columns; without
 * `rows` (0) the r-th row of the table is meant.
 */
export function gatherRowsI16(
  out: usize, columns: i32, table: usize, stride: i32, rows: usize, weights: usize, count: i32,
): void {
  const steps = columns >> 3, tail = columns & 7
  const done = <usize>(columns - tail)
  memory.fill(out, 0, <usize>columns << 2)
  let r = 0
  for (; r + 8 <= count; r += 8) {
    addEightRows(out, steps, table, stride, rows, r, weights + (<usize>r << 1))
  }
  for (; r + 2 <= count; r += 2) {
    const pair = v128.load32_splat(weights + (<usize>r << 1))
    addTwoRows(out, steps, rowAt(table, stride, rows, r), rowAt(table, stride, rows, r + 1), pair)
  }
  if (r < count) {
    const row = rowAt(table, stride, rows, r)
    addTwoRows(out, steps, row, row, i32x4.splat(<i32>load<u16>(weights + (<usize>r << 1))))
  }
  if (tail == 0) return
  for (r = 0; r < count; r++) {
    const row = rowAt(table, stride, rows, r) + (done << 1)
    addTail(out + (done << 2), tail, row, load<i16>(weights + (<usize>r << 1)))
  }
}

/** out[i][j] = sum over l of a[i][l] * b[l][j]. */
export function multiplyI16(
  out: usize, outStride: i32, a: usize, aStride: i32, b: usize, bStride: i32,
  rows: i32, inner: i32, columns: i32,
): void {
  for (let i = 0; i < rows; i++) {
    const target = out + (<usize>i * <usize>outStride << 2)
    gatherRowsI16(target, columns, b, bStride, 0, a + (<usize>i * <usize>aStride << 1), inner)
  }
}
