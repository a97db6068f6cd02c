import { type Played, playVowpalWabbit } from '../regret/vowpal-wabbit.ts'
import { classificationSets, type LabelledRow } from './classification-sets.ts'
import { labelsOf, playProgressively, shuffled } from './progressive.ts'

const SHUFFLES = 3
/** Rows of a set that are played; of larger ones these many, drawn with the shuffle. */
const ROUNDS_MAX = 5000
/** Normal 97.5% point. */
const SIGNIFICANT = 1.96

/** Vowpal Wabbit with its defaults: epsilon-greedy with 0.05, and greedy. */
const peerOptions = {
  'epsilon-greedy': '--cb_explore_adf -q ca',
  greedy: '--cb_explore_adf -q ca --epsilon 0',
} as const

type Peer = keyof typeof peerOptions

interface SetResult {
  readonly set: string
  readonly rounds: number
  readonly actions: number
  readonly ours: number
  readonly oursPerSecond: number
  readonly peers: Readonly<Partial<Record<Peer, Comparison>>>
}

interface Comparison {
  readonly error: number
  readonly perSecond: number
  readonly verdict: 'win' | 'loss' | 'level'
}

/**
 * Classification sets turned into bandits, ours against Vowpal Wabbit's defaults on the same shuffles. A
 * win or a loss is a difference of mean errors beyond 1.96 standard errors of two shares of that many rounds.
 */
export async function classificationBandits({ seed }: { readonly seed: number }): Promise<object> {
  const results: SetResult[] = []
  for (const [set, load] of Object.entries(classificationSets)) {
    const result = await compare(set, load(), seed)
    results.push(result)
    console.log(JSON.stringify(result))
  }
  return { seed, shuffles: SHUFFLES, balance: balanceOf(results), results }
}

async function compare(set: string, all: readonly LabelledRow[], seed: number): Promise<SetResult> {
  const rounds = Math.min(all.length, ROUNDS_MAX)
  const actions = labelsOf(all).length
  const ours: { error: number; seconds: number }[] = []
  const peers: Record<Peer, { error: number; seconds: number }[]> = {
    'epsilon-greedy': [],
    greedy: [],
  }
  for (let at = 0; at < SHUFFLES; at++) {
    const rows = shuffled(all, seed + at).slice(0, rounds)
    ours.push(playProgressively(rows, seed + at))
    const played = await playVowpalWabbit(rewarded(rows), seed + at, Object.values(peerOptions))
    for (const name of Object.keys(peerOptions) as Peer[]) {
      const outcome: Played | undefined = played?.[peerOptions[name]]
      if (outcome === undefined) continue
      peers[name].push({ error: 1 - outcome.reward / rounds, seconds: outcome.seconds })
    }
  }
  const error = mean(ours.map((each) => each.error))
  const comparison = (name: Peer): Comparison => {
    const theirs = mean(peers[name].map((each) => each.error))
    const variance = (error * (1 - error) + theirs * (1 - theirs)) / rounds
    const distance = (error - theirs) / Math.sqrt(variance)
    const verdict = distance < -SIGNIFICANT ? 'win' : distance > SIGNIFICANT ? 'loss' : 'level'
    const perSecond = Math.round(rounds / mean(peers[name].map((each) => each.seconds)))
    return { error: rounded(theirs), perSecond, verdict }
  }
  const names = (Object.keys(peerOptions) as Peer[]).filter((name) => peers[name].length > 0)
  return {
    set,
    rounds,
    actions,
    ours: rounded(error),
    oursPerSecond: Math.round(rounds / mean(ours.map((each) => each.seconds))),
    peers: Object.fromEntries(names.map((name) => [name, comparison(name)])),
  }
}

/** Rows as rounds: the label's action rewards 1. */
function rewarded(rows: readonly LabelledRow[]) {
  const labels = labelsOf(rows)
  const actions = labels.map((id) => ({ id: `class-${id}`, features: {} }))
  return rows.map(({ context, label }) => {
    const rewards = labels.map((each) => (each === label ? 1 : 0))
    return { context, actions, rewards, expected: rewards }
  })
}

/** Wins minus losses against each peer. */
function balanceOf(results: readonly SetResult[]): Readonly<Record<string, object>> {
  return Object.fromEntries(
    (Object.keys(peerOptions) as Peer[]).map((name) => {
      const count = (verdict: Comparison['verdict']) =>
        results.filter(({ peers }) => peers[name]?.verdict === verdict).length
      const [wins, losses, level] = [count('win'), count('loss'), count('level')]
      return [name, { wins, losses, level, balance: wins - losses }]
    }),
  )
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
