import { BinaryReader } from '../binary-reader.ts'
import { BinaryWriter } from '../binary-writer.ts'
import { LearningError, requireArgument } from '../errors.ts'
import type { Random } from '../random.ts'
import { COEFFICIENT_UNIT } from './block-model.ts'
import { BlockStatistics } from './block-statistics.ts'
import type { BanditConfiguration, BanditPenalty } from './configuration.ts'
import { bonusOf, probabilitiesOf } from './exploration.ts'
import { crossPlace, type PlacedFeature, VALUE_UNIT } from './features.ts'
import { LearnedBlock } from './learned-block.ts'
import {
  type BanditRequest,
  type EncodedAction,
  type EncodedRequest,
  RequestEncoder,
} from './request.ts'
import { type BanditRow, type RewardedRow, rewardUnits } from './rows.ts'
import { BanditStatistics } from './statistics.ts'

/** The whole range of rewards in the integers of scores, terms and exploration. */
export const SCORE_UNIT: number = COEFFICIENT_UNIT * VALUE_UNIT

/** What would be chosen how often, and why. Arrays go by action in the order of the request. */
export interface BanditDistribution {
  /** Ids; the last is '' where that was possible. */
  readonly actions: readonly string[]
  /** Add up to 1. */
  readonly probabilities: Float64Array
  /** Expected rewards above the worst, integers in SCORE_UNIT: exactly the sums of `explain`. */
  readonly scores: Float64Array
  /** What exploring adds to the score of each, integers in SCORE_UNIT: 0 but for `linucb`. */
  readonly exploration: Float64Array
  /** Indices from the best score plus exploration to the worst, equal ones in the order of the request. */
  readonly ranking: Int32Array
}

export interface BanditChoice extends BanditDistribution {
  /** Index of the chosen action. */
  readonly chosen: number
  /** Its probability: the one it was drawn with. */
  readonly propensity: number
  /** What to learn from when the reward comes. */
  readonly row: BanditRow
}

/** A distribution, and more of its actions by their index: valid until the bandit learns. */
export interface BanditWeighing extends BanditDistribution {
  /** What to learn from when the reward comes. */
  row(action: number): BanditRow
  /** Integers that add up to its score. */
  terms(action: number): BanditTerm[]
}

/** One term of a score. */
export interface BanditTerm {
  /** Learned of this action itself, or of all actions by what they are like. */
  readonly part: 'own' | 'shared'
  /** The feature of the moment, or null; `bias` is what is always there. */
  readonly moment: string | null
  /** The feature of the action, or null. */
  readonly action: string | null
  /** In SCORE_UNIT. */
  readonly value: number
}

const FORMAT = 'adsum-bandit-1'

/**
 * Chooses one of a few actions for a moment, and learns from rewards.
 *
 * Every action a has a ridge regression of its own on the moment x. With `hybrid` its prior mean is not zero
 * but θ_a, what the ridge regression that all actions share expects of an action with these features:
 *
 *   score = xᵀ P_a c_a + θ_aᵀ Λ P_a x,   P_a = (G_a + Λ)⁻¹
 *
 * the posterior mean of a hierarchical linear model. The second term is everything for an action without
 * rewards and goes to nothing as they come; actions without features have no such mean. Exploration goes by the standard error `σ_a √(xᵀ P_a x)` (Li et al.
 * 2010, algorithm 1). The state follows from integers alone: totals, and the rows since the last fit.
 */
export class Bandit {
  readonly configuration: BanditConfiguration
  readonly statistics: BanditStatistics
  readonly #encoder: RequestEncoder
  readonly #actions = new Map<string, LearnedBlock>()
  readonly #shared: LearnedBlock
  /** Stands for actions without rewards. */
  readonly #unseen: { readonly alone: LearnedBlock; readonly beside: LearnedBlock }

  constructor(configuration: BanditConfiguration, statistics?: BanditStatistics) {
    this.configuration = configuration
    this.statistics = statistics ?? new BanditStatistics(configuration)
    this.#encoder = new RequestEncoder(configuration)
    this.#shared = new LearnedBlock(
      this.statistics.shared,
      configuration.sharedDimensions,
      () => configuration.penalty.shared,
    )
    const nothing = new BlockStatistics(2 * configuration.dimensions)
    this.#unseen = {
      alone: this.#newBlock(nothing, () => configuration.penalty.own),
      beside: this.#newBlock(nothing, () => configuration.penalty.deviation),
    }
    this.refit()
  }

  /**
   * Draws one action. The same state, request and random numbers give the same choice.
   * @throws LearningError `argument_invalid` for a request that breaks a bound or names an action twice
   */
  choose(request: BanditRequest, random: Random): BanditChoice {
    const encoded = this.#encoder.encode(request)
    const distribution = this.#distribution(encoded, random)
    const chosen = draw(distribution.probabilities, random.next())
    return {
      ...distribution,
      chosen,
      propensity: distribution.probabilities[chosen] as number,
      row: this.#encoder.row(encoded, encoded.actions[chosen] as EncodedAction),
    }
  }

  /** What `choose` would draw from, with the same random numbers. */
  distribution(request: BanditRequest, random: Random): BanditDistribution {
    return this.#distribution(this.#encoder.encode(request), random)
  }

  /** What `choose` would draw from, with what is to be known of each action: read for one encoding. */
  weigh(request: BanditRequest, random: Random): BanditWeighing {
    const encoded = this.#encoder.encode(request)
    return {
      ...this.#distribution(encoded, random),
      row: (action) => this.#encoder.row(encoded, actionAt(encoded, action)),
      terms: (action) => this.#terms(encoded, actionAt(encoded, action)),
    }
  }

  /** The row of one action of a request, for logs that were chosen elsewhere. */
  row(request: BanditRequest, action: number): BanditRow {
    const encoded = this.#encoder.encode(request)
    return this.#encoder.row(encoded, actionAt(encoded, action))
  }

  /** The terms of the score of one action: integers that add up to it. */
  explain(request: BanditRequest, action: number): BanditTerm[] {
    const encoded = this.#encoder.encode(request)
    return this.#terms(encoded, actionAt(encoded, action))
  }

  /** Learns from a reward; the very next choice knows it. Errors as `BanditStatistics.add`. */
  learn(rewarded: RewardedRow): void {
    this.statistics.add(rewarded)
    const { row, reward, weight = 1 } = rewarded
    const units = rewardUnits(reward, this.configuration.reward)
    this.#block(row.action).learn({ row: row.own, rewardUnits: units, weight })
    if (row.shared.places.length > 0) {
      this.#shared.learn({ row: row.shared, rewardUnits: units, weight })
    }
  }

  /** Takes rows back and fits what they had touched: the totals are those of a world without them. */
  forget(rows: readonly RewardedRow[]): void {
    for (const rewarded of rows) this.statistics.subtract(rewarded)
    for (const action of new Set(rows.map(({ row }) => row.action))) {
      if (!this.statistics.has(action)) this.#actions.delete(action)
      else this.#block(action).refit()
    }
    if (rows.some(({ row }) => row.shared.places.length > 0)) this.#shared.refit()
  }

  /** Fits everything anew: afterwards every answer is a function of the totals alone. */
  refit(): void {
    this.#actions.clear()
    for (const action of this.statistics.actions()) this.#block(action).refit()
    this.#shared.refit()
  }

  /** Totals and the rows since the last fits. */
  serialise(): Uint8Array {
    const writer = new BinaryWriter()
    writer.text(FORMAT)
    writer.text(this.configuration.version)
    this.statistics.write(writer)
    for (const action of this.statistics.actions()) this.#block(action).write(writer)
    this.#shared.write(writer)
    return writer.finish()
  }

  /**
   * A bandit that answers as the one that was written, bit for bit.
   * @throws LearningError `bytes_invalid`
   */
  static deserialise(bytes: Uint8Array, configuration: BanditConfiguration): Bandit {
    const reader = new BinaryReader(bytes)
    if (reader.text() !== FORMAT || reader.text() !== configuration.version) {
      throw new LearningError('bytes_invalid', 'not a bandit of this configuration')
    }
    const bandit = new Bandit(configuration, BanditStatistics.read(reader, configuration))
    for (const action of bandit.statistics.actions()) bandit.#block(action).read(reader)
    bandit.#shared.read(reader)
    reader.expectLeft(0)
    return bandit
  }

  #distribution(encoded: EncodedRequest, random: Random): BanditDistribution {
    const { exploration: rule, floor } = this.configuration
    const { actions } = encoded
    const scores = Float64Array.from(actions, (action) => this.#score(encoded, action))
    const errors = Float64Array.from(actions, (action) => this.#error(encoded, action))
    const exploration = errors.map((error) => Math.round(bonusOf(rule, error) * SCORE_UNIT))
    const estimates = {
      scores: scores.map((score, at) => (score + (exploration[at] as number)) / SCORE_UNIT),
      errors,
      rewards: this.statistics.rows,
    }
    return {
      actions: actions.map(({ id }) => id),
      probabilities: probabilitiesOf(rule, estimates, floor, random),
      scores,
      exploration,
      ranking: descending(estimates.scores),
    }
  }

  #score(encoded: EncodedRequest, action: EncodedAction): number {
    let sum = 0
    this.#visitTerms(encoded, action, (_part, _moment, _feature, value) => {
      sum += value
    })
    return sum
  }

  #terms(encoded: EncodedRequest, action: EncodedAction): BanditTerm[] {
    const names = new Map([...encoded.moment].reverse().map(({ place, name }) => [place, name]))
    names.set(0, 'bias')
    for (const { place, name } of [...action.features].reverse()) {
      names.set(this.configuration.dimensions + place, name)
    }
    const terms: BanditTerm[] = []
    this.#visitTerms(encoded, action, (part, place, feature, value) => {
      const name = names.get(place) ?? null
      const ofAction = place >= this.configuration.dimensions
      terms.push({
        part,
        moment: ofAction ? null : name,
        action: ofAction ? name : (feature?.name ?? null),
        value,
      })
    })
    return terms
  }

  /** Calls `visit` with the integer terms that the score of an action is the sum of. */
  #visitTerms({ moment }: EncodedRequest, action: EncodedAction, visit: VisitTerm): void {
    const { interaction } = this.configuration
    const own = this.#actions.get(action.id)?.model
    const alone = this.#encoder.isAlone(action)
    if (own !== undefined && (alone || interaction === 'hybrid')) {
      for (const [index, place] of action.own.places.entries()) {
        const coefficient = own.coefficient(place)
        if (coefficient === 0) continue
        visit('own', place, null, coefficient * (action.own.values[index] as number))
      }
    }
    if (alone) return
    const shared = (place: number, value: number) => this.#visitShared(action, place, value, visit)
    if (interaction === 'hybrid' && own !== undefined) own.remaining(action.own, shared)
    else {
      shared(0, 1)
      for (const { place, value } of moment) shared(place, value / VALUE_UNIT)
    }
  }

  /** The shared terms of one feature of the moment, by itself and with each of the action. */
  #visitShared(action: EncodedAction, place: number, value: number, visit: VisitTerm): void {
    const { dimensions, sharedDimensions } = this.configuration
    if (place >= dimensions) return
    const { model } = this.#shared
    const term = (feature: PlacedFeature | null) => {
      const units = Math.round(value * (feature?.value ?? VALUE_UNIT))
      if (units === 0) return
      const at = crossPlace(place, feature?.place ?? 0, sharedDimensions)
      const coefficient = model.coefficient(at)
      if (coefficient !== 0) visit('shared', place, feature, coefficient * units)
    }
    term(null)
    for (const feature of action.features) term(feature)
  }

  /** The standard error of the score. */
  #error(encoded: EncodedRequest, action: EncodedAction): number {
    const { kind } = this.configuration.exploration
    if (kind !== 'linucb' && kind !== 'thompson') return 0
    const alone = this.#encoder.isAlone(action)
    if (this.configuration.interaction === 'shared' && !alone) {
      return this.#shared.model.standardError(this.#encoder.row(encoded, action).shared)
    }
    const block = this.#actions.get(action.id) ?? (alone ? this.#unseen.alone : this.#unseen.beside)
    return block.model.standardError(action.own)
  }

  #block(action: string): LearnedBlock {
    const known = this.#actions.get(action)
    if (known !== undefined) return known
    const block = this.#newBlock(this.statistics.block(action))
    this.#actions.set(action, block)
    return block
  }

  #newBlock(
    statistics: BlockStatistics,
    penaltyOf = (totals: BlockStatistics) => this.#penaltyOf(totals),
  ): LearnedBlock {
    return new LearnedBlock(statistics, 2 * this.configuration.dimensions, penaltyOf)
  }

  /** An action that has come with features starts from what all share. */
  #penaltyOf(statistics: BlockStatistics): BanditPenalty {
    const { interaction, dimensions, penalty } = this.configuration
    const beside = interaction === 'hybrid' && statistics.hasFrom(dimensions)
    return beside ? penalty.deviation : penalty.own
  }
}

type VisitTerm = (
  part: BanditTerm['part'],
  place: number,
  feature: PlacedFeature | null,
  value: number,
) => void

/** The index that a uniform number in [0, 1) falls to. */
function draw(probabilities: Float64Array, uniform: number): number {
  let below = 0
  let last = 0
  for (const [at, probability] of probabilities.entries()) {
    if (probability === 0) continue
    below += probability
    if (uniform < below) return at
    last = at
  }
  // What rounding leaves between the sum and 1 falls to the last that is possible.
  return last
}

function descending(values: Float64Array): Int32Array {
  const indices = Int32Array.from(values, (_, at) => at)
  return indices.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
}

function actionAt({ actions }: EncodedRequest, at: number): EncodedAction {
  const action = actions[at]
  requireArgument(action !== undefined, 'the request has that many actions')
  return action
}
