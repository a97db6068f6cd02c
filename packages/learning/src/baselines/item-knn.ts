import type { Sequences } from '../statistics/sequences.ts'

/** Distinct items of one person that count, the latest ones: work grows with the square of them. */
const ITEMS_PER_PERSON_MAX = 1_000

/**
 * Item-based nearest neighbours (Sarwar et al., 2001; Deshpande and Karypis, 2004):
 * `score(j) = sum over distinct items i of the history of cos(i, j)`, with
 * `cos(i, j) = people with both / sqrt(people with i * people with j)` and only the `neighbours` most
 * similar items of each i. Counts are integers; cosines are computed from them at the end.
 *
 * Takes 4 bytes per pair of items while fitting and 8 bytes per neighbour after that.
 */
export class ItemKnn {
  readonly #neighbours: readonly { readonly items: Int32Array; readonly cosines: Float64Array }[]
  readonly #itemCount: number

  constructor(sequences: Sequences, itemCount: number, options: { readonly neighbours: number }) {
    this.#itemCount = itemCount
    const together = coOccurrences(sequences, itemCount)
    this.#neighbours = Array.from({ length: itemCount }, (_, item) =>
      nearest(together, itemCount, item, options.neighbours),
    )
  }

  /** Scores of all items after a history, any order, repeats counted once. */
  scores(history: Iterable<number>): Float64Array {
    const scores = new Float64Array(this.#itemCount)
    for (const item of new Set(history)) {
      const near = this.#neighbours[item]
      if (near === undefined) continue
      for (let index = 0; index < near.items.length; index++) {
        const other = near.items[index] as number
        scores[other] = (scores[other] as number) + (near.cosines[index] as number)
      }
    }
    return scores
  }
}

/** People who have both items: symmetric, N x N; the diagonal says how many have the item. */
function coOccurrences({ items, offsets }: Sequences, itemCount: number): Int32Array {
  const together = new Int32Array(itemCount * itemCount)
  for (let person = 0; person + 1 < offsets.length; person++) {
    const latestFirst = items.slice(offsets[person], offsets[person + 1]).reverse()
    const distinct = [...new Set(latestFirst.filter((item) => item >= 0))].slice(
      0,
      ITEMS_PER_PERSON_MAX,
    )
    for (const a of distinct) {
      for (const b of distinct) {
        together[a * itemCount + b] = (together[a * itemCount + b] as number) + 1
      }
    }
  }
  return together
}

function nearest(together: Int32Array, itemCount: number, item: number, limit: number) {
  const own = together[item * itemCount + item] as number
  const candidates: { other: number; cosine: number }[] = []
  for (let other = 0; other < itemCount; other++) {
    const both = together[item * itemCount + other] as number
    if (other === item || both === 0) continue
    const theirs = together[other * itemCount + other] as number
    candidates.push({ other, cosine: both / Math.sqrt(own * theirs) })
  }
  candidates.sort((a, b) => b.cosine - a.cosine || a.other - b.other)
  const kept = candidates.slice(0, limit)
  return {
    items: Int32Array.from(kept, ({ other }) => other),
    cosines: Float64Array.from(kept, ({ cosine }) => cosine),
  }
}
