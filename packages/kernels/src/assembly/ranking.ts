/** out[j] = sum over r of weights[r] * table[rows[r] * stride + j]. */
export function gatherRowsI16(
  out: usize, columns: i32, table: usize, stride: i32, rows: usize, weights: usize, count: i32,
): void {
  memory.fill(out, 0, <usize>columns << 2)
  for (let r = 0; r < count; r++) {
    const row = table + ((<usize>load<i32>(rows + (r << 2)) * <usize>stride) << 1)
    const w = <i32>load<i16>(weights + (r << 1))
    for (let j = 0; j < columns; j++) {
      const at = out + (j << 2)
      store<i32>(at, load<i32>(at) + w * <i32>load<i16>(row + (j << 1)))
    }
  }
}

/** True when the item at index a ranks below the one at index b: lower score, or same and later. */
function below(scores: usize, a: i32, b: i32): bool {
  const x = load<i32>(scores + (<usize>a << 2)), y = load<i32>(scores + (<usize>b << 2))
  return x < y || (x == y && a > b)
}

/** Restores the heap (worst on top) below `at`. */
function sink(scores: usize, heap: usize, at: i32, size: i32): void {
  const moved = load<i32>(heap + (<usize>at << 2))
  while (true) {
    let child = 2 * at + 1
    if (child >= size) break
    let index = load<i32>(heap + (<usize>child << 2))
    if (child + 1 < size) {
      const other = load<i32>(heap + (<usize>(child + 1) << 2))
      if (below(scores, other, index)) { child++; index = other }
    }
    if (!below(scores, index, moved)) break
    store<i32>(heap + (<usize>at << 2), index)
    at = child
  }
  store<i32>(heap + (<usize>at << 2), moved)
}

export function topK(scores: usize, mask: usize, count: i32, limit: i32, out: usize): i32 {
  if (limit <= 0) return 0
  let size = 0, index = 0
  for (; index < count && size < limit; index++) {
    if (mask && load<u8>(mask + <usize>index)) continue
    store<i32>(out + (<usize>size << 2), index)
    size++
  }
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(scores, out, at, size)
  for (; index < count; index++) {
    if (mask && load<u8>(mask + <usize>index)) continue
    if (load<i32>(scores + (<usize>index << 2)) > load<i32>(scores + (<usize>load<i32>(out) << 2))) {
      store<i32>(out, index)
      sink(scores, out, 0, size)
    }
  }
  for (let end = size - 1; end > 0; end--) {
    const worst = load<i32>(out)
    store<i32>(out, load<i32>(out + (<usize>end << 2)))
    store<i32>(out + (<usize>end << 2), worst)
    sink(scores, out, 0, end)
  }
  return size
}
