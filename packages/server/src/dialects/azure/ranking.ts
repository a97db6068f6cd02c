import type { RankRequest } from './rank-request.ts'

/** The answer to a rank. */
export interface RankAnswer {
  readonly ranking: readonly { readonly id: string; readonly probability: number }[]
  readonly eventId: string
  /** What to show, and what a reward is for: not always the likeliest. */
  readonly rewardActionId: string
}

/**
 * Every action with the probability with which it was drawn: the likeliest first, of equals the earlier;
 * what is excluded has none and keeps its place.
 */
export function rankingOf(
  { actions, excluded }: Pick<RankRequest, 'actions' | 'excluded'>,
  probabilities: ReadonlyMap<string, number>,
): RankAnswer['ranking'] {
  const entry = (id: string) => ({ id, probability: probabilities.get(id) ?? 0 })
  if (excluded.size === 0) return actions.map(({ id }) => entry(id)).sort(likelierFirst)
  const ranked = actions.filter(({ id }) => !excluded.has(id)).map(({ id }) => entry(id))
  const next = ranked.sort(likelierFirst)[Symbol.iterator]()
  return actions.map(({ id }) => (excluded.has(id) ? entry(id) : (next.next().value ?? entry(id))))
}

function likelierFirst(a: { probability: number }, b: { probability: number }): number {
  return b.probability - a.probability
}

/** The first action that may be chosen, for certain: where we only watch, and where we failed. */
export function baselineOf({
  actions,
  excluded,
}: Pick<RankRequest, 'actions' | 'excluded'>): string {
  const first = actions.find(({ id }) => !excluded.has(id))
  if (first === undefined) throw new Error('a rank request leaves an action to choose')
  return first.id
}
