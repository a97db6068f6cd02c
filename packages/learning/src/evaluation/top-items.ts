/**
 * The best items by score, best first, ties by smaller index: the order of the product's own lists, so
 * that every method is judged by the same rule.
 * @param exclude 1 for an item that must not appear.
 */
export function topItems(
  scores: ArrayLike<number>,
  exclude: Uint8Array,
  limit: number,
): Int32Array {
  const best: number[] = []
  for (let item = 0; item < scores.length; item++) {
    if (exclude[item] === 1) continue
    const score = scores[item] as number
    if (best.length === limit && score <= (scores[best[limit - 1] as number] as number)) continue
    let place = best.length
    while (place > 0 && score > (scores[best[place - 1] as number] as number)) place--
    best.splice(place, 0, item)
    if (best.length > limit) best.pop()
  }
  return Int32Array.from(best)
}
