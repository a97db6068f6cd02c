// Forward substitution on packed panels. Backward substitution is the same one on the transposed
// triangle with rows and columns in reverse order: that is a matter of packing.
import { packLeft } from './packing'
import { addTile, TILE_ROWS, tileColumns } from './tile'

/**
 * Packs a lower triangle of up to BLOCK rows as packLeft does, with the diagonal inverted (and 0
 * beyond the last row, so that padding stays 0).
 */
export function packTriangle<T>(
  to: usize, from: usize, rowStep: isize, columnStep: isize, rows: i32,
): void {
  packLeft<T>(to, from, rowStep, columnStep, rows, rows)
  for (let row = 0; row < rows; row++) {
    const panel = row / TILE_ROWS
    const at = to + <usize>((panel * rows + row) * TILE_ROWS + row % TILE_ROWS) * sizeof<T>()
    store<T>(at, <T>1 / load<T>(at))
  }
}

/** x = L^-1 x for one right-hand panel, [rows][8 or 4], L from packTriangle. */
export function solvePanel<T>(triangle: usize, x: usize, rows: i32): void {
  const size = sizeof<T>()
  for (let row = 0; row < rows; row += TILE_ROWS) {
    const panel = triangle + <usize>(row * rows) * size
    const target = x + (<usize>row << 5)
    addTile<T>(row, panel, x, target, 32, -1)
    const height = min(TILE_ROWS, rows - row)
    solveTile<T>(panel + <usize>(row * TILE_ROWS) * size, target, height)
  }
}

/** The triangle on the diagonal of one panel: column by column, in place. */
function solveTile<T>(triangle: usize, x: usize, height: i32): void {
  for (let column = 0; column < height; column++) {
    const line = triangle + <usize>(column * TILE_ROWS) * sizeof<T>()
    const at = x + (<usize>column << 5)
    const inverse = v128.splat<T>(load<T>(line + <usize>column * sizeof<T>()))
    const left = v128.mul<T>(v128.load(at), inverse)
    const right = v128.mul<T>(v128.load(at, 16), inverse)
    v128.store(at, left)
    v128.store(at, right, 16)
    for (let row = column + 1; row < height; row++) {
      const factor = v128.load_splat<T>(line + <usize>row * sizeof<T>())
      const below = x + (<usize>row << 5)
      v128.store(below, v128.sub<T>(v128.load(below), v128.mul<T>(factor, left)))
      v128.store(below, v128.sub<T>(v128.load(below, 16), v128.mul<T>(factor, right)), 16)
    }
  }
}
