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
import type { AppDeclaration } from '../app/declaration.ts'
import { DECIDE_KIND, type Decider } from '../decide/decider.ts'
import { eventTime } from '../ingest/event-time.ts'
import type { AppStore, Clock, StoredRecord } from '../ports.ts'
import type { Decisions } from './decisions.ts'
import type { RecordQueue } from './record-queue.ts'

/** What only surfaces take that decide. */
const DECIDE_FIELDS = ['id', 'actions', 'exclude', 'features', 'incumbent', 'deferred'] as const

export interface AnswersParts {
  readonly app: AppDeclaration
  readonly records: RecordQueue
  readonly decisions: Decisions
  readonly decider: Decider
  readonly store: AppStore
  readonly clock: Clock
}

/** Questions to the surfaces of an app, each put to those who answer its verb. */
export class Answers {
  readonly #parts: AnswersParts

  constructor(parts: AnswersParts) {
    this.#parts = parts
  }

  /** @throws AdsumError as `Decisions.decide` and `Decider.decide`; `actions_unexpected` */
  async decide(request: DecisionRequest): Promise<Decision> {
    const { decider, decisions } = this.#parts
    if (decider.has(request.surface)) return decider.decide(request)
    requireNoActions(request)
    return decisions.decide(request)
  }

  /** A stored decision with every term. @throws AdsumError `decision_unknown` */
  async read(id: string): Promise<StoredDecision> {
    const { decider, decisions } = this.#parts
    const stored = await this.#stored(id)
    return stored.kind === DECIDE_KIND ? decider.read(stored) : decisions.read(stored)
  }

  /** Tells what a decision was worth. @throws AdsumError as `Decider.reward` */
  async reward(decision: string, reward: RewardRequest): Promise<RewardResponse> {
    const { decider, decisions, clock } = this.#parts
    const isOpen = decider.isOpen(decision)
    if (isOpen || (await this.#stored(decision)).kind === DECIDE_KIND) {
      return { status: await decider.reward(decision, reward) }
    }
    const now = clock.now()
    const { value, id } = reward
    const time = reward.time === undefined ? now : eventTime(reward.time, now)
    const given = { decision, value, time, ...(id !== undefined && { id }) }
    return { status: await decisions.reward(given) }
  }

  /** Lets a decision that was prepared ahead count. @throws AdsumError as `Decider.activate` */
  async activate(id: string): Promise<ActivationResponse> {
    return { status: await this.#parts.decider.activate(id) }
  }

  /** How a surface that decides stands. @throws AdsumError `surface_unknown` */
  async surface(name: string): Promise<SurfaceReport> {
    const { app, decider } = this.#parts
    if (decider.has(name)) return decider.report(name)
    const known = Object.keys(app.surfaces).join(', ')
    throw new AdsumError('surface_unknown', { app: app.name, surface: name, known })
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
