/**
 * An engine in a few lines, for tests of the wire alone: it keeps what it is told and makes no sense
 * of it. Faults are planted by name: an event, a surface or a user called after an error code.
 */

import { createHmac, randomBytes } from 'node:crypto'
import { type AccessKeyStore, AccessKeys, type Clock } from '@adsum/engine'
import {
  AdsumError,
  type AppView,
  type Backup,
  type DataCheck,
  type Decision,
  type EventInput,
  type EventResult,
  eventSchema,
  type FileView,
  type ItemInput,
  type ItemsView,
  isErrorCode,
  type Job,
  type QuarantineView,
  type Receipt,
  type ReplayResponse,
  type StoredDecision,
  type SurfaceReport,
} from '@adsum/protocol'
import type { DecidedApi, EngineLoad, MappedEvent, NotesApi } from '../engine-api.ts'
import type { AppApi, EngineApi, FilesApi } from '../index.ts'

const TIME = '2026-11-21T19:03:11.000Z'

/** What an operator must never see in an answer: the text of a fault nobody foresaw. */
export const SECRET = 'secret-of-the-inside'

function plantedFault(name: string): void {
  if (name === 'unforeseen') throw new Error(SECRET)
  if (isErrorCode(name)) throw new AdsumError(name)
}

/** The access keys of the engine, kept in memory alone. */
function memoryKeys(clock: Clock): AccessKeys {
  const root = randomBytes(32)
  const store: AccessKeyStore = {
    list: async () => [],
    replace: async () => undefined,
    hash: (secret) => createHmac('sha256', root).update(secret).digest('hex'),
  }
  const entropy = { bytes: (length: number) => randomBytes(length) }
  const report = (fault: unknown): never => {
    throw fault
  }
  return new AccessKeys({ store, clock, entropy, report }, [])
}

const nothingDecided: DecidedApi = {
  async *read() {},
  evaluate: async () => {
    throw new AdsumError('data_not_enough')
  },
  statistics: () => new Uint8Array(0),
  export: async () => null,
}

function memoryNotes(): NotesApi {
  const texts = new Map<string, string>()
  return {
    readDocument: async (key) => texts.get(key) ?? null,
    putDocument: async (key, text) => void texts.set(key, text),
    keep: (id, text) => void texts.set(id, text),
    read: async (id) => texts.get(id) ?? null,
  }
}

export class MemoryEngine implements EngineApi {
  readonly files: MemoryFiles = new MemoryFiles()
  /** Can be set. */
  now: number = Date.parse(TIME)
  readonly clock: Clock = { now: () => this.now }
  readonly accessKeys: AccessKeys = memoryKeys(this.clock)
  readonly #apps: ReadonlyMap<string, MemoryApp>

  constructor(...names: readonly string[]) {
    this.#apps = new Map(names.map((name) => [name, new MemoryApp(name)]))
  }

  async apps(): Promise<AppView[]> {
    return [...this.#apps.values()].map((app) => app.view())
  }

  app(name: string | undefined): MemoryApp {
    const known = [...this.#apps.keys()].join(', ')
    if (name === undefined && this.#apps.size > 1) throw new AdsumError('app_required', { known })
    const app = name === undefined ? [...this.#apps.values()][0] : this.#apps.get(name)
    if (app === undefined) throw new AdsumError('app_unknown', { app: name ?? '', known })
    return app
  }

  async tuneSurface(): Promise<void> {}

  async resetLearned(): Promise<void> {}

  async importLearned() {
    return 'format' as const
  }

  async eraseDecided(): Promise<void> {}

  load(): EngineLoad {
    return {
      queuedBytes: 0,
      syncMs: 0,
      syncs: { boundsMs: [1], atMost: [0], total: 0, sumMs: 0 },
    }
  }

  async backUp({ withKeys }: { readonly withKeys: boolean }): Promise<Backup> {
    const backup = 'backups/2026-11-21T19-03-11.000Z'
    const apps = [...this.#apps.values()].map(({ declaration, events }) => ({
      name: declaration.name,
      events: events.size,
    }))
    return { backup, keys: withKeys ? `${backup}-keys` : null, bytes: 1, apps }
  }

  async checkData(): Promise<DataCheck[]> {
    return [...this.#apps.values()].map(({ declaration, events, items, decisions }) => ({
      app: declaration.name,
      people: 0,
      events: events.size,
      quarantined: 0,
      records: decisions.size,
      items: items.size,
      documents: 0,
      models: 0,
      repaired: [],
      damage: [],
      damaged: 0,
    }))
  }

  async close(): Promise<void> {}
}

export class MemoryApp implements AppApi {
  readonly declaration: { readonly name: string }
  readonly items: Map<string, ItemInput> = new Map()
  readonly notes: NotesApi = memoryNotes()
  readonly decided: DecidedApi = nothingDecided
  readonly events: Map<string, { readonly user: string; readonly text: string }> = new Map()
  readonly decisions: Map<string, StoredDecision> = new Map()
  /** Events of the type `unheard-of`, by a number. */
  readonly quarantined: Map<string, { readonly event: EventInput; readonly sent: string }> =
    new Map()
  /** Runs before an answer of a surface: lets a test hold one up. */
  beforeDecision: () => Promise<void> = async () => {}

  constructor(name: string) {
    this.declaration = { name }
  }

  view(): AppView {
    return {
      name: this.declaration.name,
      title: this.declaration.name,
      surfaces: [{ name: 'home', verb: 'recommend', items: 'movie' }],
      eventTypes: ['watched'],
      items: this.items.size,
      events: this.events.size,
      users: 0,
      quarantined: this.quarantined.size,
      damaged: { people: 0, repaired: 0 },
      people: [],
      model: null,
      learning: { state: 'idle', behind: 0, message: 'Nothing to learn yet.' },
    }
  }

  async sendEvents(events: readonly unknown[], sent = ''): Promise<EventResult[]> {
    return events.map((raw): EventResult => {
      const parsed = eventSchema.safeParse(raw)
      if (!parsed.success) return { id: null, status: 'rejected', code: 'request_invalid' }
      const { id, type, user } = parsed.data
      plantedFault(type)
      const text = JSON.stringify(parsed.data)
      if (type === 'unheard-of') {
        this.quarantined.set(`q_${this.quarantined.size}`, { event: parsed.data, sent })
        return { id, status: 'quarantined', code: 'event_type_unknown' }
      }
      const known = this.events.get(id)
      if (known !== undefined) return { id, status: known.text === text ? 'duplicate' : 'conflict' }
      this.events.set(id, { user, text })
      return { id, status: 'accepted' }
    })
  }

  async recordMapped(entries: readonly MappedEvent[]): Promise<EventResult[]> {
    const events = entries.map((entry) => ('event' in entry ? entry.event : null))
    return this.sendEvents(events)
  }

  async readQuarantine({ limit }: { readonly limit: number }): Promise<QuarantineView> {
    const events = [...this.quarantined].map(([id, { event }]) => ({
      id,
      event: event.id,
      user: event.user,
      source: 'events',
      code: 'event_type_unknown',
      message: 'Nobody has heard of it.',
      path: 'type',
      received: TIME,
      raw: event,
    }))
    return { total: events.length, events: events.toReversed().slice(0, limit) }
  }

  async replayQuarantine(ids?: readonly string[]): Promise<ReplayResponse> {
    for (const id of ids ?? []) this.#requireQuarantined(id)
    return { accepted: 0, duplicate: 0, kept: ids?.length ?? this.quarantined.size }
  }

  async removeQuarantined(id: string): Promise<void> {
    this.#requireQuarantined(id)
    this.quarantined.delete(id)
  }

  #requireQuarantined(id: string): void {
    if (!this.quarantined.has(id)) throw new AdsumError('quarantine_unknown', { id })
  }

  async putItems(items: readonly ItemInput[]): Promise<number> {
    for (const item of items) this.items.set(item.id, item)
    return items.length
  }

  async findItems(query: {
    readonly ids?: readonly string[]
    readonly search?: string
    readonly limit: number
  }): Promise<ItemsView['items']> {
    const found = [...this.items.values()].filter(
      ({ id }) => (query.ids?.includes(id) ?? true) && id.includes(query.search ?? ''),
    )
    return found.slice(0, query.limit).map((item) => ({ ...item, title: item.id }))
  }

  async decide(request: Parameters<AppApi['decide']>[0]): Promise<Decision> {
    plantedFault(request.surface)
    await this.beforeDecision()
    const decision = cannedDecision(request.surface, request.limit)
    const id = `d_${this.decisions.size + 1}`
    this.decisions.set(id, {
      ...decision,
      id,
      user: request.user ?? null,
      context: request.context ?? {},
      time: TIME,
      candidates: request.limit,
      choices: decision.choices.map((choice) => ({ ...choice, terms: choice.reasons })),
      rewards: [],
    })
    return { ...decision, id }
  }

  async readDecision(id: string): Promise<StoredDecision> {
    const decision = this.decisions.get(id)
    if (decision === undefined) throw new AdsumError('decision_unknown', { decision: id })
    return decision
  }

  async reward(id: string, reward: { value: number; time?: string | undefined }) {
    const { rewards } = await this.readDecision(id)
    const time = reward.time ?? TIME
    if (rewards.some((known) => known.value === reward.value && known.time === time)) {
      return { status: 'duplicate' as const }
    }
    rewards.push({ value: reward.value, time })
    return { status: 'accepted' as const }
  }

  async activateDecision(id: string) {
    await this.readDecision(id)
    return { status: 'accepted' as const }
  }

  async readSurface(surface: string): Promise<SurfaceReport> {
    plantedFault(surface)
    return {
      surface,
      verb: 'decide',
      mode: 'learn',
      model: null,
      decisions: this.decisions.size,
      learned: 0,
      waiting: 0,
      meanReward: null,
    }
  }

  async readUser(user: string) {
    plantedFault(user)
    const events = [...this.events.values()].filter((event) => event.user === user).length
    const quarantined = { total: 0, events: [] }
    return { user, events, first: null, last: null, latest: [], quarantined }
  }

  async eraseUser(user: string): Promise<Receipt> {
    plantedFault(user)
    return {
      receipt: 'r_1',
      user: 'hmac:00',
      events: 1,
      decisions: 0,
      quarantined: 0,
      statistics: { status: 'subtracted', before: 'hmac:01', after: 'hmac:02', at: TIME },
      model: { status: 'pending', last: null, next: null, at: null },
      signature: 'hmac:03',
    }
  }

  async readReceipt(id: string): Promise<Receipt> {
    if (id !== 'r_1') throw new AdsumError('receipt_unknown', { receipt: id })
    return this.eraseUser('someone')
  }
}

export class MemoryFiles implements FilesApi {
  readonly uploads: Map<string, { readonly name: string; readonly bytes: number }> = new Map()
  /** Bytes after which the engine loses interest in an upload. */
  giveUpAfter = Number.POSITIVE_INFINITY

  async upload(name: string, body: AsyncIterable<Uint8Array>): Promise<FileView> {
    let bytes = 0
    for await (const chunk of body) {
      bytes += chunk.length
      if (bytes > this.giveUpAfter) throw new AdsumError('data_directory_full', { path: 'disk' })
    }
    const file = `f_${this.uploads.size + 1}`
    this.uploads.set(file, { name, bytes })
    return {
      file,
      name,
      bytes,
      format: 'csv',
      columns: [],
      mapping: null,
      preview: [],
      problems: [],
    }
  }

  async judge(file: string): Promise<Job> {
    return this.#start(file, 'verdict')
  }

  async makeApp(file: string): Promise<Job> {
    return this.#start(file, 'app')
  }

  async job(id: string): Promise<Job> {
    if (id !== 'j_1') throw new AdsumError('job_unknown', { job: id })
    return { job: id, kind: 'verdict', state: 'done', step: 'Done', progress: 1 }
  }

  #start(file: string, kind: Job['kind']): Job {
    if (!this.uploads.has(file)) throw new AdsumError('file_unknown', { file })
    return { job: 'j_1', kind, state: 'running', step: 'Reading', progress: 0 }
  }
}

/** An answer of the usual size: each choice with five reasons and the sum of the rest. */
export function cannedDecision(surface: string, limit: number): Decision {
  const reasons = Array.from({ length: 6 }, (_, index) => ({
    feature: `watched:m-${index}`,
    text: `You watched Harbour Lights, part ${index}, yesterday`,
    share: 1000 - index,
  }))
  const score = reasons.reduce((sum, { share }) => sum + share, 0)
  return {
    id: 'd_0',
    surface,
    model: 'm_0123456789abcdef',
    baseline: false,
    personalization: 'history',
    choices: Array.from({ length: limit }, (_, index) => ({
      item: `m-${index}`,
      title: `Item ${index}`,
      score,
      scale: 65536,
      propensity: 1,
      reasons,
    })),
  }
}
