// Copies parts of matrices into panels that the inner loop reads from front to back, and back.
// Strides are signed bytes, so that one routine serves rows, columns and reversed order.
import { TILE_ROWS, tileColumns } from './tile'

/**
 * Packs rows x inner elements of a left factor into panels of 6 rows, [panel][inner][6]; rows
 * beyond the last are zero.
 */
export function packLeft<T>(
  to: usize, from: usize, rowStep: isize, innerStep: isize, rows: i32, inner: i32,
): void {
  for (let row = 0; row < rows; row += TILE_ROWS) {
    packPanel<T>(to, from, rowStep, innerStep, min(TILE_ROWS, rows - row), inner, TILE_ROWS)
    from += rowStep * TILE_ROWS
    to += <usize>(inner * TILE_ROWS) * sizeof<T>()
  }
}

/** Packs inner x columns of a right factor, [panel][inner][8 or 4]; `panelStep` bytes a panel. */
export function packRight<T>(
  to: usize, panelStep: usize, from: usize, innerStep: isize, columnStep: isize,
  inner: i32, columns: i32,
): void {
  const width = tileColumns<T>()
  for (let column = 0; column < columns; column += width) {
    packPanel<T>(to, from, columnStep, innerStep, min(width, columns - column), inner, width)
    from += columnStep * width
    to += panelStep
  }
}

/** to[inner][width] = from, `count` of `width` lines given, the others zero. */
function packPanel<T>(
  to: usize, from: usize, lineStep: isize, innerStep: isize, count: i32, inner: i32, width: i32,
): void {
  const size = sizeof<T>(), step = <usize>width * size
  if (count < width) memory.fill(to, 0, <usize>inner * step)
  // The inner loop runs along whichever direction lies closer together in the source.
  if (lineStep == <isize>size || lineStep == -<isize>size) {
    if (isFloat32<T>() && count == width) return interleaveRows(to, from, lineStep, innerStep, inner, width)
    for (let at = 0; at < inner; at++) {
      copy<T>(to, size, from, lineStep, count)
      to += step
      from += innerStep
    }
    return
  }
  let done = 0
  if (isFloat32<T>() && count == width && innerStep == <isize>size) {
    done = transposeLines(to, from, lineStep, inner, width)
    to += <usize>done * step
    from += <usize>done * size
  }
  for (let line = 0; line < count; line++) {
    copy<T>(to, step, from, innerStep, inner - done)
    to += size
    from += lineStep
  }
}

// @ts-ignore: decorator
@inline
function isFloat32<T>(): bool {
  return isFloat<T>() && sizeof<T>() == 4
}

/** Turns four lines of four floats into four columns, `step` bytes apart. */
// @ts-ignore: decorator
@inline
function transposeFour(to: usize, step: usize, from: usize, lineStep: isize): void {
  const r0 = v128.load(from), r1 = v128.load(from + lineStep)
  const r2 = v128.load(from + 2 * lineStep), r3 = v128.load(from + 3 * lineStep)
  const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5), high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7)
  const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5), high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2))
  v128.store(to + step, v128.shuffle<i64>(low01, low23, 1, 3))
  v128.store(to + 2 * step, v128.shuffle<i64>(high01, high23, 0, 2))
  v128.store(to + 3 * step, v128.shuffle<i64>(high01, high23, 1, 3))
}

/** Packs 6 or 8 lines of adjacent floats, four at a time; returns how many of `inner` it did. */
function transposeLines(to: usize, from: usize, lineStep: isize, inner: i32, width: i32): i32 {
  const step = <usize>width << 2
  let at = 0
  for (; at + 4 <= inner; at += 4) {
    transposeFour(to, step, from, lineStep)
    const rest = from + 4 * lineStep
    if (width == 8) {
      transposeFour(to + 16, step, rest, lineStep)
    } else {
      const r4 = v128.load(rest), r5 = v128.load(rest + lineStep)
      const low = v128.shuffle<i32>(r4, r5, 0, 4, 1, 5), high = v128.shuffle<i32>(r4, r5, 2, 6, 3, 7)
      v128.store64_lane(to, low, 0, 16)
      v128.store64_lane(to + step, low, 1, 16)
      v128.store64_lane(to + 2 * step, high, 0, 16)
      v128.store64_lane(to + 3 * step, high, 1, 16)
    }
    from += 16
    to += 4 * step
  }
  return at
}

/** Packs lines that lie next to each other, in either order: 6 or 8 floats a row. */
function interleaveRows(
  to: usize, from: usize, lineStep: isize, innerStep: isize, inner: i32, width: i32,
): void {
  const step = <usize>width << 2
  for (let at = 0; at < inner; at++) {
    if (lineStep > 0) {
      v128.store(to, v128.load(from))
      if (width == 8) v128.store(to, v128.load(from, 16), 16)
      else store<u64>(to, load<u64>(from, 16), 16)
    } else {
      const first = v128.load(from - 12)
      v128.store(to, v128.shuffle<i32>(first, first, 3, 2, 1, 0))
      if (width == 8) {
        const second = v128.load(from - 28)
        v128.store(to, v128.shuffle<i32>(second, second, 3, 2, 1, 0), 16)
      } else {
        store<u64>(to, rotr<u64>(load<u64>(from - 20), 32), 16)
      }
    }
    to += step
    from += innerStep
  }
}

// @ts-ignore: decorator
@inline
function copy<T>(to: usize, toStep: isize, from: usize, fromStep: isize, count: i32): void {
  for (let at = 0; at < count; at++) {
    store<T>(to, load<T>(from))
    to += toStep
    from += fromStep
  }
}

/** The way back from packRight. */
export function unpackRight<T>(
  from: usize, panelStep: usize, to: usize, innerStep: isize, columnStep: isize,
  inner: i32, columns: i32,
): void {
  const width = tileColumns<T>()
  const size = sizeof<T>(), step = <usize>width * size
  for (let column = 0; column < columns; column += width) {
    const count = min(width, columns - column)
    if (columnStep == <isize>size) {
      for (let at = 0; at < inner; at++) {
        copy<T>(to + <isize>at * innerStep, columnStep, from + <usize>at * step, size, count)
      }
    } else {
      for (let line = 0; line < count; line++) {
        copy<T>(to + <isize>line * columnStep, innerStep, from + <usize>line * size, step, inner)
      }
    }
    from += panelStep
    to += columnStep * width
  }
}
