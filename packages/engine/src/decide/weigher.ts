import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { CROSSES_MAX } from '@adsum/learning'
import {
  AdsumError,
  type Context,
  type DecisionRequest,
  FEATURES_MAX,
  type PersonalizationLevel,
} from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { AppDeclaration } from '../app/declaration.ts'
import type { Person } from '../app/person.ts'
import type { Popular } from '../models/popular.ts'
import type { StoredItem } from '../ports.ts'
import { type Candidate, type Candidates, candidatesOf, NOTHING_ID } from './candidates.ts'
import { type DecideRecord, optionOf } from './decide-record.ts'
import { type FlatFeatures, flattenFeatures } from './flatten-features.ts'
import { itemFeaturesOf } from './item-features.ts'
import { type Moment, PARTS_TOTAL, type Weighed } from './surface-learner.ts'
import type { SurfaceState } from './surface-state.ts'
import { TRAITS_MAX, Traits } from './traits.ts'

/**
 * Milliseconds in which everyone of whom nothing is used gets the same answer: its chance hangs on the
 * time, because it must not hang on the person.
 */
const EVERYONE_BUCKET_MS = 10_000
/** Features of actions that are kept whole; of more only those of the action that counts. */
const ACTION_FEATURES_KEPT_MAX = 200

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export interface WeigherParts {
  readonly app: AppDeclaration
  readonly catalogue: Catalogue
  readonly popular: Popular
  /** The app's secret: what is drawn cannot be foreseen from outside. */
  readonly secret: Uint8Array
  readonly report: (fault: unknown, what: string) => void
}

/** A question to one surface, its requests's constraints applied. */
export interface Question {
  readonly id: string
  readonly request: DecisionRequest
  readonly context: Context
  readonly now: number
  /** Whose decision it is to be; `null` where nobody is named, or where nothing may be kept of them. */
  readonly user: string | null
  /** Whether there is room to wait for its reward. */
  readonly mayLearn: boolean
}

/** Weighs what a request leaves to choose from, and draws. */
export class Weigher {
  readonly #parts: WeigherParts
  readonly #secret: KeyObject
  readonly #traits: Traits
  readonly #itemFeatures = new WeakMap<StoredItem, FlatFeatures>()

  constructor(parts: WeigherParts) {
    this.#parts = parts
    this.#secret = createSecretKey(parts.secret)
    this.#traits = new Traits(parts.catalogue)
  }

  /**
   * What can be chosen, the first being the baseline, and the features of the moment.
   * @throws AdsumError as {@link candidatesOf}; `incumbent_required`, `action_unknown`, `feature_invalid`
   */
  judge(state: SurfaceState, { request, context, now, user }: Question): Judged {
    const { app, catalogue } = this.#parts
    const { surface, name, caps } = state
    const features = flattenFeatures(request.features, 'features')
    const found = candidatesOf(request, {
      app,
      name,
      surface,
      catalogue,
      itemFeatures: (item) => this.#featuresOf(item),
      isCapped: (action) => user !== null && caps.isReached(user, action, now),
    })
    requireFewCrosses({ ...plain(app, context), ...features }, found.candidates)
    return { ...found, features, incumbent: incumbentOf(request, state, found.candidates) }
  }

  /** The decision as it is to be recorded; after an internal fault the baseline, of which nothing is learned. */
  async weigh(
    state: SurfaceState,
    question: Question,
    judged: Judged,
    personOf: () => Promise<Person | null>,
  ): Promise<DecideRecord> {
    const { request, context, now, user, mayLearn } = question
    const { surface, name } = state
    const level = levelOf(request)
    let answer: Answer | null = null
    try {
      const person = await personOf()
      const moment = this.#momentOf(state, question, judged, person, level)
      answer = answerOf(state.learner.weigh(moment), judged)
    } catch (fault) {
      this.#parts.report(fault, `surface ${name} answered with the baseline`)
    }
    const { options, scale, partsTotal, draw, counts, terms, row } =
      answer ?? answerOf(this.#baseline(state, judged), judged)
    return {
      surface: name,
      mode: surface.mode,
      personalization: answer === null ? 'everyone' : level,
      user,
      context,
      features: request.features ?? null,
      actionFeatures: keptFeatures(request, judged, options[counts]?.action ?? null),
      time: now,
      deadline: now + surface.reward.windowMs,
      deferred: request.deferred ?? false,
      learns: answer !== null && surface.mode !== 'frozen' && mayLearn,
      aggregation: surface.reward.aggregation,
      worth: surface.reward.default,
      model: answer === null ? null : state.learner.model,
      baseline: answer === null,
      learner: state.learner.version,
      constraints: judged.constraints,
      incumbent: judged.incumbent,
      options,
      scale,
      partsTotal,
      draw,
      terms,
      row,
    }
  }

  #momentOf(
    state: SurfaceState,
    { id, request, context, now }: Question,
    { candidates, features }: Judged,
    person: Person | null,
    level: PersonalizationLevel,
  ): Moment {
    const isPersonal = level !== 'everyone'
    const traits = person === null || !isPersonal ? {} : this.#traits.of(person.sequence, level)
    const said = isPersonal ? { ...plain(this.#parts.app, context), ...features } : {}
    const usesNothing = Object.keys(said).length + Object.keys(traits).length === 0
    const { name, learner } = state
    const chance =
      usesNothing && request.id === undefined
        ? `${name}\n${learner.model}\n${Math.floor(now / EVERYONE_BUCKET_MS)}`
        : `${name}\n\n${id}`
    return { context: said, traits, candidates, seed: this.#seedOf(chance) }
  }

  #seedOf(chance: string): number {
    return createHmac('sha256', this.#secret).update(chance).digest().readUInt32LE(0)
  }

  /** The first action that a request names; of the catalogue the one that is chosen most. */
  #baseline({ surface }: SurfaceState, { candidates }: Judged): Weighed {
    const first = surface.actions === null ? 0 : this.#mostPopular(surface.actions, candidates)
    const options = candidates.map(({ id }, at) => ({
      action: id === NOTHING_ID ? null : id,
      score: 0,
      exploration: 0,
      parts: at === first ? PARTS_TOTAL : 0,
    }))
    return {
      options,
      scale: 1,
      partsTotal: PARTS_TOTAL,
      draw: 0,
      terms: () => [{ feature: 'baseline', share: 0 }],
      row: () => new Uint8Array(0),
    }
  }

  #mostPopular(type: string, candidates: readonly Candidate[]): number {
    const { catalogue, popular } = this.#parts
    const items = candidates.flatMap(({ id }) => catalogue.find(type, id) ?? [])
    const [best] = popular.rank(items, new Set(), 1).choices
    const id = best === undefined ? undefined : catalogue.at(best).id
    return Math.max(
      0,
      candidates.findIndex((candidate) => candidate.id === id),
    )
  }

  #featuresOf(item: StoredItem): FlatFeatures {
    const known = this.#itemFeatures.get(item)
    if (known !== undefined) return known
    const features = itemFeaturesOf(this.#parts.app, item)
    this.#itemFeatures.set(item, features)
    return features
  }
}

/** A question with everything about it in order. */
export interface Judged extends Candidates {
  readonly features: FlatFeatures
  /** Where we only watch: the candidate that the other system chose. */
  readonly incumbent: number | null
}

/** What is recorded of the options, and of the one that counts. */
type Answer = Omit<Weighed, 'terms' | 'row'> &
  Pick<DecideRecord, 'terms' | 'row'> & { readonly counts: number }

function answerOf({ terms, row, ...weighed }: Weighed, { incumbent }: Judged): Answer {
  const counts = incumbent ?? optionOf(weighed.options, weighed.draw)
  return { ...weighed, counts, terms: terms(counts), row: row(counts) }
}

/** Of nobody no history can be used. */
function levelOf({ user, personalization }: DecisionRequest): PersonalizationLevel {
  const asked = personalization ?? 'history'
  return user === undefined && asked === 'history' ? 'moment' : asked
}

function incumbentOf(
  { incumbent }: DecisionRequest,
  { name, surface }: SurfaceState,
  candidates: readonly Candidate[],
): number | null {
  if (surface.mode !== 'shadow') return null
  if (incumbent === undefined) {
    throw new AdsumError('incumbent_required', { surface: name }, { path: 'incumbent' })
  }
  if (Array.isArray(incumbent)) {
    const problem = 'one action or null is expected'
    throw new AdsumError('request_invalid', { problem }, { path: 'incumbent' })
  }
  const at = candidates.findIndex(({ id }) => id === (incumbent ?? NOTHING_ID))
  if (at >= 0) return at
  throw new AdsumError('action_unknown', { action: incumbent ?? 'nothing' }, { path: 'incumbent' })
}

/** What is known of a context; of a time the hour and the day of the week, where the sender is. */
function plain(app: AppDeclaration, context: Context): FlatFeatures {
  const known: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(context)) {
    if (value === null) continue
    if (app.context[name]?.kind !== 'clock') known[name] = value
    else {
      const [date = '', time = ''] = String(value).split('T')
      known[`${name}.hour`] = time.slice(0, 2)
      known[`${name}.weekday`] = WEEKDAYS[new Date(date).getUTCDay()] ?? ''
    }
  }
  return known
}

function keptFeatures(
  { actions = [] }: DecisionRequest,
  { candidates }: Judged,
  counts: string | null,
): Readonly<Record<string, unknown>> {
  const areFew = areFewFeatures(candidates)
  const kept = actions.filter(
    ({ id, features }) => features !== undefined && (areFew || id === counts),
  )
  return Object.fromEntries(kept.map(({ id, features }) => [id, features]))
}

function areFewFeatures(candidates: readonly Candidate[]): boolean {
  let count = 0
  for (const { features } of candidates) {
    count += countOf(features)
    if (count > ACTION_FEATURES_KEPT_MAX) return false
  }
  return true
}

/**
 * What is learned of features of the moment is learned of each with each of an action's.
 * @throws AdsumError `feature_invalid`
 */
function requireFewCrosses(moment: FlatFeatures, candidates: readonly Candidate[]): void {
  const most = Math.floor(CROSSES_MAX / (1 + countOf(moment) + TRAITS_MAX)) - 1
  if (most >= FEATURES_MAX) return
  for (const { id, features } of candidates) {
    if (countOf(features) <= most) continue
    const problem = `with so many of the moment an action may have ${most}`
    throw new AdsumError('feature_invalid', { feature: id, problem }, { path: 'features' })
  }
}

function countOf(features: FlatFeatures): number {
  let count = 0
  for (const name in features) {
    const value = features[name]
    count += typeof value === 'object' ? value.length : 1
  }
  return count
}
