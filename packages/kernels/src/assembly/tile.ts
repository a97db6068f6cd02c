// The one inner loop of all float kernels: a tile of 6 rows by two vectors of a product.
//
// Twelve accumulators, two vectors of B and one splat of A: fifteen registers, all that a WebAssembly
// engine leaves free of the sixteen that x64 has. One more and the loop spills to memory.

/** Rows of a tile, and of a packed panel of the left factor. */
export const TILE_ROWS: i32 = 6
/** Rows, inner length and columns of a block: a multiple of both sides of the tile. */
export const BLOCK: i32 = 240

/** Columns of a tile, and of a packed panel of the right factor: 8 floats or 4 doubles. */
export function tileColumns<T>(): i32 {
  return 32 / <i32>sizeof<T>()
}

/** a * b + c, rounded once where the engine may. */
// @ts-ignore: decorator
@inline
export function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c)
  return v128.add<T>(c, v128.mul<T>(a, b))
}

// @ts-ignore: decorator
@inline
function addRow<T>(c: usize, factor: v128, left: v128, right: v128): void {
  v128.store(c, madd<T>(factor, left, v128.load(c)))
  v128.store(c, madd<T>(factor, right, v128.load(c, 16)), 16)
}

/**
 * c += factor * a * b for one tile. `a` is a packed panel, [inner][6]; `b` a packed panel,
 * [inner][2 vectors]; rows of c lie `cRow` bytes apart.
 */
export function addTile<T>(inner: i32, a: usize, b: usize, c: usize, cRow: usize, factor: T): void {
  const zero = v128.splat<T>(0)
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero
  const end = b + (<usize>inner << 5)
  while (b < end) {
    const b0 = v128.load(b), b1 = v128.load(b, 16)
    const a0 = v128.load_splat<T>(a)
    c00 = madd<T>(a0, b0, c00)
    c01 = madd<T>(a0, b1, c01)
    const a1 = v128.load_splat<T>(a, sizeof<T>())
    c10 = madd<T>(a1, b0, c10)
    c11 = madd<T>(a1, b1, c11)
    const a2 = v128.load_splat<T>(a, 2 * sizeof<T>())
    c20 = madd<T>(a2, b0, c20)
    c21 = madd<T>(a2, b1, c21)
    const a3 = v128.load_splat<T>(a, 3 * sizeof<T>())
    c30 = madd<T>(a3, b0, c30)
    c31 = madd<T>(a3, b1, c31)
    const a4 = v128.load_splat<T>(a, 4 * sizeof<T>())
    c40 = madd<T>(a4, b0, c40)
    c41 = madd<T>(a4, b1, c41)
    const a5 = v128.load_splat<T>(a, 5 * sizeof<T>())
    c50 = madd<T>(a5, b0, c50)
    c51 = madd<T>(a5, b1, c51)
    a += 6 * sizeof<T>()
    b += 32
  }
  const scale = v128.splat<T>(factor)
  addRow<T>(c, scale, c00, c01)
  addRow<T>(c + cRow, scale, c10, c11)
  addRow<T>(c + 2 * cRow, scale, c20, c21)
  addRow<T>(c + 3 * cRow, scale, c30, c31)
  addRow<T>(c + 4 * cRow, scale, c40, c41)
  addRow<T>(c + 5 * cRow, scale, c50, c51)
}
