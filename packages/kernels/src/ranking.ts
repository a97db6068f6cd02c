import { countOf, strideOf } from './bounds.ts'
import { type Kernels, opened } from './kernels.ts'

/**
 * out[j] = sum over r < count of weights[r] * table[rows[r] * stride + j], for every j of `out`.
 * Exact; the caller guarantees that no partial sum leaves int32. Throws RangeError when a row lies
 * outside `table`.
 */
export function gatherRowsI16(
  kernels: Kernels,
  out: Int32Array,
  table: Int16Array,
  stride: number,
  rows: Int32Array,
  weights: Int16Array,
  count: number,
): void {
  const k = opened(kernels)
  const columns = out.length
  if (columns === 0) return
  const rowsMax = Math.floor((table.length - columns) / strideOf(stride, columns)) + 1
  for (let r = 0; r < count; r++) {
    const row = rows[r] ?? -1
    if (row < 0 || row >= rowsMax) throw new RangeError(`row ${row} of ${rowsMax}`)
  }
  const tableAt = k.address(table, columns)
  const rowsAt = k.address(rows, countOf('count', count))
  const weightsAt = k.address(weights, count)
  k.wasm.gatherRowsI16(k.address(out, 0), columns, tableAt, stride, rowsAt, weightsAt, count)
}

/**
 * Writes the indices of the `limit` highest of scores[0..count) into `outIndices`, highest first,
 * ties by smaller index, leaving out those with mask 1 (no mask: none). Returns how many were
 * written, at most `limit`.
 */
export function topK(
  kernels: Kernels,
  scores: Int32Array,
  mask: Uint8Array | null,
  count: number,
  limit: number,
  outIndices: Int32Array | Uint32Array,
): number {
  const k = opened(kernels)
  const scoresAt = k.address(scores, countOf('count', count))
  const maskAt = mask === null ? 0 : k.address(mask, count)
  const room = Math.min(countOf('limit', limit), count)
  return k.wasm.topK(scoresAt, maskAt, count, room, k.address(outIndices, room))
}
