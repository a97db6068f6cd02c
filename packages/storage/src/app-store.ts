import {
  type AppendOutcome,
  type AppStore,
  DAMAGE_MAX,
  type DamagedPerson,
  type ErasedCounts,
  type LoggedEvent,
  type LoggedRecord,
  type ModelManifest,
  type QuarantinedEvent,
  type QuarantineQuery,
  RECORD_QUEUE_BYTES_MAX,
  type Refusal,
  type RefusedEvent,
  type ScrubReport,
  type StoredItem,
  type StoredRecord,
  type StoredReward,
  type StoreLoad,
  type StoreTotals,
} from '@adsum/engine/ports'
import { AdsumError } from '@adsum/protocol'
import { type AppCopy, type AppCopySource, copyApp } from './app-copy.ts'
import type { KeylessCounts } from './app-data.ts'
import { keyedHash } from './cipher.ts'
import type { DataLayout } from './data-layout.ts'
import { decodeInOrder, packEvents } from './event-coding.ts'
import { faultOf, unlessDamaged } from './fault.ts'
import { LockedFiles } from './file-copies.ts'
import {
  type AppSecrets,
  type Input,
  type OpenedApp,
  type OperationName,
  OUTCOME_STATUSES,
  type Output,
  type PeoplePage,
  type PeopleRun,
  type PersonRows,
  type RecordBatch,
  type RecordsOfKind,
} from './messages.ts'
import { ModelFiles } from './model-files.ts'
import { inNameOrder, nextOf } from './people-order.ts'
import { type ModelCheck, scrubApp } from './scrub-app.ts'
import { SyncLatency } from './sync-latency.ts'
import { adsumError, type WriterThread } from './writer-thread.ts'

/** Characters of event rows waiting to be written, per app; beyond it appending is refused. */
const EVENT_QUEUE_CHARACTERS_MAX = 64 * 1024 * 1024
/** People asked for in one page; the writer thread takes as many of them as fill it. */
const PAGE_PEOPLE_MAX = 512
/** Bytes of a pseudonym: 32 hexadecimal digits. */
const PSEUDONYM_BYTES = 16

/** One app's store: packs what is written, unpacks what is read, counts what waits. */
export class SqliteAppStore implements AppStore {
  readonly name: string
  readonly repaired: readonly string[]
  readonly #leftOut: Set<string> = new Set()
  readonly #thread: WriterThread
  readonly #secrets: AppSecrets
  readonly #models: ModelFiles
  readonly #layout: DataLayout
  readonly #locked: LockedFiles = new LockedFiles()
  readonly #onClose: () => void
  /** Readers of all people at work, and who was erased since the first of them began. */
  #readers = 0
  readonly #erasedMeanwhile: Set<string> = new Set()
  /** Ends when the last change of models asked for is done. */
  #modelWork: Promise<unknown> = Promise.resolve()
  #queuedRecordBytes = 0
  #queuedEventCharacters = 0
  readonly #latency = new SyncLatency()
  #groups = 0
  #isClosed = false

  private constructor(
    name: string,
    thread: WriterThread,
    secrets: OpenedApp,
    models: ModelFiles,
    layout: DataLayout,
    onClose: () => void,
  ) {
    this.name = name
    this.#thread = thread
    this.repaired = secrets.repaired
    this.#secrets = secrets
    this.#models = models
    this.#layout = layout
    this.#onClose = onClose
  }

  /** Opens an app in the writer thread and destroys model files that a crash left over. */
  static async open(
    name: string,
    thread: WriterThread,
    layout: DataLayout,
    onClose: () => void,
  ): Promise<SqliteAppStore> {
    return atBoundary(layout.path, async () => {
      const models = new ModelFiles(layout.models(name))
      const secrets = await thread.ask(name, 'open', null)
      const published = await thread.ask(name, 'readModels', null)
      await models.sweep(published.map(({ manifest }) => manifest.id))
      return new SqliteAppStore(name, thread, secrets, models, layout, onClose)
    })
  }

  async appendEvents(events: readonly LoggedEvent[]): Promise<AppendOutcome[]> {
    return atBoundary(this.#models.folder, async () => {
      this.#requireRoom()
      const batch = packEvents(events)
      const { statuses, positions, group } = await this.#whileQueued(batch.rows.length, async () =>
        this.#latency.measure(this.#ask('appendEvents', batch)),
      )
      this.#groups = group + 1
      return Array.from(statuses, (status, at) => ({
        status: OUTCOME_STATUSES[status] as AppendOutcome['status'],
        position: positions[at] as number,
      }))
    })
  }

  async readUser(user: string): Promise<LoggedEvent[]> {
    return this.#atBoundary(async () => {
      const rows = await this.#ask('readUser', user)
      return rows === null ? [] : decodeInOrder(rows)
    })
  }

  /**
   * A person is as they stand when their page is read, unless they are erased before their turn; people
   * who come later are not included.
   */
  async *readPeople(
    onDamaged: (person: DamagedPerson) => void = ({ what }) => {
      throw new AdsumError('data_corrupt', { what })
    },
  ): AsyncGenerator<{ readonly user: string; readonly events: LoggedEvent[] }> {
    this.#readers++
    try {
      for await (const page of this.#pages(onDamaged)) {
        const { user } = page
        const rows = this.#erasedMeanwhile.has(user) ? await this.#ask('readUser', user) : page
        if (rows === null || rows.rows === '') continue
        const events = decodeUnlessDamaged(rows, onDamaged)
        if (events !== null) yield { user, events }
      }
    } finally {
      this.#readers--
      if (this.#readers === 0) this.#erasedMeanwhile.clear()
    }
  }

  /** People page by page; the next page is read while one is used. */
  async *#pages(onDamaged: (person: DamagedPerson) => void): AsyncGenerator<PersonRows> {
    const runs = await this.#listPeople()
    for (const what of runs.flatMap(({ damaged }) => damaged)) onDamaged({ user: null, what })
    const order = inNameOrder(runs)
    let numbers: number[] = []
    const askFor = (left: readonly number[]): Promise<PeoplePage> => {
      numbers = [...left, ...nextOf(order, PAGE_PEOPLE_MAX - left.length)]
      const page = this.#ask('readPeople', Uint32Array.from(numbers))
      // Its failure surfaces when its turn comes, which may be never.
      page.catch(() => undefined)
      return page
    }
    let next = askFor([])
    while (numbers.length > 0) {
      const { taken, people, damaged } = await next
      next = askFor(numbers.slice(taken))
      for (const person of damaged) onDamaged(person)
      yield* people
    }
  }

  async #listPeople(): Promise<PeopleRun[]> {
    const runs: PeopleRun[] = []
    for (let after: number | null = -1; after !== null; ) {
      const run: PeopleRun = await this.#ask('listPeople', after)
      runs.push(run)
      after = run.last
    }
    return runs
  }

  async quarantine(events: readonly RefusedEvent[]): Promise<('kept' | 'known' | 'full')[]> {
    const characters = events.reduce((sum, { raw }) => sum + raw.length, 0)
    return this.#whileQueued(characters, async () => this.#ask('quarantine', events))
  }

  async readQuarantine(query: QuarantineQuery): Promise<QuarantinedEvent[]> {
    return this.#ask('readQuarantine', query)
  }

  async countQuarantine(of: Pick<QuarantineQuery, 'code' | 'user'> = {}): Promise<number> {
    return this.#ask('countQuarantine', of)
  }

  async refuseAgain(
    refusals: readonly { readonly id: string; readonly refusal: Refusal }[],
  ): Promise<void> {
    await this.#ask('refuseAgain', refusals)
  }

  async removeQuarantined(ids: readonly string[]): Promise<number> {
    return this.#ask('removeQuarantined', ids)
  }

  async putItems(items: readonly Omit<StoredItem, 'number'>[]): Promise<StoredItem[]> {
    const plain = items.map(({ type, id, attributes }) => ({ type, id, attributes }))
    return this.#ask('putItems', plain)
  }

  async readItems(): Promise<StoredItem[]> {
    return this.#ask('readItems', null)
  }

  async appendRecords(records: readonly StoredRecord[]): Promise<string[]> {
    const bytes = records.reduce((sum, { body }) => sum + body.length, 0)
    if (this.#queuedRecordBytes + bytes > RECORD_QUEUE_BYTES_MAX) throw new AdsumError('overloaded')
    this.#queuedRecordBytes += bytes
    try {
      const batch = packRecords(records, bytes)
      return await this.#ask('appendRecords', batch, [batch.bodies.buffer])
    } finally {
      this.#queuedRecordBytes -= bytes
    }
  }

  async readRecord(id: string): Promise<StoredRecord | null> {
    const record = await this.#ask('readRecord', id)
    return record === null ? null : { id, ...record }
  }

  async removeRecords(ids: readonly string[]): Promise<number> {
    return this.#ask('removeRecords', ids)
  }

  async readLog(kind: string, after: number, limit: number): Promise<LoggedRecord[]> {
    return this.#intact(await this.#ask('readLog', { kind, after, limit }))
  }

  async readLogOf(kind: string, user: string): Promise<LoggedRecord[]> {
    return this.#intact(await this.#ask('readLogOf', { kind, user }))
  }

  #intact({ records, damaged }: RecordsOfKind): LoggedRecord[] {
    for (const what of damaged) if (this.#leftOut.size < DAMAGE_MAX) this.#leftOut.add(what)
    return records
  }

  get leftOut(): readonly string[] {
    return [...this.#leftOut]
  }

  async appendReward(reward: StoredReward): Promise<'accepted' | 'duplicate' | 'conflict'> {
    const [status] = await this.appendRewards([reward])
    if (status !== undefined && status !== 'unknown') return status
    throw new AdsumError('decision_unknown', { decision: reward.decision })
  }

  async appendRewards(
    rewards: readonly StoredReward[],
  ): Promise<('accepted' | 'duplicate' | 'conflict' | 'unknown')[]> {
    return this.#ask('appendRewards', rewards)
  }

  async readRewards(decision: string): Promise<StoredReward[]> {
    return this.#ask('readRewards', decision)
  }

  async eraseUser(user: string): Promise<ErasedCounts> {
    if (this.#readers > 0) this.#erasedMeanwhile.add(user)
    return this.#ask('erase', user)
  }

  async pseudonym(user: string): Promise<string> {
    const digest = keyedHash(this.#secrets.pseudonym, JSON.stringify(user))
    return `hmac:${digest.toString('hex', 0, PSEUDONYM_BYTES)}`
  }

  async secret(): Promise<Uint8Array> {
    return Uint8Array.from(this.#secrets.secret)
  }

  async putDocument(key: string, value: string): Promise<void> {
    await this.#ask('putDocument', { key, value })
  }

  async readDocument(key: string): Promise<string | null> {
    return this.#ask('readDocument', key)
  }

  async listDocuments(prefix: string): Promise<string[]> {
    return this.#ask('listDocuments', prefix)
  }

  async publishModel(manifest: ModelManifest, bytes: Uint8Array): Promise<void> {
    await this.#withModels(async () => {
      const sha256 = await this.#models.write(manifest.id, bytes)
      await this.#ask('putModel', { manifest, sha256 })
    })
  }

  async currentModel(): Promise<{
    readonly manifest: ModelManifest
    readonly bytes: Uint8Array
  } | null> {
    return this.#withModels(async () => {
      const current = (await this.#ask('readModels', null)).at(-1)
      if (current === undefined) return null
      const bytes = await this.#models.read(current.manifest.id, current.sha256)
      return { manifest: current.manifest, bytes }
    })
  }

  async destroyModels(keep: string | null): Promise<string[]> {
    return this.#withModels(async () => {
      const published = (await this.#ask('readModels', null)).map(({ manifest }) => manifest.id)
      const destroyed = published.filter((id) => id !== keep)
      await this.#ask('removeModels', destroyed)
      await this.#models.sweep(published.filter((id) => id === keep))
      return destroyed
    })
  }

  async totals(): Promise<StoreTotals> {
    return this.#ask('totals', null)
  }

  async scrub(onProgress: (done: number) => void = () => undefined): Promise<ScrubReport> {
    return scrubApp(
      {
        name: this.name,
        ask: async (page) => this.#ask('scrub', page),
        totals: async () => this.totals(),
        checkModels: async () => this.#withModels(async () => this.#checkModels()),
      },
      onProgress,
    )
  }

  /** Tells the app's keys from those of another; a keyed hash, so that it says nothing of them. */
  get keysMark(): string {
    return keyedHash(this.#secrets.secret, 'mark of the keys').toString('hex')
  }

  /** Copies the app into a backup, see {@link copyApp}. */
  async copyTo(
    folder: string,
    keys: string | null,
    onProgress: (done: number) => void,
  ): Promise<AppCopy | null> {
    const source: AppCopySource = {
      name: this.name,
      layout: this.#layout,
      locked: this.#locked,
      keysMark: this.keysMark,
      begin: async () => this.#ask('beginCopy', null),
      end: async () => this.#ask('endCopy', null),
      withModels: async (work) => this.#withModels(work),
    }
    return copyApp(source, folder, keys, onProgress)
  }

  /** Removes everybody whose key is gone; then there may be no model that had learned from them. */
  async removeKeyless(): Promise<KeylessCounts> {
    const counts = await this.#ask('removeKeyless', null)
    if (counts.people > 0) await this.destroyModels(null)
    return counts
  }

  load(): StoreLoad {
    return {
      queuedBytes: this.#queuedEventCharacters + this.#queuedRecordBytes,
      syncMs: this.#latency.milliseconds,
      syncs: this.#latency.counts,
      groups: this.#groups,
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#onClose()
    await this.#thread.ask(this.name, 'close', null)
    this.#locked.close()
  }

  /** To be called when the app was removed: its databases are closed. */
  releaseFiles(): void {
    this.#locked.close()
  }

  /** What is wrong with which model. */
  async #checkModels(): Promise<ModelCheck> {
    const published = await this.#ask('readModels', null)
    const damage: string[] = []
    for (const { manifest, sha256 } of published) {
      try {
        await this.#models.read(manifest.id, sha256)
      } catch (error) {
        damage.push(`model ${manifest.id}: ${faultOf(error, this.#models.folder).message}`)
      }
    }
    return { intact: published.length - damage.length, damage }
  }

  /** One after the other: a file without its row yet must not look like one left over from a crash. */
  async #withModels<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#modelWork.then(() => atBoundary(this.#models.folder, work))
    this.#modelWork = done.catch(() => undefined)
    return done
  }

  /** @throws AdsumError `overloaded` */
  #requireRoom(): void {
    if (this.#queuedEventCharacters >= EVENT_QUEUE_CHARACTERS_MAX)
      throw new AdsumError('overloaded')
  }

  /** Counts characters as waiting while work is under way. @throws AdsumError `overloaded` */
  async #whileQueued<T>(characters: number, work: () => Promise<T>): Promise<T> {
    this.#requireRoom()
    this.#queuedEventCharacters += characters
    try {
      return await work()
    } finally {
      this.#queuedEventCharacters -= characters
    }
  }

  /** Failures of unpacking have codes too. */
  async #atBoundary<T>(work: () => Promise<T>): Promise<T> {
    return atBoundary(this.#models.folder, work)
  }

  async #ask<Name extends OperationName>(
    operation: Name,
    input: Input<Name>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Output<Name>> {
    return this.#thread.ask(this.name, operation, input, transfer)
  }
}

/** The events in rows; null when they are damaged, which is then told. */
function decodeUnlessDamaged(
  rows: PersonRows,
  onDamaged: (person: DamagedPerson) => void,
): LoggedEvent[] | null {
  const damage: string[] = []
  const events = unlessDamaged(damage, () => decodeInOrder(rows))
  for (const what of damage) onDamaged({ user: rows.user, what })
  return events
}

/** Copies the bodies, so that the caller's bytes stay theirs. */
function packRecords(records: readonly StoredRecord[], bytes: number): RecordBatch {
  const bodies = new Uint8Array(bytes)
  let at = 0
  for (const { body } of records) {
    bodies.set(body, at)
    at += body.length
  }
  return {
    ids: records.map(({ id }) => id),
    users: records.map(({ user }) => user),
    times: records.map(({ time }) => time),
    kinds: records.map(({ kind }) => kind),
    lengths: records.map(({ body }) => body.length),
    bodies,
  }
}

/** Runs work on files at `path`; what it throws has a code. */
async function atBoundary<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw adsumError(error, path)
  }
}
