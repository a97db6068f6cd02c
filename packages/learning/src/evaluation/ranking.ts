/**
 * Measures of an ordered list against the items that followed. `ranked` holds distinct items, best
 * first; `relevant` is not empty; only the first k places count.
 */

/**
 * Normalised discounted cumulative gain with gain 1 per relevant item:
 * `sum 1/log2(place + 1)` over the hits, divided by the best that was possible (Järvelin and
 * Kekäläinen, 2002). In [0, 1].
 */
export function ndcgAt(
  ranked: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  k: number,
): number {
  let gain = 0
  for (let place = 1; place <= Math.min(k, ranked.length); place++) {
    if (relevant.has(ranked[place - 1] as number)) gain += discount(place)
  }
  let best = 0
  for (let place = 1; place <= Math.min(k, relevant.size); place++) best += discount(place)
  return gain / best
}

/** Share of the relevant items that are among the first k, out of the most that could be: `hits / min(k, relevant)`. */
export function recallAt(
  ranked: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  k: number,
): number {
  return hitsAt(ranked, relevant, k) / Math.min(k, relevant.size)
}

/** 1 when at least one relevant item is among the first k, otherwise 0. */
export function hitRateAt(
  ranked: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  k: number,
): number {
  return hitsAt(ranked, relevant, k) > 0 ? 1 : 0
}

/** Reciprocal of the place of the first relevant item; 0 when there is none. */
export function reciprocalRank(ranked: ArrayLike<number>, relevant: ReadonlySet<number>): number {
  for (let place = 1; place <= ranked.length; place++) {
    if (relevant.has(ranked[place - 1] as number)) return 1 / place
  }
  return 0
}

/** Share of the catalogue that appears in at least one of the lists, their first k places counted. */
export function coverage(
  lists: Iterable<ArrayLike<number>>,
  k: number,
  catalogueSize: number,
): number {
  const shown = new Set<number>()
  for (const list of lists) {
    for (let place = 0; place < Math.min(k, list.length); place++) shown.add(list[place] as number)
  }
  return shown.size / catalogueSize
}

function hitsAt(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): number {
  let hits = 0
  for (let place = 0; place < Math.min(k, ranked.length); place++) {
    if (relevant.has(ranked[place] as number)) hits++
  }
  return hits
}

function discount(place: number): number {
  return 1 / Math.log2(place + 1)
}
