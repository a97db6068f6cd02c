// The best of many scores: a heap of the best so far, worst on top.

/** True when the item at index a ranks below the one at index b: lower score, or same and later. */
function below(scores: usize, a: i32, b: i32): bool {
  const x = load<i32>(scores + (<usize>a << 2)), y = load<i32>(scores + (<usize>b << 2))
  return x < y || (x == y && a > b)
}

/** Restores the heap below `at`. */
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

/** First index from `index` on whose score may be above `bar`: 16 scores at a time are passed over. */
function passOver(scores: usize, index: i32, count: i32, bar: i32): i32 {
  const bars = i32x4.splat(bar)
  for (; index + 16 <= count; index += 16) {
    const at = scores + (<usize>index << 2)
    const above = v128.or(
      v128.or(i32x4.gt_s(v128.load(at), bars), i32x4.gt_s(v128.load(at, 16), bars)),
      v128.or(i32x4.gt_s(v128.load(at, 32), bars), i32x4.gt_s(v128.load(at, 48), bars)),
    )
    if (v128.any_true(above)) break
  }
  return index
}

// @ts-ignore: decorator
@inline
function leftOut(mask: usize, index: i32): bool {
  return mask != 0 && load<u8>(mask + <usize>index) != 0
}

// @ts-ignore: decorator
@inline
function scoreOf(scores: usize, index: i32): i32 {
  return load<i32>(scores + (<usize>index << 2))
}

/**
 * Writes the indices of the `limit` best of `count` scores to `out`, best first, ties by smaller
 * index, those with mask 1 left out (a mask of 0 leaves none out). Returns how many. A later index
 * never displaces an equal score, so only what is above the worst so far is looked at.
 */
export function topK(scores: usize, mask: usize, count: i32, limit: i32, out: usize): i32 {
  let size = 0, index = 0
  for (; index < count && size < limit; index++) {
    if (leftOut(mask, index)) continue
    store<i32>(out + (<usize>size << 2), index)
    size++
  }
  if (size == 0) return 0
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(scores, out, at, size)
  while ((index = passOver(scores, index, count, scoreOf(scores, load<i32>(out)))) < count) {
    for (const end = min(index + 16, count); index < end; index++) {
      if (scoreOf(scores, index) <= scoreOf(scores, load<i32>(out)) || leftOut(mask, index)) continue
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
