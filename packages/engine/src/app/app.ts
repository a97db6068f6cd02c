import {
  type ActivationResponse,
  AdsumError,
  type AppView,
  type Decision,
  type DecisionRequest,
  type EventResult,
  type ItemInput,
  type ItemsView,
  type QuarantineView,
  type Receipt,
  type ReplayResponse,
  type RewardRequest,
  type RewardResponse,
  type StoredDecision,
  type SurfaceReport,
  USER_EVENTS_SHOWN_MAX,
  USER_QUARANTINED_SHOWN_MAX,
  type UserView,
} from '@adsum/protocol'
import { DecidedSurfaces } from '../decide/decided-surfaces.ts'
import { Answers } from '../decisions/answers.ts'
import { Decisions } from '../decisions/decisions.ts'
import { RecordQueue } from '../decisions/record-queue.ts'
import { type MapAgain, type MappedEvent, OWN_SOURCE } from '../ingest/incoming-event.ts'
import { Intake, type RequestClocks } from '../ingest/intake.ts'
import { Quarantine } from '../ingest/quarantine.ts'
import { LearningLoop } from '../models/learning-loop.ts'
import { Popular } from '../models/popular.ts'
import { modelView, type ServedModel } from '../models/served-model.ts'
import type { CompareAnswer } from '../models/trainer-messages.ts'
import type { LoggedEvent, ModelManifest, StoredItem, StoreLoad } from '../ports.ts'
import { eraseUser } from '../rights/erase-user.ts'
import { Receipts } from '../rights/receipts.ts'
import { Catalogue } from './catalogue.ts'
import { DamagedPeople } from './damaged-people.ts'
import { type AppDeclaration, goalOf, isFrozen, surfaceViews } from './declaration.ts'
import type { AppParts } from './parts.ts'
import { People } from './people.ts'
import { Person } from './person.ts'
import { SideNotes } from './side-notes.ts'

/** People taught to the trainer in one message while an app is opened. */
const PEOPLE_PER_LESSON = 256

/** One app at work: its catalogue, people, model and surfaces. */
export class App {
  readonly declaration: AppDeclaration
  /** What foreign protocols remember beside the app. */
  readonly notes: SideNotes
  /** What surfaces that decide logged and learned. */
  readonly decided: DecidedSurfaces
  readonly #parts: AppParts
  readonly #catalogue: Catalogue
  readonly #people: People
  readonly #popular = new Popular()
  readonly #receipts: Receipts
  readonly #quarantine: Quarantine
  readonly #intake: Intake
  readonly #loop: LearningLoop
  readonly #records: RecordQueue
  readonly #decisions: Decisions
  #answers: Answers | null = null
  readonly #goal: ReturnType<typeof goalOf>
  readonly #damaged = new DamagedPeople()
  #model: ServedModel | null = null
  #position = 0
  #events = 0
  /** Resolves when everything recorded has been read; questions are answered before that. */
  readonly ready: Promise<void>

  private constructor(declaration: AppDeclaration, parts: AppParts, secret: Uint8Array) {
    this.declaration = declaration
    this.#parts = parts
    this.#goal = goalOf(declaration)
    this.#catalogue = new Catalogue(declaration)
    this.#people = new People(parts.store, (event) => this.#numberOf(event))
    this.#receipts = new Receipts(parts.store, secret)
    this.#quarantine = new Quarantine(parts.store)
    this.#intake = new Intake({
      app: declaration,
      hasItem: (type, id) => this.#catalogue.has(type, id),
      quarantine: this.#quarantine,
      record: (events) => this.record(events),
    })
    this.#loop = new LearningLoop({
      app: declaration.name,
      store: parts.store,
      people: this.#people,
      trainer: parts.trainer,
      clock: parts.clock,
      isFrozen: isFrozen(declaration) === true,
      serve: (manifest, bytes) => this.#serve(manifest, bytes),
      retire: (erasures) => this.#retire(erasures),
      report: (fault, what) => parts.report(fault, `${declaration.name}: ${what}`),
    })
    this.#records = new RecordQueue(parts.store, parts.report)
    const kept = { ...parts, records: this.#records }
    this.notes = new SideNotes(kept)
    const learners = (): Answers => this.#answering
    this.decided = new DecidedSurfaces({ ...kept, app: declaration, learners })
    this.#decisions = new Decisions({
      records: this.#records,
      watch: () => this.#answering.watch,
      app: declaration,
      goal: this.#goal,
      catalogue: this.#catalogue,
      people: this.#people,
      popular: this.#popular,
      model: () => this.#model,
      ...parts,
    })
    this.ready = this.#start()
    this.ready.catch((fault: unknown) => parts.report(fault, `${declaration.name}: opening`))
  }

  /** Opens an app: what is needed for answers is there when it resolves, the rest follows. */
  static async open(declaration: AppDeclaration, parts: AppParts): Promise<App> {
    const secret = await parts.store.secret()
    await parts.trainer.open(declaration.name, secret)
    const app = new App(declaration, parts, secret)
    await app.#openCatalogue()
    await app.#openAnswers(secret)
    return app
  }

  get #answering(): Answers {
    if (this.#answers === null) throw new Error('the app is not open')
    return this.#answers
  }

  async #openAnswers(secret: Uint8Array): Promise<void> {
    this.#answers = await Answers.open({
      ...this.#parts,
      app: this.declaration,
      catalogue: this.#catalogue,
      people: this.#people,
      popular: this.#popular,
      records: this.#records,
      secret,
      decisions: this.#decisions,
      model: () => this.#model?.manifest.id ?? null,
    })
  }

  async #openCatalogue(): Promise<void> {
    await this.#takeItems(await this.#parts.store.readItems())
    const [current, totals] = await Promise.all([
      this.#parts.store.currentModel(),
      this.#parts.store.totals(),
    ])
    if (current === null) return
    if (current.manifest.erasures === totals.erasures) {
      await this.#serve(current.manifest, current.bytes)
    } else {
      await this.#parts.store.destroyModels(null)
    }
  }

  async #start(): Promise<void> {
    await Promise.resolve()
    const totals = await this.#parts.store.totals()
    this.#quarantine.opened(totals.quarantined)
    await this.#receipts.load()
    let lesson: Person[] = []
    const people = this.#parts.store.readPeople((damaged) =>
      this.#damaged.add(damaged, this.#people),
    )
    for await (const { user, events } of people) {
      const person = this.#people.remember(user, events)
      this.#count(events, 1)
      lesson.push(person)
      if (lesson.length === PEOPLE_PER_LESSON) {
        await this.#loop.teach(lesson)
        lesson = []
      }
    }
    await this.#loop.teach(lesson)
    if (this.#damaged.areAllNamed) this.#people.completed()
    this.#damaged.report(this.declaration.name, this.#parts)
    this.#position = totals.position
    const served = this.#model?.manifest
    if (served !== undefined) await this.#tellReceipts(served)
    const behind = served?.logPosition !== totals.position
    this.#loop.started(totals, totals.events > 0 && (behind || served === undefined))
  }

  /**
   * Records events; each is judged for itself.
   * @param sent what the sender's clock showed as the request left, an ISO 8601 time
   */
  async sendEvents(events: readonly unknown[], sent?: string): Promise<EventResult[]> {
    const clocks = {
      sent: sent === undefined ? null : Date.parse(sent),
      received: this.#parts.clock.now(),
    }
    await this.ready
    const incoming = events.map((event) => ({ event, raw: event }))
    return this.#intake.take(incoming, OWN_SOURCE, clocks)
  }

  /** Records what a dialect made of foreign messages, as {@link sendEvents} does with events. */
  async recordMapped(
    entries: readonly MappedEvent[],
    source: string,
    clocks: RequestClocks,
  ): Promise<EventResult[]> {
    await this.ready
    return this.#intake.take(entries, source, clocks)
  }

  /** Events that were not taken, newest first. */
  async readQuarantine(query: {
    readonly limit: number
    readonly code?: string | undefined
  }): Promise<QuarantineView> {
    return this.#quarantine.view(query)
  }

  /**
   * Judges quarantined events anew, all or those named. Without `mapAgain` foreign messages stay.
   * @throws AdsumError `quarantine_unknown`, before anything is done
   */
  async replayQuarantine(ids?: readonly string[], mapAgain?: MapAgain): Promise<ReplayResponse> {
    await this.ready
    return this.#quarantine.replay(ids, {
      mapAgain,
      judge: (incoming, source, moments) => this.#intake.judge(incoming, source, moments),
      now: this.#parts.clock.now(),
      record: (events) => this.record(events),
    })
  }

  /** Discards a quarantined event. @throws AdsumError `quarantine_unknown` */
  async removeQuarantined(id: string): Promise<void> {
    await this.ready
    await this.#quarantine.remove(id)
  }

  /** Appends checked events to the log; they count in the next answer. */
  async record(
    events: readonly LoggedEvent[],
  ): Promise<readonly ('accepted' | 'duplicate' | 'conflict')[]> {
    if (events.length === 0) return []
    await this.ready
    const outcomes = await this.#parts.store.appendEvents(events)
    const accepted = new Map<string, LoggedEvent[]>()
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status !== 'accepted') continue
      this.#position = Math.max(this.#position, outcome.position + 1)
      const event = events[index] as LoggedEvent
      const ofUser = accepted.get(event.user)
      if (ofUser === undefined) accepted.set(event.user, [event])
      else ofUser.push(event)
    }
    for (const [user, fresh] of accepted) {
      this.#people.accepted(user, fresh)
      if (this.#damaged.has(user)) continue
      this.#count(fresh, 1)
      this.#loop.changed(user, this.#position)
    }
    // Of duplicates too: a process that ended may have recorded the event and not the reward.
    await this.#answering.observe(
      events.filter((_, index) => outcomes[index]?.status !== 'conflict'),
    )
    return outcomes.map((outcome) => outcome.status)
  }

  async putItems(items: readonly ItemInput[]): Promise<number> {
    this.#catalogue.check(items)
    await this.#takeItems(await this.#parts.store.putItems(items))
    return items.length
  }

  async findItems(query: {
    readonly ids?: readonly string[]
    readonly search?: string
    readonly limit: number
  }): Promise<ItemsView['items']> {
    return this.#catalogue.lookUp(query)
  }

  async decide(request: DecisionRequest): Promise<Decision> {
    return this.#answering.decide(request)
  }

  async readDecision(id: string): Promise<StoredDecision> {
    return this.#answering.read(id)
  }

  async reward(decision: string, reward: RewardRequest): Promise<RewardResponse> {
    return this.#answering.reward(decision, reward)
  }

  /** Lets a decision that was prepared ahead count. */
  async activateDecision(id: string): Promise<ActivationResponse> {
    return this.#answering.activate(id)
  }

  async readSurface(name: string): Promise<SurfaceReport> {
    return this.#answering.surface(name)
  }

  /** What a `decide` surface has learned: equal statistics have equal bytes. */
  decideStatistics(surface: string): Uint8Array {
    return this.#answering.statistics(surface)
  }

  /** Waits until every decision and reward is at rest and learned; answers then depend on the log alone. */
  async settleDecisions(): Promise<void> {
    await this.#answering.settle()
  }

  async readUser(user: string): Promise<UserView> {
    const [events, quarantined] = await Promise.all([
      this.#parts.store.readUser(user),
      this.#quarantine.viewOf(user, USER_QUARANTINED_SHOWN_MAX),
    ])
    if (events.length + quarantined.total === 0) throw new AdsumError('user_unknown')
    const shown = events.slice(-USER_EVENTS_SHOWN_MAX).reverse()
    return {
      user,
      events: events.length,
      first: isoTime(events[0]),
      last: isoTime(events.at(-1)),
      latest: shown.map((event) => ({
        id: event.id,
        type: event.type,
        item: event.item,
        title: this.#titleOf(event),
        value: event.value,
        time: new Date(event.time).toISOString(),
      })),
      quarantined,
    }
  }

  /**
   * Forgets a person, in the log, in quarantine, in what was learned and in every answer stored for them.
   * @throws AdsumError `user_unknown` when there was nothing of them
   */
  async eraseUser(user: string): Promise<Receipt> {
    await this.ready
    return this.#quarantine.exclusively(() => this.#eraseUser(user))
  }

  async #eraseUser(user: string): Promise<Receipt> {
    const forgetting = await this.#answering.forget(user)
    try {
      return await eraseUser(user, {
        ...this.#parts,
        people: this.#people,
        loop: this.#loop,
        receipts: this.#receipts,
        model: this.#model?.manifest ?? null,
        forgetAnswers: (one) => this.#decisions.forget(one),
        settled: () => this.#records.settled(),
        erased: () => {
          forgetting.commit()
          this.#damaged.remove(user)
        },
        uncount: (events) => this.#count(events, -1),
        unquarantine: (count) => this.#quarantine.forgotten(count),
      })
    } finally {
      forgetting.end()
    }
  }

  async readReceipt(id: string): Promise<Receipt> {
    const receipt = await this.#receipts.read(id)
    if (receipt === null) throw new AdsumError('receipt_unknown', { receipt: id })
    return receipt
  }

  /** Learns everything recorded so far; the next answer comes from the new model. */
  async learnNow(): Promise<ModelManifest | null> {
    await this.ready
    await this.#loop.learnNow()
    return this.#model?.manifest ?? null
  }

  /**
   * Sums everyone in the log up anew and compares the result with the statistics as kept. Nothing may
   * be recorded meanwhile. Takes as long as opening the app, and its memory once more.
   */
  async verifyStatistics(): Promise<CompareAnswer> {
    await this.ready
    await this.#loop.flush()
    const { trainer, store } = this.#parts
    for await (const { user, events } of store.readPeople(() => undefined)) {
      const person = new Person(user, events, (event) => this.#numberOf(event))
      await trainer.compare(this.declaration.name, [{ person: user, sequence: person.sequence }])
    }
    return trainer.compared(this.declaration.name)
  }

  /** How busy the app's store is. */
  load(): StoreLoad {
    return this.#parts.store.load()
  }

  view(): AppView {
    const { declaration } = this
    const manifest = this.#model?.manifest ?? null
    return {
      name: declaration.name,
      title: declaration.title,
      surfaces: surfaceViews(declaration),
      eventTypes: Object.keys(declaration.events),
      items: this.#catalogue.size,
      events: this.#events,
      users: this.#people.size,
      quarantined: this.#quarantine.size,
      damaged: { people: this.#damaged.size, repaired: this.#parts.store.repaired.length },
      people: [...declaration.people],
      model: manifest === null ? null : modelView(manifest),
      learning: {
        ...this.#loop.state,
        behind: Math.max(0, this.#position - (manifest?.logPosition ?? 0)),
      },
    }
  }

  async close(): Promise<void> {
    await this.ready.catch(() => undefined)
    await this.#loop.close()
    await this.#answers?.close()
    await this.#records.settled()
    this.#model?.close()
    await this.#parts.trainer.closeApp(this.declaration.name)
    await this.#parts.store.close()
  }

  #titleOf(event: LoggedEvent): string | null {
    const type = this.declaration.events[event.type]?.on ?? null
    const item =
      type === null || event.item === null ? undefined : this.#catalogue.find(type, event.item)
    return item === undefined ? event.item : this.#catalogue.title(item)
  }

  #numberOf(event: LoggedEvent): number | null {
    if (!this.#goal.events.has(event.type)) return null
    const number = this.#catalogue.numberOf(this.#goal.items, event.item)
    return number < 0 ? null : number
  }

  #count(events: readonly LoggedEvent[], sign: 1 | -1): void {
    this.#events += sign * events.length
    for (const event of events) {
      const number = this.#numberOf(event)
      if (number !== null) this.#popular.add(number, sign)
    }
  }

  async #takeItems(items: readonly StoredItem[]): Promise<void> {
    const first = this.#catalogue.size
    this.#catalogue.take(items)
    const fresh = this.#catalogue.all().slice(first)
    if (fresh.length === 0) return
    const names = fresh.map((item) =>
      item.type === this.#goal.items ? item.id : `${item.type}\u0000${item.id}`,
    )
    await this.#parts.trainer.items(this.declaration.name, first, names)
  }

  async #serve(manifest: ModelManifest, bytes: Uint8Array): Promise<void> {
    const next = await this.#parts.openModel(manifest, bytes, this.#catalogue, this.#goal.items)
    const last = this.#model
    this.#model = next
    this.#decisions.modelChanged()
    last?.close()
    await this.#parts.store.destroyModels(manifest.id)
    await this.#tellReceipts(manifest)
  }

  async #retire(erasures: number): Promise<void> {
    this.#model?.close()
    this.#model = null
    this.#decisions.modelChanged()
    await this.#parts.store.destroyModels(null)
    await this.#tellReceipts({ id: null, erasures })
  }

  async #tellReceipts(next: {
    readonly id: string | null
    readonly erasures: number
  }): Promise<void> {
    const at = new Date(this.#parts.clock.now()).toISOString()
    await this.#receipts.modelReplaced(next.id, at, next.erasures)
  }
}

function isoTime(event: LoggedEvent | undefined): string | null {
  return event === undefined ? null : new Date(event.time).toISOString()
}
