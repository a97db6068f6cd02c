// Left-looking blocked Cholesky, one block column after another, its tiles shared by the team:
//
//            j0                pack    rows j of L left of j0, for all
//      +------+                update  A[i, j] -= L[i, 0..j0) L[j, 0..j0)'   tile by tile
//      | L    |  \             factor  the diagonal block, by one member
//   j0 +------+---+            solve   L[i, j] = A[i, j] L[j, j]^-T          tile by tile
//      | L[j] |Ajj| \
//   i  | L[i] |Aij|   \        A tile is held transposed, as right-hand panels, so that its rows
//      +------+---+-----+      are columns of the product and of the substitution.
//
// Each tile is computed by one member in an order of its own, whoever that is.
import { packLeft, packRight } from './packing'
import { addBlock } from './products'
import { arriveLast, meet, nextTile, release, resultOf, setResult } from './team'
import { BLOCK, tileColumns } from './tile'
import { packTriangle, solvePanel } from './triangular'

/** Rows of a tile of a block column: enough tiles to share out, few enough to pack in L2. */
const ROWS: i32 = 96

/** Updates ROWS rows from i0 on of the block column [j0, j0 + width) by everything left of it. */
function updateTile<T>(
  a: usize, row: usize, n: i32, i0: i32, j0: i32, width: i32, packed: usize, scratch: usize,
): void {
  const size = sizeof<T>(), rows = min(ROWS, n - i0)
  const panelStep = <usize>(BLOCK * tileColumns<T>()) * size
  const tile = scratch, right = scratch + <usize>(BLOCK * ROWS) * size
  const from = a + <usize>i0 * row
  packRight<T>(tile, panelStep, from + <usize>j0 * size, size, row, width, rows)
  for (let k = 0; k < j0; k += BLOCK) {
    packRight<T>(right, panelStep, from + <usize>k * size, size, row, BLOCK, rows)
    const left = packed + <usize>(k * BLOCK) * size
    addBlock<T>(left, right, panelStep, BLOCK, tile, 32, panelStep, width, rows, -1)
  }
  unpackLower<T>(tile, panelStep, a, row, i0, j0, rows, width)
}

/** Writes a tile back, but nothing above the diagonal. */
function unpackLower<T>(
  tile: usize, panelStep: usize, a: usize, row: usize, i0: i32, j0: i32, rows: i32, width: i32,
): void {
  const size = sizeof<T>(), lanes = tileColumns<T>()
  for (let i = 0; i < rows; i++) {
    const panel = tile + <usize>(i / lanes) * panelStep + <usize>(i % lanes) * size
    const to = a + <usize>(i0 + i) * row + <usize>j0 * size
    const length = min(width, i0 + i - j0 + 1)
    for (let j = 0; j < length; j++) store<T>(to + <usize>j * size, load<T>(panel + (<usize>j << 5)))
  }
}

/** Substitutes ROWS rows from i0 on through the factored diagonal block. */
function solveTileRows<T>(
  a: usize, row: usize, n: i32, i0: i32, j0: i32, width: i32, triangle: usize, scratch: usize,
): void {
  const size = sizeof<T>(), rows = min(ROWS, n - i0)
  const panelStep = <usize>(BLOCK * tileColumns<T>()) * size
  const from = a + <usize>i0 * row + <usize>j0 * size
  packRight<T>(scratch, panelStep, from, size, row, width, rows)
  for (let i = 0; i < rows; i += tileColumns<T>()) {
    solvePanel<T>(triangle, scratch + <usize>(i / tileColumns<T>()) * panelStep, width)
  }
  unpackLower<T>(scratch, panelStep, a, row, i0, j0, rows, width)
}

/** Sum over l < length of x[l] * y[l], in four vectors and a rest. */
function dot<T>(x: usize, y: usize, length: i32): T {
  const lanes = 16 / <i32>sizeof<T>()
  let s0 = v128.splat<T>(0), s1 = s0, s2 = s0, s3 = s0
  let l = 0
  for (; l + 4 * lanes <= length; l += 4 * lanes) {
    s0 = v128.add<T>(s0, v128.mul<T>(v128.load(x), v128.load(y)))
    s1 = v128.add<T>(s1, v128.mul<T>(v128.load(x, 16), v128.load(y, 16)))
    s2 = v128.add<T>(s2, v128.mul<T>(v128.load(x, 32), v128.load(y, 32)))
    s3 = v128.add<T>(s3, v128.mul<T>(v128.load(x, 48), v128.load(y, 48)))
    x += 64
    y += 64
  }
  const s = v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3))
  let sum = v128.extract_lane<T>(s, 0) + v128.extract_lane<T>(s, 1)
  if (lanes == 4) sum += f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3)
  for (; l < length; l++) {
    sum += load<T>(x) * load<T>(y)
    x += sizeof<T>()
    y += sizeof<T>()
  }
  return sum
}

/** Factors a diagonal block in place, row by row; returns -1 or the failing row. */
function factorBlock<T>(a: usize, row: usize, n: i32): i32 {
  for (let i = 0; i < n; i++) {
    const x = a + <usize>i * row
    for (let j = 0; j < i; j++) {
      const y = a + <usize>j * row
      const at = x + <usize>j * sizeof<T>()
      store<T>(at, (load<T>(at) - dot<T>(x, y, j)) / load<T>(y + <usize>j * sizeof<T>()))
    }
    const at = x + <usize>i * sizeof<T>()
    const pivot = load<T>(at) - dot<T>(x, x, i)
    if (!(pivot > 0)) return i
    store<T>(at, sqrt<T>(pivot))
  }
  return -1
}

/** One member's part of the block columns [from, to), numbered in blocks. */
function cholesky<T>(
  control: usize, a: usize, n: i32, stride: i32, shared: usize, scratch: usize, from: i32, to: i32,
): void {
  const size = sizeof<T>(), row = <usize>stride * size
  const blockBytes = <usize>(BLOCK * BLOCK) * size
  const triangle = shared, packed = shared + blockBytes
  for (let block = from; block < to; block++) {
    const j0 = block * BLOCK, width = min(BLOCK, n - j0)
    const rows = a + <usize>j0 * row
    let tile = nextTile(control)
    for (; tile < block; tile = nextTile(control)) {
      const left = rows + <usize>(tile * BLOCK) * size
      packLeft<T>(packed + <usize>tile * blockBytes, left, row, size, width, BLOCK)
    }
    meet(control)
    const tiles = (n - j0 + ROWS - 1) / ROWS
    while ((tile = nextTile(control)) < tiles) {
      updateTile<T>(a, row, n, j0 + tile * ROWS, j0, width, packed, scratch)
    }
    if (arriveLast(control)) {
      const failed = factorBlock<T>(rows + <usize>j0 * size, row, width)
      if (failed < 0) packTriangle<T>(triangle, rows + <usize>j0 * size, row, size, width)
      else setResult(control, j0 + failed)
      release(control)
    }
    if (resultOf(control) >= 0) return
    const below = j0 + width
    const tilesBelow = (n - below + ROWS - 1) / ROWS
    while ((tile = nextTile(control)) < tilesBelow) {
      solveTileRows<T>(a, row, n, below + tile * ROWS, j0, width, triangle, scratch)
    }
    meet(control)
  }
}

export function choleskyF32(
  control: usize, a: usize, n: i32, stride: i32, shared: usize, scratch: usize, from: i32, to: i32,
): void {
  cholesky<f32>(control, a, n, stride, shared, scratch, from, to)
}

export function choleskyF64(
  control: usize, a: usize, n: i32, stride: i32, shared: usize, scratch: usize, from: i32, to: i32,
): void {
  cholesky<f64>(control, a, n, stride, shared, scratch, from, to)
}
