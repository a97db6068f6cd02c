import {
  type ActivationResponse,
  AdsumError,
  type Decision,
  type DecisionRequest,
  type RewardRequest,
  type RewardResponse,
  type StoredDecision,
  type SurfaceReport,
} from '@adsum/protocol'
import { DECIDE_KIND } from '../decide/decide-record.ts'
import { Decider, type DeciderParts, type Forgetting } from '../decide/decider.ts'
import { eventTime } from '../ingest/event-time.ts'
import type { LoggedEvent, StoredRecord } from '../ports.ts'
import type { Decisions } from './decisions.ts'
import { ShadowWatch } from './shadow-watch.ts'

/** What only surfaces take that decide. */
const DECIDE_FIELDS = ['id', 'actions', 'exclude', 'features', 'deferred'] as const

export interface AnswersParts extends DeciderParts {
  readonly decisions: Decisions
  /** Name of the model that recommends. */
  readonly model: () => string | null
}

/** Questions to the surfaces of an app, each put to those who answer its verb. */
export class Answers {
  readonly #parts: AnswersParts
  readonly #decider: Decider
  /** Compares with systems that are in charge where we only watch. */
  readonly watch: ShadowWatch

  private constructor(parts: AnswersParts, decider: Decider, watch: ShadowWatch) {
    this.#parts = parts
    this.#decider = decider
    this.watch = watch
  }

  /** Sums up the log of decisions. */
  static async open(parts: AnswersParts): Promise<Answers> {
    const decider = await Decider.open(parts)
    return new Answers(parts, decider, await ShadowWatch.open(parts.store))
  }

  /** @throws AdsumError as `Decisions.decide` and `Decider.decide`; `actions_unexpected` */
  async decide(request: DecisionRequest): Promise<Decision> {
    const { decisions } = this.#parts
    if (this.#decider.has(request.surface)) return this.#decider.decide(request)
    requireNoActions(request)
    return decisions.decide(request)
  }

  /** A stored decision with every term. @throws AdsumError `decision_unknown` */
  async read(id: string): Promise<StoredDecision> {
    const { decisions } = this.#parts
    const stored = await this.#stored(id)
    return stored.kind === DECIDE_KIND ? this.#decider.read(stored) : decisions.read(stored)
  }

  /** Tells what a decision was worth. @throws AdsumError as `Decider.reward` */
  async reward(decision: string, reward: RewardRequest): Promise<RewardResponse> {
    const { decisions, clock } = this.#parts
    const stored = this.#decider.isOpen(decision) ? null : await this.#stored(decision)
    if (stored === null || stored.kind === DECIDE_KIND) {
      return { status: await this.#decider.reward(decision, reward) }
    }
    const now = clock.now()
    const { value, id } = reward
    const time = reward.time === undefined ? now : eventTime(reward.time, now)
    const given = { decision, value, time, ...(id !== undefined && { id }) }
    return { status: await decisions.reward(given, stored) }
  }

  /** Lets a decision that was prepared ahead count. @throws AdsumError as `Decider.activate` */
  async activate(id: string): Promise<ActivationResponse> {
    return { status: await this.#decider.activate(id) }
  }

  /** How a surface stands. @throws AdsumError `surface_unknown` */
  async surface(name: string): Promise<SurfaceReport> {
    const { app, model, records } = this.#parts
    if (this.#decider.has(name)) return this.#decider.report(name)
    const surface = Object.hasOwn(app.surfaces, name) ? app.surfaces[name] : undefined
    if (surface === undefined) {
      const known = Object.keys(app.surfaces).join(', ')
      throw new AdsumError('surface_unknown', { app: app.name, surface: name, known })
    }
    await records.settled()
    const { shadow, ...counts } = this.watch.report(name)
    const { verb, mode = 'learn' } = surface
    const report = { surface: name, verb, mode, model: model(), learned: 0, waiting: 0, ...counts }
    return mode === 'shadow' && shadow !== undefined ? { ...report, shadow } : report
  }

  /** What a surface that decides has learned: equal statistics have equal bytes. */
  statistics(surface: string): Uint8Array {
    return this.#decider.statistics(surface)
  }

  /** Rewards the decisions that recorded events answer; see `Decider.observe`. */
  async observe(events: readonly LoggedEvent[]): Promise<void> {
    await this.#decider.observe(events)
  }

  /** Waits until everything is at rest and learned. */
  async settle(): Promise<void> {
    await this.#decider.settle()
  }

  /** Begins to forget a person. */
  async forget(user: string): Promise<Forgetting> {
    const forgetting = await this.#decider.forget(user)
    const uncompare = await this.watch.forget(user)
    return {
      commit: () => {
        forgetting.commit()
        uncompare()
      },
      end: () => forgetting.end(),
    }
  }

  async close(): Promise<void> {
    await this.#decider.close()
  }

  async #stored(id: string): Promise<StoredRecord> {
    await this.#parts.records.settled()
    const stored = await this.#parts.store.readRecord(id)
    if (stored === null) throw new AdsumError('decision_unknown', { decision: id })
    return stored
  }
}

/** @throws AdsumError `actions_unexpected` */
function requireNoActions(request: DecisionRequest): void {
  const field = DECIDE_FIELDS.find((name) => request[name] !== undefined)
  if (field === undefined) return
  const { surface } = request
  const details = { surface, verb: 'recommend', field }
  throw new AdsumError('actions_unexpected', details, { path: field })
}
