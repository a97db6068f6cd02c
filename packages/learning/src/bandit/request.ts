import { requireArgument } from '../errors.ts'
import type { BanditConfiguration } from './configuration.ts'
import {
  crossPlace,
  FeaturePlaces,
  type Features,
  type PlacedFeature,
  type SparseRow,
  VALUE_MAX,
  VALUE_UNIT,
} from './features.ts'
import { ACTION_ID_MAX, type BanditRow, NOTHING } from './rows.ts'
import { SparseAccumulator } from './sparse-accumulator.ts'

/** Actions of one request. */
export const ACTIONS_MAX = 1024
/** Features of the moment times features of one action. */
export const CROSSES_MAX = 65_536

export interface BanditAction {
  /** Not empty; stable over time, so that what is learned of it finds it again. */
  readonly id: string
  readonly features?: Features
}

/** One choice to be made. Actions that may not be chosen are simply not among them. */
export interface BanditRequest {
  readonly context?: Features
  readonly traits?: Features
  readonly actions: readonly BanditAction[]
  /** Doing nothing is possible too; it comes after the actions. It has a bias of its own and no features. */
  readonly nothing?: boolean
}

/** An action with its features at their places. */
export interface EncodedAction {
  readonly id: string
  readonly features: readonly PlacedFeature[]
  readonly own: SparseRow
}

/** The features of a request at their places. */
export interface EncodedRequest {
  /** Bias left out. */
  readonly moment: readonly PlacedFeature[]
  readonly actions: readonly EncodedAction[]
}

const BIAS = { place: 0, value: VALUE_UNIT } as const
const VALUE_UNITS_MAX = VALUE_MAX * VALUE_UNIT

/** Turns requests into rows of integers. */
export class RequestEncoder {
  readonly #configuration: BanditConfiguration
  readonly #places: FeaturePlaces
  readonly #own: SparseAccumulator
  readonly #shared: SparseAccumulator

  constructor(configuration: BanditConfiguration) {
    this.#configuration = configuration
    this.#places = new FeaturePlaces(configuration)
    this.#own = new SparseAccumulator(2 * configuration.dimensions)
    this.#shared = new SparseAccumulator(configuration.sharedDimensions)
  }

  /** @throws LearningError `argument_invalid` for what the types do not say: see `checkRequest`. */
  encode(request: BanditRequest): EncodedRequest {
    checkRequest(request)
    const moment: PlacedFeature[] = []
    this.#places.collect('context', request.context ?? {}, moment)
    this.#places.collect('trait', request.traits ?? {}, moment)
    const base = this.#baseRow(moment)
    const actions = request.actions.map(({ id, features = {} }) => {
      const placed: PlacedFeature[] = []
      this.#places.collect('action', features, placed)
      requireArgument(
        (moment.length + 1) * (placed.length + 1) <= CROSSES_MAX,
        `at most ${CROSSES_MAX} features of the moment times features of an action`,
      )
      return { id, features: placed, own: this.#ownRow(base, placed) }
    })
    if (request.nothing === true) {
      actions.push({ id: NOTHING, features: [], own: this.#baseRow([]) })
    }
    return { moment, actions }
  }

  /** Whether an action is learned by itself, without what all share. */
  isAlone({ id, features }: EncodedAction): boolean {
    const { interaction } = this.#configuration
    if (id === NOTHING || interaction === 'disjoint') return true
    return interaction === 'hybrid' && features.length === 0
  }

  /** What is stored with a decision for one of its actions. */
  row({ moment }: EncodedRequest, action: EncodedAction): BanditRow {
    const { sharedDimensions } = this.#configuration
    if (!this.isAlone(action)) {
      for (const base of [BIAS, ...moment]) {
        this.#shared.add(crossPlace(base.place, 0, sharedDimensions), base.value)
        for (const { place, value } of action.features) {
          const crossed = Math.round((base.value * value) / VALUE_UNIT)
          this.#shared.add(crossPlace(base.place, place, sharedDimensions), crossed)
        }
      }
    }
    return { action: action.id, own: action.own, shared: this.#shared.take(VALUE_UNITS_MAX) }
  }

  #baseRow(moment: readonly PlacedFeature[]): SparseRow {
    this.#own.add(0, VALUE_UNIT)
    for (const { place, value } of moment) this.#own.add(place, value)
    return this.#own.take(VALUE_UNITS_MAX)
  }

  /** Places of action features come after all places of the moment. */
  #ownRow(base: SparseRow, features: readonly PlacedFeature[]): SparseRow {
    if (features.length === 0) return base
    const { dimensions } = this.#configuration
    for (const { place, value } of features) this.#own.add(dimensions + place, value)
    return this.#own.take(VALUE_UNITS_MAX, base)
  }
}

function checkRequest({ actions, nothing }: BanditRequest): void {
  requireArgument(actions.length > 0 || nothing === true, 'there is something to choose from')
  requireArgument(actions.length <= ACTIONS_MAX, `at most ${ACTIONS_MAX} actions`)
  const ids = new Set<string>()
  for (const { id } of actions) {
    requireArgument(id !== NOTHING && id.length <= ACTION_ID_MAX, 'an action has an id')
    requireArgument(!ids.has(id), `the action ${id} is there twice`)
    ids.add(id)
  }
}
