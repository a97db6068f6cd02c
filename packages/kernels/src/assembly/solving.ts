// L L' X = B for many columns: each member takes a stripe of columns through both sweeps, held as
// packed panels from the first row to the last. Stripes share nothing but L.
import { packLeft, packRight, unpackRight } from './packing'
import { addBlock } from './products'
import { nextTile } from './team'
import { BLOCK, tileColumns } from './tile'
import { packTriangle, solvePanel } from './triangular'

/** Forward substitution of a stripe by the triangle that starts at `l`, in signed byte steps. */
function sweep<T>(
  l: usize, rowStep: isize, columnStep: isize, n: i32,
  stripe: usize, panelStep: usize, width: i32, left: usize,
): void {
  const lanes = tileColumns<T>()
  for (let i = 0; i < n; i += BLOCK) {
    const height = min(BLOCK, n - i)
    const target = stripe + (<usize>i << 5)
    const rows = l + <isize>i * rowStep
    for (let k = 0; k < i; k += BLOCK) {
      packLeft<T>(left, rows + <isize>k * columnStep, rowStep, columnStep, height, BLOCK)
      const right = stripe + (<usize>k << 5)
      addBlock<T>(left, right, panelStep, BLOCK, target, 32, panelStep, height, width, -1)
    }
    packTriangle<T>(left, rows + <isize>i * columnStep, rowStep, columnStep, height)
    for (let column = 0; column < width; column += lanes) {
      solvePanel<T>(left, target + <usize>(column / lanes) * panelStep, height)
    }
  }
}

/** Turns the order of the first n rows of every panel round. */
function reverse(stripe: usize, panelStep: usize, panels: i32, n: i32): void {
  for (let panel = 0; panel < panels; panel++) {
    let top = stripe + <usize>panel * panelStep
    let bottom = top + (<usize>(n - 1) << 5)
    while (top < bottom) {
      const t0 = v128.load(top), t1 = v128.load(top, 16)
      v128.store(top, v128.load(bottom))
      v128.store(top, v128.load(bottom, 16), 16)
      v128.store(bottom, t0)
      v128.store(bottom, t1, 16)
      top += 32
      bottom -= 32
    }
  }
}

/** Solves up to `limit` stripes of `stripeColumns` columns; returns how many it took. */
function solve<T>(
  control: usize, l: usize, lStride: i32, n: i32, b: usize, bStride: i32, columns: i32,
  stripeColumns: i32, scratch: usize, limit: i32,
): i32 {
  const size = sizeof<T>(), lRow = <isize>(<usize>lStride * size), bRow = <isize>(<usize>bStride * size)
  const lanes = tileColumns<T>()
  const left = scratch, stripe = scratch + <usize>(BLOCK * BLOCK) * size
  const panelStep = <usize>((n + BLOCK - 1) / BLOCK * BLOCK) << 5
  const last = l + <usize>(n - 1) * (lRow + size)
  for (let taken = 0; taken < limit; taken++) {
    const first = nextTile(control) * stripeColumns
    if (first >= columns) return taken
    const width = min(stripeColumns, columns - first)
    const panels = (width + lanes - 1) / lanes
    const at = b + <usize>first * size
    packRight<T>(stripe, panelStep, at, bRow, size, n, width)
    sweep<T>(l, lRow, size, n, stripe, panelStep, width, left)
    reverse(stripe, panelStep, panels, n)
    sweep<T>(last, -<isize>size, -lRow, n, stripe, panelStep, width, left)
    reverse(stripe, panelStep, panels, n)
    unpackRight<T>(stripe, panelStep, at, bRow, size, n, width)
  }
  return limit
}

export function solveF32(
  control: usize, l: usize, lStride: i32, n: i32, b: usize, bStride: i32, columns: i32,
  stripeColumns: i32, scratch: usize, limit: i32,
): i32 {
  return solve<f32>(control, l, lStride, n, b, bStride, columns, stripeColumns, scratch, limit)
}

export function solveF64(
  control: usize, l: usize, lStride: i32, n: i32, b: usize, bStride: i32, columns: i32,
  stripeColumns: i32, scratch: usize, limit: i32,
): i32 {
  return solve<f64>(control, l, lStride, n, b, bStride, columns, stripeColumns, scratch, limit)
}
