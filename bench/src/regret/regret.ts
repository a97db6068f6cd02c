import { performance } from 'node:perf_hooks'
import { Bandit, banditConfiguration, createRandom } from '@adsum/learning'
import { type BanditRound, banditRounds, banditWorldKinds } from '@adsum/simulator'
import type { Measured } from '../speed/main.ts'
import { type MeanInterval, meanInterval } from './mean-interval.ts'
import { playVowpalWabbit } from './vowpal-wabbit.ts'

const ROUNDS = 4000
const SEEDS = 20

/** Vowpal Wabbit's ways of exploring, with the products of moment and action that ours has too. */
const peerOptions = {
  squarecb: '--cb_explore_adf -q ca --squarecb',
  cover: '--cb_explore_adf -q ca --cover 5',
  bag: '--cb_explore_adf -q ca --bag 5',
  epsilon: '--cb_explore_adf -q ca --epsilon 0.05',
} as const

type Peer = keyof typeof peerOptions
const peerNames = Object.keys(peerOptions) as Peer[]

/** What one seed of one world came to: regret per round, and rounds per second. */
interface Outcome {
  readonly regret: number
  readonly speed: number
}

/**
 * Regret of our default against Vowpal Wabbit in simulated worlds whose truth is known: the same moments,
 * actions and would-be rewards for all, summed over rounds and given per round.
 */
export async function regret({
  seed,
  count,
}: {
  readonly seed: number
  readonly count: number | null
}): Promise<Measured> {
  const seeds = Array.from({ length: count ?? SEEDS }, (_, index) => seed + index)
  const worlds: Record<string, Summary> = {}
  for (const kind of banditWorldKinds) {
    const ours: Outcome[] = []
    const peers: Record<Peer, Outcome>[] = []
    for (const each of seeds) {
      const rounds = [...banditRounds({ kind, seed: each, rounds: ROUNDS })]
      ours.push(playOurs(rounds, each))
      const played = await playPeers(rounds, each)
      if (played !== null) peers.push(played)
    }
    worlds[kind] = summary(ours, peers)
    console.error(`${kind}: ${JSON.stringify(worlds[kind])}`)
  }
  const all = Object.values(worlds)
  const ours = mean(all.map((world) => world.ours.mean))
  const best = all.map((world) => world.best?.regret.mean ?? Number.NaN)
  const peer = best.some(Number.isNaN) ? null : mean(best)
  return {
    ours: round(ours),
    peer: peer === null ? null : round(peer),
    ratio: peer === null ? null : round(ours / peer),
    unit: 'regret per round; peer: the best of Vowpal Wabbit world by world',
    figures: {
      peers: Object.fromEntries(
        peerNames.map((name) => [
          name,
          peer === null
            ? null
            : round(mean(all.map((world) => world.peers[name]?.mean ?? Number.NaN))),
        ]),
      ),
      seeds,
      worlds,
    },
    details: { rounds: ROUNDS, peerOptions },
  }
}

function playOurs(rounds: readonly BanditRound[], seed: number): Outcome {
  const bandit = new Bandit(banditConfiguration())
  const random = createRandom(seed)
  let lost = 0
  const start = performance.now()
  for (const round of rounds) {
    const { chosen, row } = bandit.choose(round, random)
    lost += Math.max(...round.expected) - (round.expected[chosen] ?? 0)
    bandit.learn({ row, reward: round.rewards[chosen] ?? 0 })
  }
  const seconds = (performance.now() - start) / 1000
  return { regret: lost / rounds.length, speed: rounds.length / seconds }
}

async function playPeers(
  rounds: readonly BanditRound[],
  seed: number,
): Promise<Record<Peer, Outcome> | null> {
  const played = await playVowpalWabbit(rounds, seed, Object.values(peerOptions))
  if (played === null) return null
  const best = rounds.reduce((sum, { expected }) => sum + Math.max(...expected), 0)
  const outcome = (name: Peer): Outcome => {
    const { expected, seconds } = played[peerOptions[name]] ?? { expected: 0, seconds: 0 }
    return { regret: (best - expected) / rounds.length, speed: rounds.length / seconds }
  }
  return {
    squarecb: outcome('squarecb'),
    cover: outcome('cover'),
    bag: outcome('bag'),
    epsilon: outcome('epsilon'),
  }
}

interface Summary {
  readonly ours: MeanInterval
  readonly peers: Partial<Record<Peer, MeanInterval>>
  /** The peer with the least regret, ours minus its, and how fast ours is beside the fastest of all. */
  readonly best: {
    readonly name: Peer
    readonly regret: MeanInterval
    readonly difference: MeanInterval
  } | null
  readonly decisionsPerSecond: { readonly ours: number; readonly fastestPeer: number | null }
}

function summary(ours: readonly Outcome[], peers: readonly Record<Peer, Outcome>[]): Summary {
  const speed = Math.round(mean(ours.map((outcome) => outcome.speed)))
  const own = meanInterval(ours.map((outcome) => outcome.regret))
  if (peers.length === 0) {
    const decisionsPerSecond = { ours: speed, fastestPeer: null }
    return { ours: own, peers: {}, best: null, decisionsPerSecond }
  }
  const regrets = (name: Peer) => peers.map((outcomes) => outcomes[name].regret)
  const name = peerNames.reduce((a, b) => (mean(regrets(b)) < mean(regrets(a)) ? b : a))
  const speeds = peerNames.map((each) => mean(peers.map((outcomes) => outcomes[each].speed)))
  return {
    ours: own,
    peers: Object.fromEntries(peerNames.map((each) => [each, meanInterval(regrets(each))])),
    best: {
      name,
      regret: meanInterval(regrets(name)),
      difference: meanInterval(
        ours.map((outcome, at) => outcome.regret - (regrets(name)[at] ?? Number.NaN)),
      ),
    },
    decisionsPerSecond: { ours: speed, fastestPeer: Math.round(Math.max(...speeds)) },
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
