import { packLeft, packRight } from './packing'
import { addTile, BLOCK, TILE_ROWS, tileColumns } from './tile'

/** c += factor * a * b for packed blocks: every tile of `rows` x `columns`, rounded up to tiles. */
export function addBlock<T>(
  a: usize, b: usize, bPanelStep: usize, inner: i32,
  c: usize, cRow: usize, cPanelStep: usize, rows: i32, columns: i32, factor: T,
): void {
  const aPanelStep = <usize>(inner * TILE_ROWS) * sizeof<T>()
  for (let column = 0; column < columns; column += tileColumns<T>()) {
    let left = a, target = c
    for (let row = 0; row < rows; row += TILE_ROWS) {
      addTile<T>(inner, left, b, target, cRow, factor)
      left += aPanelStep
      target += cRow * TILE_ROWS
    }
    b += bPanelStep
    c += cPanelStep
  }
}

/** Adds the valid part of a tile computed apart to the edge of a matrix. */
function addEdge<T>(tile: usize, out: usize, outRow: usize, rows: i32, columns: i32): void {
  const width = tileColumns<T>()
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = out + <usize>row * outRow + <usize>column * sizeof<T>()
      store<T>(at, load<T>(at) + load<T>(tile + <usize>(row * width + column) * sizeof<T>()))
    }
  }
}

/** As addBlock onto a row-major matrix that ends inside its last tiles. */
function addToMatrix<T>(
  a: usize, b: usize, inner: i32, out: usize, outRow: usize, rows: i32, columns: i32, factor: T,
  edge: usize,
): void {
  const width = tileColumns<T>()
  for (let column = 0; column < columns; column += width) {
    const right = b + <usize>(column * inner) * sizeof<T>()
    for (let row = 0; row < rows; row += TILE_ROWS) {
      const left = a + <usize>(row * inner) * sizeof<T>()
      const target = out + <usize>row * outRow + <usize>column * sizeof<T>()
      if (row + TILE_ROWS <= rows && column + width <= columns) {
        addTile<T>(inner, left, right, target, outRow, factor)
      } else {
        memory.fill(edge, 0, 32 * TILE_ROWS)
        addTile<T>(inner, left, right, edge, 32, factor)
        addEdge<T>(edge, target, outRow, min(TILE_ROWS, rows - row), min(width, columns - column))
      }
    }
  }
}

function multiply<T>(
  out: usize, outStride: i32, a: usize, aRow: isize, aColumn: isize, b: usize, bRow: isize,
  bColumn: isize, rows: i32, inner: i32, columns: i32, factor: T, accumulate: i32, scratch: usize,
): void {
  const size = sizeof<T>(), outRow = <usize>outStride * size
  const blockBytes = <usize>(BLOCK * BLOCK) * size
  const left = scratch, right = left + blockBytes, edge = right + blockBytes
  aRow *= <isize>size; aColumn *= <isize>size; bRow *= <isize>size; bColumn *= <isize>size
  if (!accumulate) {
    for (let row = 0; row < rows; row++) memory.fill(out + <usize>row * outRow, 0, <usize>columns * size)
  }
  for (let j = 0; j < columns; j += BLOCK) {
    const width = min(BLOCK, columns - j)
    for (let l = 0; l < inner; l += BLOCK) {
      const depth = min(BLOCK, inner - l)
      const panelStep = <usize>(depth * tileColumns<T>()) * size
      packRight<T>(right, panelStep, b + <isize>l * bRow + <isize>j * bColumn, bRow, bColumn, depth, width)
      for (let i = 0; i < rows; i += BLOCK) {
        const height = min(BLOCK, rows - i)
        packLeft<T>(left, a + <isize>i * aRow + <isize>l * aColumn, aRow, aColumn, height, depth)
        const target = out + <usize>i * outRow + <usize>j * size
        addToMatrix<T>(left, right, depth, target, outRow, height, width, factor, edge)
      }
    }
  }
}

/** out = factor * a * b, or out += with `accumulate`; strides in elements, see multiplyF32 in src. */
export function multiplyF32(
  out: usize, outStride: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  rows: i32, inner: i32, columns: i32, factor: f64, accumulate: i32, scratch: usize,
): void {
  multiply<f32>(
    out, outStride, a, aRow, aColumn, b, bRow, bColumn, rows, inner, columns,
    <f32>factor, accumulate, scratch,
  )
}

export function multiplyF64(
  out: usize, outStride: i32, a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, bColumn: i32,
  rows: i32, inner: i32, columns: i32, factor: f64, accumulate: i32, scratch: usize,
): void {
  multiply<f64>(
    out, outStride, a, aRow, aColumn, b, bRow, bColumn, rows, inner, columns,
    factor, accumulate, scratch,
  )
}
