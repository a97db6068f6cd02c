import {
  Bandit,
  type BanditConfiguration,
  type BanditRequest,
  BanditStatistics,
  type BanditTerm,
  banditConfiguration,
  createRandom,
  deserialiseRow,
  type Exploration,
  type RewardedRow,
  SCORE_UNIT,
  serialiseRow,
} from '@adsum/learning'
import type { DecideSurface, ExplorationName } from '../app/decide-surface.ts'
import { type Candidate, NOTHING_ID } from './candidates.ts'
import type { WeighedOption } from './decide-record.ts'
import type { FlatFeatures } from './flatten-features.ts'

/** Propensities are multiples of one over this, so that they add up to 1 exactly. */
export const PARTS_TOTAL: number = 2 ** 30

/** Settings of the ways to explore: those of `@adsum/learning`, by the names of declarations. */
const EXPLORATION: Readonly<Record<ExplorationName, Exploration>> = {
  greedy: { kind: 'greedy' },
  'epsilon-greedy': { kind: 'epsilon-greedy', epsilon: 0.1 },
  linucb: { kind: 'linucb', alpha: 0.3 },
  squarecb: { kind: 'squarecb', gamma: 10, exponent: 0.5 },
  thompson: { kind: 'thompson', spread: 0.3, draws: 100 },
}

/** What is to be weighed. */
export interface Moment {
  readonly context: FlatFeatures
  readonly traits: FlatFeatures
  /** The last may be "nothing". */
  readonly candidates: readonly Candidate[]
  /** Seed of all chance in the answer. */
  readonly seed: number
}

/** The options of a moment with their integers, and which of them is drawn. */
export interface Weighed {
  readonly options: readonly WeighedOption[]
  readonly scale: number
  readonly partsTotal: number
  readonly draw: number
  /** Bytes of what learning adds for an option. */
  row(option: number): Uint8Array
  terms(option: number): { readonly feature: string; readonly share: number }[]
}

/** What one surface learns: a bandit with the settings that the surface declares. */
export class SurfaceLearner {
  readonly #bandit: Bandit
  readonly #range: { readonly min: number; readonly max: number }

  constructor(surface: DecideSurface) {
    const { low, high } = surface.reward
    this.#range = { min: low, max: high }
    this.#bandit = new Bandit(configurationOf(surface))
  }

  /** Names the way in which rows are made: those of another cannot be learned. */
  get version(): string {
    const { version, dimensions, sharedDimensions, interaction } = this.#bandit.configuration
    return `${version} ${interaction} ${dimensions} ${sharedDimensions}`
  }

  /** Lessons in the statistics. */
  get rows(): number {
    return this.#bandit.statistics.rows
  }

  /** Names what answers now, by how much it has learned; null before it has learned anything. */
  get model(): string | null {
    const { rows } = this
    return rows === 0 ? null : `b_${rows}`
  }

  weigh({ context, traits, candidates, seed }: Moment): Weighed {
    const random = createRandom(seed)
    const hasNothing = candidates.at(-1)?.id === NOTHING_ID
    const actions = hasNothing ? candidates.slice(0, -1) : candidates
    const request: BanditRequest = { context, traits, actions, nothing: hasNothing }
    const weighing = this.#bandit.weigh(request, random)
    const { scores, exploration, probabilities } = weighing
    const parts = partsOf(this.rows === 0 ? even(candidates.length) : probabilities)
    return {
      options: candidates.map(({ id }, at) => ({
        action: id === NOTHING_ID ? null : id,
        score: (scores[at] as number) + (exploration[at] as number),
        exploration: exploration[at] as number,
        parts: parts[at] as number,
      })),
      scale: SCORE_UNIT,
      partsTotal: PARTS_TOTAL,
      draw: random.below(PARTS_TOTAL),
      row: (option) => serialiseRow(weighing.row(option)),
      terms: (option) => {
        const terms = weighing.terms(option).map(termOf)
        const explored = exploration[option] as number
        return explored === 0 ? terms : [...terms, { feature: 'exploration', share: explored }]
      },
    }
  }

  /** Adds what came of a decision; the next answer knows it. */
  learn(row: Uint8Array, reward: number): void {
    this.#bandit.learn(this.#rewarded(row, reward))
  }

  /** Takes back what was learned of decisions, exactly. */
  forget(lessons: readonly { readonly row: Uint8Array; readonly reward: number }[]): void {
    if (lessons.length === 0) return
    this.#bandit.forget(lessons.map(({ row, reward }) => this.#rewarded(row, reward)))
  }

  /** Adds a lesson of the log to the totals; answers know of it after {@link restored}. */
  restore(row: Uint8Array, reward: number): void {
    this.#bandit.statistics.add(this.#rewarded(row, reward))
  }

  /** Adds statistics that were serialised; answers know of them after {@link restored}. */
  restoreAll(statistics: Uint8Array): void {
    const { configuration, statistics: totals } = this.#bandit
    totals.merge(BanditStatistics.deserialise(statistics, configuration), 1)
  }

  /** Takes over the totals after {@link restore}. */
  restored(): void {
    this.#bandit.refit()
  }

  /**
   * Makes every answer a function of the totals alone, the same after a restart, bit for bit: a piece of
   * the work with every step.
   */
  settling(): Generator<undefined> {
    return this.#bandit.settling()
  }

  /** The totals in bytes: equal totals, equal bytes. */
  serialise(): Uint8Array {
    return this.#bandit.statistics.serialise()
  }

  #rewarded(row: Uint8Array, reward: number): RewardedRow {
    const { min, max } = this.#range
    // A sum of rewards may leave the range of a single one.
    return { row: deserialiseRow(row), reward: Math.min(max, Math.max(min, reward)) }
  }
}

function configurationOf({ explore, reward }: DecideSurface): BanditConfiguration {
  return banditConfiguration({
    exploration: EXPLORATION[explore.kind],
    floor: explore.floor,
    reward: { min: reward.low, max: reward.high },
  })
}

/** Probabilities as integers that add up to `PARTS_TOTAL`, none more than one part from its share. */
function partsOf(probabilities: Float64Array): number[] {
  let sum = 0
  let given = 0
  return Array.from(probabilities, (probability, at) => {
    sum += probability
    const isLast = at === probabilities.length - 1
    const end = isLast ? PARTS_TOTAL : Math.min(PARTS_TOTAL, Math.round(sum * PARTS_TOTAL))
    const parts = end - given
    given = end
    return parts
  })
}

/** Before anything is learned no option is better than another. */
function even(count: number): Float64Array {
  return new Float64Array(count).fill(1 / count)
}

function termOf({ part, moment, action, value }: BanditTerm): { feature: string; share: number } {
  const names = [moment, action].filter((name) => name !== null)
  return { feature: `${part}:${names.join(' × ') || 'bias'}`, share: value }
}
