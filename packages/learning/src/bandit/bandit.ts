import { BinaryReader } from '../binary-reader.ts'
import { BinaryWriter } from '../binary-writer.ts'
import { LearningError, requireArgument } from '../errors.ts'
import type { Random } from '../random.ts'
import { type BlockModel, COEFFICIENT_UNIT } from './block-model.ts'
import { BlockStatistics } from './block-statistics.ts'
import type { BanditConfiguration, BanditPenalty } from './configuration.ts'
import { bonusOf, probabilitiesOf } from './exploration.ts'
import { featureName, type PlacedFeature, type SparseRow, VALUE_UNIT } from './features.ts'
import { LearnedBlock } from './learned-block.ts'
import {
  type BanditRequest,
  type EncodedAction,
  type EncodedRequest,
  RequestEncoder,
} from './request.ts'
import { type BanditRow, type RewardedRow, rewardUnits } from './rows.ts'
import { SharedCoefficients } from './shared-coefficients.ts'
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

/** Actions of a `hybrid` decision for which the error of what all share is found. */
const SHARED_ERRORS_MAX = 4

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

  /**
   * Fits the blocks that learned since their last fit, one a step, so that others get their turn between
   * two. When it is through without a lesson meanwhile, every answer is a function of the totals alone.
   */
  *settling(): Generator<undefined> {
    for (const block of [...this.#actions.values(), this.#shared]) {
      if (block.isSettled) continue
      block.refit()
      yield
    }
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
    try {
      return Bandit.#read(new BinaryReader(bytes), configuration)
    } catch (error) {
      // Damaged totals may be no totals of anything: that shows when they are fitted.
      if (!(error instanceof LearningError)) throw error
      throw new LearningError('bytes_invalid', error.message)
    }
  }

  static #read(reader: BinaryReader, configuration: BanditConfiguration): Bandit {
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
    const shared = new SharedCoefficients(this.#shared.model, actions, this.configuration)
    const judged = actions.map((action) => this.#judge(encoded, action))
    const scores = Float64Array.from(judged, (each) => this.#score(each, shared))
    const errors = this.#errors(encoded, judged, scores)
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

  /** What is known of an action for this moment, besides what all actions share. */
  #judge({ moment }: EncodedRequest, action: EncodedAction): JudgedAction {
    const { interaction } = this.configuration
    const alone = this.#encoder.isAlone(action)
    if (interaction === 'shared' && !alone) {
      const places = Int32Array.from([0, ...moment.map(({ place }) => place)])
      const values = Float64Array.from([1, ...moment.map(({ value }) => value / VALUE_UNIT)])
      return { action, model: null, remaining: { places, values }, error: 0 }
    }
    const known = this.#actions.get(action.id)
    const { model } = known ?? (alone ? this.#unseen.alone : this.#unseen.beside)
    if (alone) {
      return { action, model, remaining: NOTHING_REMAINS, error: this.#asked(model, action.own) }
    }
    const values = new Float64Array(action.own.places.length)
    const error = model.judge(action.own, values)
    return { action, model, remaining: { places: action.own.places, values }, error }
  }

  /** A standard error, where exploration asks for it. */
  #asked(model: BlockModel, row: SparseRow): number {
    const { kind } = this.configuration.exploration
    return kind === 'linucb' || kind === 'thompson' ? model.standardError(row) : 0
  }

  #score({ action, model, remaining }: JudgedAction, shared: SharedCoefficients): number {
    const { dimensions } = this.configuration
    const { features, own } = action
    let sum = 0
    if (model !== null) {
      for (let at = 0; at < own.places.length; at++) {
        sum += model.coefficient(own.places[at] as number) * (own.values[at] as number)
      }
    }
    const count = remaining.places.length === 0 ? 0 : features.length
    const numbers = new Int32Array(count)
    const factors = new Float64Array(count)
    for (let feature = 0; feature < count; feature++) {
      const { place, value } = features[feature] as PlacedFeature
      numbers[feature] = shared.number(place)
      factors[feature] = value
    }
    for (let at = 0; at < remaining.places.length; at++) {
      const place = remaining.places[at] as number
      if (place >= dimensions) break
      const value = remaining.values[at] as number
      const coefficients = shared.of(place)
      sum += (coefficients[0] as number) * Math.round(value * VALUE_UNIT)
      for (let feature = 0; feature < count; feature++) {
        const units = Math.round(value * (factors[feature] as number))
        sum += (coefficients[numbers[feature] as number] as number) * units
      }
    }
    return sum
  }

  /** What `score` adds up, by name. */
  #terms(request: EncodedRequest, action: EncodedAction): BanditTerm[] {
    const { dimensions } = this.configuration
    const { model, remaining } = this.#judge(request, action)
    const moments = namesByPlace(request.moment)
    const features = namesByPlace(action.features)
    const terms: BanditTerm[] = []
    for (const [at, place] of (model === null ? [] : [...action.own.places]).entries()) {
      const value = (model?.coefficient(place) ?? 0) * (action.own.values[at] as number)
      if (value === 0) continue
      const ofAction = place >= dimensions
      const moment = ofAction ? null : (moments.get(place) ?? null)
      const name = ofAction ? (features.get(place - dimensions) ?? null) : null
      terms.push({ part: 'own', moment, action: name, value })
    }
    const shared = new SharedCoefficients(this.#shared.model, [action], this.configuration)
    for (const [at, place] of remaining.places.entries()) {
      if (place >= dimensions) break
      const moment = moments.get(place) ?? null
      for (const feature of [null, ...action.features]) {
        const units = Math.round((remaining.values[at] as number) * (feature?.value ?? VALUE_UNIT))
        const number = shared.number(feature?.place ?? 0)
        const value = (shared.of(place)[number] as number) * units
        if (value === 0) continue
        terms.push({ part: 'shared', moment, action: nameOf(feature), value })
      }
    }
    return terms
  }

  /**
   * The standard errors of the scores, where exploration asks for them. That of what all actions share
   * costs the square of the products of features, so with `hybrid` it counts for the few that come first
   * without it.
   */
  #errors(
    encoded: EncodedRequest,
    judged: readonly JudgedAction[],
    scores: Float64Array,
  ): Float64Array {
    const { exploration, interaction } = this.configuration
    const { kind } = exploration
    if (kind !== 'linucb' && kind !== 'thompson') return new Float64Array(judged.length)
    const width = kind === 'linucb' ? exploration.alpha : exploration.spread
    const errors = Float64Array.from(judged, ({ error }) => error)
    const reach = scores.map((score, at) => score + SCORE_UNIT * width * (errors[at] as number))
    const first = interaction === 'hybrid' ? SHARED_ERRORS_MAX : judged.length
    for (const at of descending(reach).subarray(0, first)) {
      const { action } = judged[at] as JudgedAction
      if (this.#encoder.isAlone(action)) continue
      const { shared } = this.#encoder.row(encoded, action)
      errors[at] = Math.hypot(errors[at] as number, this.#shared.model.standardError(shared))
    }
    return errors
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

/** An action with what is known of it. */
interface JudgedAction {
  readonly action: EncodedAction
  /** What was learned of it alone; null where nothing is. */
  readonly model: BlockModel | null
  /** The features of the moment as far as what all actions share judges them; the bias first. */
  readonly remaining: { readonly places: Int32Array; readonly values: Float64Array }
  /** Standard error of what was learned of it alone. */
  readonly error: number
}

const NOTHING_REMAINS = { places: new Int32Array(0), values: new Float64Array(0) }

/** The first name at each place; the bias has its own. */
function namesByPlace(features: readonly PlacedFeature[]): Map<number, string> {
  const names = new Map<number, string>([[0, 'bias']])
  for (const feature of features) {
    if (!names.has(feature.place)) names.set(feature.place, nameOf(feature) ?? '')
  }
  return names
}

function nameOf(feature: PlacedFeature | null): string | null {
  return feature && featureName(feature.namespace, feature.name, feature.text)
}

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
