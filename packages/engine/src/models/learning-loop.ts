import { isDamage } from '../app/damaged-people.ts'
import type { People } from '../app/people.ts'
import type { Person } from '../app/person.ts'
import type { AppStore, Clock, ModelManifest } from '../ports.ts'
import type { Trainer } from './trainer.ts'
import type { FitAnswer, ForgetAnswer, PersonSequence } from './trainer-messages.ts'

/** Milliseconds that changes are collected before the statistics follow. */
const FLUSH_MS = 50
/**
 * The pause between two flushes is this many times as long as the last one took: however fast events
 * come, following them takes a sixth of a processor, and many events of one person are told at once.
 */
const FLUSH_PAUSE_FACTOR = 5
/** Milliseconds that changes wait for a flush at the most. */
const FLUSH_PAUSE_MS_MAX = 2_000
/** People told to the trainer in one message. */
const PEOPLE_PER_MESSAGE = 500
/** Milliseconds without changes after which a fit is due: while events pour in, learning would come too soon. */
const QUIET_MS = 1_000
/** Milliseconds from a change to a fit at the most, however many changes follow. */
const CHANGE_WAIT_MS_MAX = 30_000
/** Milliseconds between the end of a fit and the next one, at the least. */
const REFIT_PAUSE_MS_MIN = 2_000
/** The pause is this many times as long as the last fit took, so that learning takes a small share. */
const REFIT_PAUSE_FACTOR = 5
/** Milliseconds until a failed fit is tried again. */
const RETRY_MS = 30_000

export interface LearningState {
  readonly state: 'starting' | 'idle' | 'fitting' | 'failed'
  readonly message: string
}

export interface LoopParts {
  readonly app: string
  readonly store: AppStore
  readonly people: People
  readonly trainer: Trainer
  readonly clock: Clock
  /** Whether the model stays as it is: it is fitted anew only when somebody who is in it is erased. */
  readonly isFrozen: boolean
  /** Puts a published model into service. */
  readonly serve: (manifest: ModelManifest, bytes: Uint8Array) => Promise<void>
  /** Takes the model out of service: there is nobody left to learn from. */
  readonly retire: (erasures: number) => Promise<void>
  readonly report: (fault: unknown, what: string) => void
}

/**
 * Keeps one app's statistics in step with its people and refits when that is due: soon after changes,
 * at once after an erasure. A fit that began before an erasure is thrown away, so that no model with an
 * erased person in it is ever published.
 */
export class LearningLoop {
  readonly #parts: LoopParts
  readonly #dirty = new Set<string>()
  #flushTimer: NodeJS.Timeout | null = null
  #flushPauseMs = FLUSH_MS
  #fitTimer: NodeJS.Timeout | null = null
  #flushing: Promise<void> = Promise.resolve()
  #fitting: Promise<void> | null = null
  #fitAgain = false
  /** When the first and the last change came that no fit has seen; null when there is none. */
  #firstChange: number | null = null
  #lastChange = 0
  #urgent = false
  #erasures = 0
  #position = 0
  #lastFitEnd = 0
  #lastFitMs = 0
  #closed = false
  #state: LearningState = { state: 'starting', message: 'reading what is recorded' }

  constructor(parts: LoopParts) {
    this.#parts = parts
  }

  get state(): LearningState {
    return this.#state
  }

  /** What the log held when the app was opened; after this changes lead to fits. */
  started(totals: { readonly position: number; readonly erasures: number }, fitDue: boolean): void {
    this.#position = totals.position
    this.#erasures = totals.erasures
    this.#state = { state: 'idle', message: 'everything recorded is learned' }
    if (fitDue && !this.#parts.isFrozen) this.#hurry()
  }

  /** Tells the trainer a whole person, while the app is being opened. */
  async teach(people: readonly Person[]): Promise<void> {
    const { trainer, app } = this.#parts
    await trainer.people(app, people.map(sequenceOf))
  }

  /** Somebody's history changed; the log stands at `position` now. */
  changed(user: string, position: number): void {
    this.#dirty.add(user)
    this.#position = Math.max(this.#position, position)
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = null
      this.flush().catch((fault: unknown) => this.#failed(fault))
    }, this.#flushPauseMs)
    if (this.#parts.isFrozen) return
    this.#lastChange = this.#parts.clock.now()
    this.#firstChange ??= this.#lastChange
    this.#schedule(Math.max(QUIET_MS, this.#pauseLeft()))
  }

  /** Brings the statistics up to date with every change so far. */
  flush(): Promise<void> {
    const next = this.#flushing.then(() => this.#flush())
    this.#flushing = next.catch(() => undefined)
    return next
  }

  async #flush(): Promise<void> {
    const began = this.#parts.clock.now()
    // Whoever changes from here on is in the next flush, which in a flood is as large as this one.
    const users = [...this.#dirty]
    for (let first = 0; first < users.length; first += PEOPLE_PER_MESSAGE) {
      await this.#tell(users.slice(first, first + PEOPLE_PER_MESSAGE))
    }
    const took = this.#parts.clock.now() - began
    this.#flushPauseMs = Math.min(FLUSH_PAUSE_MS_MAX, Math.max(FLUSH_MS, FLUSH_PAUSE_FACTOR * took))
  }

  /** Tells the trainer the sequences of some people as they are now. */
  async #tell(users: readonly string[]): Promise<void> {
    const { people, trainer, app } = this.#parts
    for (const user of users) this.#dirty.delete(user)
    for (;;) {
      const erasures = this.#erasures
      const found: Person[] = []
      for (const user of users) {
        const person = people.peek(user) ?? (await this.#intact(user))
        if (person !== null) found.push(person)
      }
      // Whoever was erased while others were read must not come back: look again.
      if (erasures !== this.#erasures) continue
      const batch = found.filter(({ forgotten }) => !forgotten).map(sequenceOf)
      await trainer.people(app, batch)
      return
    }
  }

  /** A person; null when their events are damaged, so that the statistics stay as they are. */
  async #intact(user: string): Promise<Person | null> {
    try {
      return await this.#parts.people.get(user)
    } catch (fault) {
      if (!isDamage(fault)) throw fault
      this.#parts.report(fault, 'learning from a person')
      return null
    }
  }

  /** Takes a person out of the statistics; call when nothing of them is recorded any more. */
  async forget(user: string): Promise<ForgetAnswer & { readonly erasures: number }> {
    this.#dirty.delete(user)
    const erasures = ++this.#erasures
    const answer = await this.#parts.trainer.forget(this.#parts.app, user)
    this.#hurry()
    return { ...answer, erasures }
  }

  /** Learns everything recorded so far and serves it. */
  async learnNow(): Promise<void> {
    while (this.#fitting !== null) await this.#fitting
    await this.#fit()
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer)
    if (this.#fitTimer !== null) clearTimeout(this.#fitTimer)
    await this.#flushing
    await this.#fitting
  }

  #pauseLeft(): number {
    const pause = Math.max(REFIT_PAUSE_MS_MIN, REFIT_PAUSE_FACTOR * this.#lastFitMs)
    return Math.max(0, this.#lastFitEnd + pause - this.#parts.clock.now())
  }

  /** Asks for a fit without waiting for quiet or the pause. */
  #hurry(): void {
    this.#urgent = true
    if (this.#fitTimer !== null) clearTimeout(this.#fitTimer)
    this.#fitTimer = null
    this.#schedule(0)
  }

  #schedule(delayMs: number): void {
    if (this.#closed || this.#fitTimer !== null) return
    if (this.#fitting !== null) {
      this.#fitAgain = true
      return
    }
    this.#fitTimer = setTimeout(() => {
      this.#fitTimer = null
      if (this.#changing()) this.#schedule(QUIET_MS)
      else this.#fit().catch((fault: unknown) => this.#failed(fault))
    }, delayMs)
  }

  /** Whether more changes are to be expected soon, and waiting for them is still worth it. */
  #changing(): boolean {
    if (this.#urgent || this.#firstChange === null) return false
    const now = this.#parts.clock.now()
    return now < this.#lastChange + QUIET_MS && now < this.#firstChange + CHANGE_WAIT_MS_MAX
  }

  /** One fit at a time; whoever asks while one runs gets the next. */
  #fit(): Promise<void> {
    if (this.#fitTimer !== null) clearTimeout(this.#fitTimer)
    this.#fitTimer = null
    const run = this.#fitUntilClean()
      .catch((fault: unknown) => {
        const message = fault instanceof Error ? fault.message : String(fault)
        this.#state = { state: 'failed', message }
        throw fault
      })
      .finally(() => {
        this.#fitting = null
        this.#lastFitEnd = this.#parts.clock.now()
        if (this.#fitAgain) this.#schedule(this.#urgent ? 0 : this.#pauseLeft())
      })
    this.#fitting = run
    return run
  }

  async #fitUntilClean(): Promise<void> {
    this.#state = { state: 'fitting', message: 'learning from what is recorded' }
    for (;;) {
      const began = this.#parts.clock.now()
      // Whatever has changed so far is in this fit.
      this.#urgent = false
      this.#fitAgain = false
      this.#firstChange = null
      await this.flush()
      const { erasures, position } = { erasures: this.#erasures, position: this.#position }
      const answer = await this.#parts.trainer.fit(this.#parts.app)
      this.#lastFitMs = this.#parts.clock.now() - began
      if (this.#closed) return
      if (erasures !== this.#erasures) continue
      if (answer.model === null) await this.#parts.retire(erasures)
      else await this.#publish(answer, answer.model, position, erasures)
      this.#state = { state: 'idle', message: 'everything recorded is learned' }
      return
    }
  }

  async #publish(
    answer: FitAnswer,
    model: Uint8Array,
    position: number,
    erasures: number,
  ): Promise<void> {
    const manifest: ModelManifest = {
      id: answer.id,
      logPosition: position,
      erasures,
      fittedAt: this.#parts.clock.now(),
      seconds: answer.seconds,
      features: answer.features,
      bytes: model.byteLength,
    }
    await this.#parts.store.publishModel(manifest, model)
    await this.#parts.serve(manifest, model)
  }

  #failed(fault: unknown): void {
    this.#parts.report(fault, 'learning')
    this.#schedule(RETRY_MS)
  }
}

function sequenceOf({ user, sequence }: Person): PersonSequence {
  // A copy: a message takes the whole memory behind a view along.
  return { person: user, sequence: sequence.slice() }
}
