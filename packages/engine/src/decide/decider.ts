import {
  AdsumError,
  type Decision,
  type DecisionRequest,
  REWARD_GRACE_MS,
  type RewardRequest,
  type StoredDecision,
  type SurfaceReport,
} from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { AppDeclaration, Surface } from '../app/declaration.ts'
import { newId } from '../app/ids.ts'
import type { People } from '../app/people.ts'
import type { Person } from '../app/person.ts'
import type { RecordQueue } from '../decisions/record-queue.ts'
import { eventTime } from '../ingest/event-time.ts'
import { checkContext } from '../ingest/validate-event.ts'
import type { Popular } from '../models/popular.ts'
import type {
  AppStore,
  Clock,
  Entropy,
  LoggedEvent,
  LoggedRecord,
  StoredRecord,
  StoredReward,
} from '../ports.ts'
import {
  DECIDE_KIND,
  type DecideRecord,
  decodeDecideRecord,
  encodeDecideRecord,
  withoutPerson,
} from './decide-record.ts'
import { decideLog } from './decided-log.ts'
import { restoreBases } from './learned-base.ts'
import {
  conflictOf,
  lateBy,
  type OpenDecision,
  OpenDecisions,
  openDecision,
  sameReward,
} from './open-decisions.ts'
import { outcomeOf } from './outcome.ts'
import { presentDecision, presentStored } from './present-decided.ts'
import { RewardQueue } from './reward-queue.ts'
import { Rhythm } from './rhythm.ts'
import { isSameQuestion } from './same-question.ts'
import { SurfaceState } from './surface-state.ts'
import { Weigher } from './weigher.ts'

/** Before ids among what is known of a decision that no sender gave; theirs have no such character. */
const OWN_ID = '\u0000'
/** The id of an activation among what is known of its decision. */
const ACTIVATION_ID = `${OWN_ID}activation`

export interface DeciderParts {
  readonly app: AppDeclaration
  readonly catalogue: Catalogue
  readonly people: People
  readonly popular: Popular
  readonly store: AppStore
  readonly records: RecordQueue
  readonly clock: Clock
  readonly entropy: Entropy
  readonly secret: Uint8Array
  readonly report: (fault: unknown, what: string) => void
}

/** The erasure of a person, begun: what was learned of them is known, and nothing new is. */
export interface Forgetting {
  /** Takes it out of what was learned: call when nothing of them is at rest any more. */
  commit(): void
  /** Lets things go on, whether the person was erased or not. */
  end(): void
}

/**
 * The surfaces with the verb `decide` of one app: their answers, their rewards, and what they learn.
 *
 *   request ─ judge ─ weigh ─ draw ─▶ answer            record at rest (behind the answer)
 *   reward, event, activation ─▶ at rest ─▶ outcome ─▶ learner: totals += row · reward
 *   window over, no reward    ─────────────▶ outcome ─▶ learner: totals += row · declared worth
 *
 * What is learned is a sum over the log: `outcomeOf` of every record. Memory holds the decisions whose
 * window is open; for all others the log is read.
 */
export class Decider {
  readonly #parts: DeciderParts
  readonly #surfaces = new Map<string, SurfaceState>()
  readonly #open = new OpenDecisions()
  readonly #rewards: RewardQueue
  /** Surfaces that began anew: what was decided before is not learned. */
  #learnsSince: ReadonlyMap<string, number> = new Map()
  readonly #weigher: Weigher
  /** Surfaces by the event types that reward them. */
  readonly #rewarding = new Map<string, SurfaceState[]>()
  /** People whose erasure is under way. */
  readonly #erasing = new Set<string>()
  readonly #rhythm: Rhythm

  private constructor(parts: DeciderParts) {
    this.#parts = parts
    this.#rewards = new RewardQueue(parts.store)
    this.#weigher = new Weigher(parts)
    this.#rhythm = new Rhythm({
      ...parts,
      next: () => this.#open.next,
      due: () => this.#closeOver(parts.clock.now()),
      settling: () => this.#settling(),
    })
    for (const [name, surface] of Object.entries<Surface>(parts.app.surfaces)) {
      if (surface.verb !== 'decide') continue
      const state = new SurfaceState(name, surface)
      this.#surfaces.set(name, state)
      for (const type of Object.keys(surface.reward.events)) {
        this.#rewarding.set(type, [...(this.#rewarding.get(type) ?? []), state])
      }
    }
  }

  /** Sums up the log: afterwards everything is as it was when the last process ended. */
  static async open(parts: DeciderParts): Promise<Decider> {
    const decider = new Decider(parts)
    if (decider.#surfaces.size === 0) return decider
    decider.#learnsSince = await restoreBases(parts.store, decider.#surfaces.values())
    await decider.#readLog()
    return decider
  }

  /** Whether a surface is one of these. */
  has(surface: string): boolean {
    return this.#surfaces.has(surface)
  }

  /** @throws AdsumError as `Decisions.decide`, and those of {@link Weigher.judge}; `decision_conflict` */
  async decide(request: DecisionRequest): Promise<Decision> {
    const { app, clock, entropy, people } = this.#parts
    const state = this.#state(request.surface)
    const context = request.context ?? {}
    checkContext(app, context)
    const now = clock.now()
    this.#closeOver(now)
    if (request.id !== undefined && this.#open.get(request.id) !== undefined) {
      return this.#again(request.id, request)
    }
    const named = request.user ?? null
    // What is asked while somebody is erased may know them still: nothing of them is kept of it.
    const user = this.#isErasing(named) ? null : named
    const id = request.id ?? newId('d', entropy)
    const mayLearn = user === named && !this.#open.isFull
    const question = { id, request, context, now, user, mayLearn }
    const judged = this.#weigher.judge(state, question)
    const record = await this.#weigher.weigh(state, question, judged, async () => {
      const person: Person | null = user === null ? null : await people.get(user)
      return person === null || person.forgotten ? null : person
    })
    if (request.id !== undefined && this.#open.get(id) !== undefined)
      return this.#again(id, request)
    return this.#record(state, id, this.#isErasing(named) ? withoutPerson(record) : record)
  }

  /** Whether memory holds a decision. */
  isOpen(id: string): boolean {
    return this.#open.get(id) !== undefined
  }

  /** A stored decision with every term. */
  async read(stored: StoredRecord): Promise<StoredDecision> {
    const record = decodeDecideRecord(stored.body)
    const known = await this.#parts.store.readRewards(stored.id)
    const isOver = record.deadline <= this.#parts.clock.now()
    return presentStored(stored.id, record, {
      known,
      outcome: outcomeOf(record, known, isOver),
      titleOf: (action) => this.#titleOf(record.surface, action),
    })
  }

  /**
   * Learns what a decision was worth. When it resolves the reward is at rest.
   * @throws AdsumError `decision_unknown`, `reward_out_of_range`, `reward_late`, `reward_given`,
   *   `reward_conflict`, and those of event times
   */
  async reward(id: string, reward: RewardRequest): Promise<'accepted' | 'duplicate'> {
    const now = this.#parts.clock.now()
    this.#closeOver(now)
    const decision = await this.#find(id)
    const { surface } = this.#state(decision.surface)
    const { low, high, aggregation } = surface.reward
    const { value } = reward
    if (!(value >= low && value <= high)) {
      throw new AdsumError('reward_out_of_range', { value, low, high }, { path: 'value' })
    }
    const time = reward.time === undefined ? now : eventTime(reward.time, now)
    const given: StoredReward = {
      decision: id,
      value,
      time,
      ...(reward.id !== undefined && { id: reward.id }),
    }
    const same = sameReward(decision.known, given)
    if (same === 'conflict') throw conflictOf(given)
    if (same === 'none') {
      const { deadline } = decision
      if (time > deadline || now > deadline + REWARD_GRACE_MS) throw lateBy('reward_late', decision)
      const hasOne = decision.known.some((one) => one.value !== null)
      if (aggregation === 'first' && hasOne) throw new AdsumError('reward_given', { decision: id })
    }
    return this.#take(decision, given)
  }

  /**
   * Lets a decision that was prepared ahead count.
   * @throws AdsumError `decision_unknown`, `decision_not_deferred`, `activation_late`
   */
  async activate(id: string): Promise<'accepted' | 'duplicate'> {
    const now = this.#parts.clock.now()
    this.#closeOver(now)
    const decision = await this.#find(id)
    if (!decision.decided.deferred) throw new AdsumError('decision_not_deferred', { decision: id })
    if (decision.known.some(({ value }) => value === null)) return 'duplicate'
    if (now > decision.deadline) throw lateBy('activation_late', decision)
    return this.#take(decision, { decision: id, value: null, time: now, id: ACTIVATION_ID })
  }

  /**
   * Rewards the decisions that events answer: same person, the chosen action, within the window; of
   * several the latest. Events may be told again: each rewards once. Resolves when all is at rest.
   */
  async observe(events: readonly LoggedEvent[]): Promise<void> {
    if (this.#rewarding.size === 0) return
    const takes: Promise<unknown>[] = []
    for (const event of events) {
      for (const state of this.#rewarding.get(event.type) ?? []) {
        const decision = this.#answeredBy(event, state)
        if (decision === null) continue
        const { id, type, time } = event
        const value = state.surface.reward.events[type] as number
        const given = { decision: decision.id, value, time, id: `${OWN_ID}${type} ${id}` }
        if (sameReward(decision.known, given) === 'none') takes.push(this.#take(decision, given))
      }
    }
    await Promise.all(takes)
  }

  /** How a surface stands. */
  report(name: string): SurfaceReport {
    this.#closeOver(this.#parts.clock.now())
    let waiting = 0
    for (const decision of this.#open.all()) {
      if (decision.surface === name && decision.decided.learns && decision.learned === null)
        waiting++
    }
    return this.#state(name).report(waiting)
  }

  /** The statistics of a surface: equal ones have equal bytes. */
  statistics(name: string): Uint8Array {
    return this.#state(name).learner.serialise()
  }

  /** Learns what is due, and makes every answer a function of the totals alone. */
  async settle(): Promise<void> {
    await this.#parts.records.settled()
    await this.#rewards.settled()
    this.#closeOver(this.#parts.clock.now())
    for (const _ of this.#settling());
  }

  /** Begins to forget a person: from here on nothing is learned of them. */
  async forget(user: string): Promise<Forgetting> {
    const { records, store } = this.#parts
    this.#erasing.add(user)
    try {
      await records.settled()
      await this.#rewards.settled()
      const log = this.#surfaces.size === 0 ? [] : await store.readLogOf(DECIDE_KIND, user)
      return this.#forgetting(user, log)
    } catch (fault) {
      this.#erasing.delete(user)
      throw fault
    }
  }

  async close(): Promise<void> {
    this.#rhythm.close()
    await this.#rewards.settled()
  }

  #forgetting(user: string, log: readonly LoggedRecord[]): Forgetting {
    const gone: OpenDecision[] = []
    let isErased = false
    const learned = log.flatMap((logged): OpenDecision[] => {
      const { id } = logged.record
      const decision = this.#open.get(id) ?? this.#restored(logged, true)
      if (decision === null) return []
      if (this.#open.get(id) === decision) gone.push(decision)
      decision.isGone = true
      return [decision]
    })
    return {
      commit: () => {
        for (const decision of gone) this.#open.remove(decision)
        for (const state of this.#surfaces.values()) {
          state.forget(learned.filter(({ surface }) => surface === state.name))
          state.caps.forget(user)
        }
        isErased = true
        this.#rhythm.learned()
      },
      end: () => {
        for (const decision of isErased ? [] : gone) {
          decision.isGone = false
          // Its window may have ended meanwhile.
          if (this.#open.get(decision.id) === undefined) this.#open.add(decision)
        }
        this.#erasing.delete(user)
      },
    }
  }

  /** The same question under the same id gets the answer that it got. */
  async #again(id: string, request: DecisionRequest): Promise<Decision> {
    await this.#parts.records.settled()
    const stored = await this.#parts.store.readRecord(id)
    const record = stored?.kind === DECIDE_KIND ? decodeDecideRecord(stored.body) : null
    if (record === null || !isSameQuestion(request, record)) {
      throw new AdsumError('decision_conflict', { decision: id }, { path: 'id' })
    }
    return presentDecision(id, record, (action) => this.#titleOf(record.surface, action))
  }

  #record(state: SurfaceState, id: string, record: DecideRecord): Decision {
    const { user, time } = record
    const body = encodeDecideRecord(record)
    const { sent, taken } = this.#parts.records.add({ id, user, time, body, kind: DECIDE_KIND })
    const decision = openDecision(id, record, sent)
    if (!this.#open.isFull) this.#open.add(decision)
    state.decided(decision, 1)
    void taken.then((isTaken) => {
      if (!isTaken) this.#lost(decision)
    })
    this.#rhythm.watch()
    return presentDecision(id, record, (action) => this.#titleOf(record.surface, action))
  }

  /** A decision that is not in the log must not be learned: the next process would not know of it. */
  #lost(decision: OpenDecision): void {
    const state = this.#state(decision.surface)
    state.follow(decision, null)
    state.decided(decision, -1)
    decision.isGone = true
    this.#open.remove(decision)
  }

  /** A decision in memory, or of the log one whose window is over. @throws AdsumError `decision_unknown` */
  async #find(id: string): Promise<OpenDecision> {
    const open = this.#open.get(id)
    if (open !== undefined && !open.isGone) return open
    await this.#parts.records.settled()
    const stored = open === undefined ? await this.#parts.store.readRecord(id) : null
    if (stored !== null && stored.kind === DECIDE_KIND && !this.#isErasing(stored.user)) {
      const rewards = await this.#parts.store.readRewards(id)
      // Another call may have found it meanwhile.
      const found =
        this.#open.get(id) ?? this.#restored({ number: 0, record: stored, rewards }, true)
      if (found !== null && !found.isGone && !this.#isErasing(found.user)) {
        if (this.#open.get(id) === undefined) {
          this.#open.keepForNow(found, this.#parts.clock.now())
          this.#rhythm.watch()
        }
        return found
      }
    }
    throw new AdsumError('decision_unknown', { decision: id })
  }

  #isErasing(user: string | null): boolean {
    return user !== null && this.#erasing.has(user)
  }

  /** A decision as the log has it; null where its surface is gone. */
  #restored({ record, rewards }: LoggedRecord, isOver: boolean): OpenDecision | null {
    const said = decodeDecideRecord(record.body)
    if (!this.#surfaces.has(said.surface)) return null
    const learns =
      said.learns &&
      said.learner === this.#state(said.surface).learner.version &&
      said.time >= (this.#learnsSince.get(said.surface) ?? 0)
    const decision = openDecision(record.id, { ...said, learns }, Promise.resolve())
    decision.known = [...rewards]
    decision.stored = new Set(decision.known)
    decision.isOver = isOver
    decision.learned = outcomeOf(decision.decided, rewards, isOver).value
    return decision
  }

  /** Puts what became known of a decision to rest, and learns it. */
  async #take(decision: OpenDecision, given: StoredReward): Promise<'accepted' | 'duplicate'> {
    if (sameReward(decision.known, given) === 'none') decision.known.push(given)
    decision.pending++
    try {
      await decision.sent
      const status = await this.#rewards.add(given)
      if (status === 'unknown') throw new AdsumError('decision_unknown', { decision: decision.id })
      if (status === 'conflict') throw conflictOf(given)
      if (status === 'accepted') {
        // The same, sent before, may have failed to get here.
        if (!decision.known.includes(given)) decision.known.push(given)
        decision.stored.add(given)
        this.#follow(decision)
      }
      return status
    } finally {
      decision.pending--
      if (!decision.stored.has(given)) {
        decision.known = decision.known.filter((one) => one !== given)
      }
    }
  }

  /** Learns what is known of a decision and at rest. */
  #follow(decision: OpenDecision): void {
    if (decision.isGone) return
    const { decided, known, stored, isOver } = decision
    const atRest = known.filter((reward) => stored.has(reward))
    this.#state(decision.surface).follow(decision, outcomeOf(decided, atRest, isOver).value)
    this.#rhythm.learned()
  }

  /** The latest decision that an event answers. */
  #answeredBy({ user, item, time }: LoggedEvent, state: SurfaceState): OpenDecision | null {
    let latest: OpenDecision | null = null
    for (const decision of this.#open.of(user)) {
      if (decision.surface !== state.name || decision.isGone) continue
      if (decision.action !== item || time < decision.time || time > decision.deadline) continue
      latest = decision
    }
    if (latest === null) return null
    const isFirst = state.surface.reward.aggregation === 'first'
    return isFirst && latest.known.some(({ value }) => value !== null) ? null : latest
  }

  /** Learns the decisions whose window is over. */
  #closeOver(now: number): void {
    for (const decision of this.#open.takeDue(now)) {
      if (decision.isGone || decision.isOver) continue
      decision.isOver = true
      this.#follow(decision)
    }
  }

  *#settling(): Generator<undefined> {
    for (const { learner } of this.#surfaces.values()) yield* learner.settling()
  }

  async #readLog(): Promise<void> {
    const now = this.#parts.clock.now()
    for await (const logged of decideLog(this.#parts.store)) this.#restore(logged, now)
    for (const { learner } of this.#surfaces.values()) learner.restored()
    this.#rhythm.watch()
  }

  #restore(logged: LoggedRecord, now: number): void {
    const decision = this.#restored(logged, false)
    if (decision === null) return
    decision.isOver = decision.deadline <= now
    const state = this.#state(decision.surface)
    const { value } = outcomeOf(decision.decided, decision.known, decision.isOver)
    decision.learned = value
    state.decided(decision, 1)
    if (value !== null) state.restore(decision, value)
    if (!decision.isOver) this.#open.add(decision)
  }

  #titleOf(surface: string, action: string): string {
    const { catalogue } = this.#parts
    const type = this.#surfaces.get(surface)?.surface.actions ?? null
    const item = type === null ? undefined : catalogue.find(type, action)
    return item === undefined ? action : catalogue.title(item)
  }

  #state(name: string): SurfaceState {
    const state = this.#surfaces.get(name)
    if (state === undefined) throw new RangeError(`no surface "${name}" decides`)
    return state
  }
}
