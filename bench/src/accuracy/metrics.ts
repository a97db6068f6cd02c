import { bootstrapInterval, coverage, hitRateAt, ndcgAt, reciprocalRank } from '@adsum/learning'

const RESAMPLES = 1_000
const LEVEL = 0.95
const PLACES = 10

export interface Figure {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Full-catalogue ranking figures of lists of item names against one target each. */
export function rankingFigures(
  lists: readonly (readonly string[])[],
  targets: readonly string[],
  options: { readonly items: number; readonly seed: number },
): { ndcg10: Figure; hr10: Figure; mrr10: Figure; coverage10: Figure } {
  const numbers = new Map<string, number>()
  const number = (name: string): number => {
    if (!numbers.has(name)) numbers.set(name, numbers.size)
    return numbers.get(name) as number
  }
  const ranked = lists.map((list) => list.slice(0, PLACES).map(number))
  const relevant = targets.map((target) => new Set([number(target)]))
  const figure = (metric: (index: number) => number): Figure => {
    const values = Float64Array.from(ranked, (_, index) => metric(index))
    const { mean, low, high } = bootstrapInterval(values, {
      seed: options.seed,
      resamples: RESAMPLES,
      level: LEVEL,
    })
    return { value: mean, low, high }
  }
  const at = (index: number) => [ranked[index] as number[], relevant[index] as Set<number>] as const
  const covered = coverage(ranked, PLACES, options.items)
  return {
    ndcg10: figure((index) => ndcgAt(...at(index), PLACES)),
    hr10: figure((index) => hitRateAt(...at(index), PLACES)),
    mrr10: figure((index) => reciprocalRank(...at(index))),
    coverage10: { value: covered, low: covered, high: covered },
  }
}
