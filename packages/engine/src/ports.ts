/**
 * The ports: what the engine needs of the world. `@adsum/storage` implements the store; the contract
 * suite in `@adsum/engine/testing` runs against every implementation.
 */

/** Where time comes from: milliseconds since 1970 UTC. */
export interface Clock {
  now(): number
}

/** Where unpredictable bytes come from (identifiers, keys). */
export interface Entropy {
  bytes(length: number): Uint8Array
}

/** An event as it stands in the log. */
export interface LoggedEvent {
  readonly id: string
  readonly type: string
  readonly user: string
  readonly item: string | null
  readonly value: number | null
  /** Event time, milliseconds since 1970 UTC; the time of receipt when the sender gave none. */
  readonly time: number
  /** False when the sender gave no time: such events keep the order of their ids. */
  readonly timeKnown: boolean
  readonly received: number
  /** Context as recorded with the event. */
  readonly context: Readonly<Record<string, string | number | boolean | null>> | null
}

/** What became of one appended event. A conflict is the same id with another content. */
export interface AppendOutcome {
  readonly status: 'accepted' | 'duplicate' | 'conflict'
  /** Position in the log, counted in events; of the stored one where it was a duplicate. */
  readonly position: number
}

/** An item of the catalogue. `number` is its append-only number within the app, from 0. */
export interface StoredItem {
  readonly type: string
  readonly id: string
  readonly number: number
  readonly attributes: Readonly<
    Record<string, string | number | boolean | null | readonly string[]>
  >
}

/** One decision at rest: bytes are opaque to the store. */
export interface StoredRecord {
  readonly id: string
  /** The person the record belongs to; goes with them. */
  readonly user: string | null
  readonly time: number
  readonly body: Uint8Array
}

export interface StoredReward {
  readonly decision: string
  readonly value: number
  readonly time: number
}

/** A published model: file named by its content, manifest beside it. */
export interface ModelManifest {
  readonly id: string
  /** Events of the log that it has seen. */
  readonly logPosition: number
  /** Erasures that it has seen. */
  readonly erasures: number
  readonly fittedAt: number
  readonly seconds: number
  readonly features: number
  readonly bytes: number
}

/** What erasing a person removed. */
export interface ErasedCounts {
  readonly events: number
  readonly decisions: number
}

export interface StoreTotals {
  /** Events ever accepted: the log position. Erasing does not turn it back. */
  readonly position: number
  readonly events: number
  readonly users: number
  readonly items: number
  /** Erasures carried out so far. */
  readonly erasures: number
}

/** Everything at rest of one app. A promise of a write resolves when the bytes are synced to disk. */
export interface AppStore {
  readonly name: string
  /** Appends in order; the outcomes are in the order of the input. All of the batch or nothing. */
  appendEvents(events: readonly LoggedEvent[]): Promise<AppendOutcome[]>
  /** Everything recorded for one person, in canonical order (time, then id). */
  readUser(user: string): Promise<LoggedEvent[]>
  /** Every person with their events in canonical order, one person at a time, people by name. */
  readPeople(): AsyncIterable<{ readonly user: string; readonly events: LoggedEvent[] }>
  putItems(items: readonly Omit<StoredItem, 'number'>[]): Promise<StoredItem[]>
  readItems(): Promise<StoredItem[]>
  /** Queues records; resolves when they are synced. Bounded by {@link RECORD_QUEUE_BYTES_MAX}. */
  appendRecords(records: readonly StoredRecord[]): Promise<void>
  readRecord(id: string): Promise<StoredRecord | null>
  /** `duplicate` when this decision already has a reward of the same value and time. */
  appendReward(reward: StoredReward): Promise<'accepted' | 'duplicate'>
  readRewards(decision: string): Promise<StoredReward[]>
  /**
   * Forgets a person: events, decisions, rewards, keys. When it resolves no byte of the person's id or
   * content is in any file of the app (deleted pages overwritten, write-ahead log truncated).
   */
  eraseUser(user: string): Promise<ErasedCounts>
  /** A keyed pseudonym of a person, the same for the app's life: `hmac:` and hex. */
  pseudonym(user: string): Promise<string>
  /** The app's secret for fingerprints of statistics and signatures of receipts: 32 bytes. */
  secret(): Promise<Uint8Array>
  /** Small JSON documents by key (declaration, receipts): replaced whole. */
  putDocument(key: string, value: string): Promise<void>
  readDocument(key: string): Promise<string | null>
  /** Keys that start with the prefix, in order. */
  listDocuments(prefix: string): Promise<string[]>
  /** Writes the model (temporary file, sync, rename, sync of the folder) and makes it the current one. */
  publishModel(manifest: ModelManifest, bytes: Uint8Array): Promise<void>
  currentModel(): Promise<{ readonly manifest: ModelManifest; readonly bytes: Uint8Array } | null>
  /** Destroys every model but the named one (or all), files overwritten and unlinked. */
  destroyModels(keep: string | null): Promise<string[]>
  totals(): Promise<StoreTotals>
  close(): Promise<void>
}

/** One data directory. Opening takes an exclusive lock; two processes never share one. */
export interface Storage {
  readonly path: string
  listApps(): Promise<string[]>
  /** Opens an app's store, making it when it does not exist. */
  openApp(name: string): Promise<AppStore>
  removeApp(name: string): Promise<void>
  close(): Promise<void>
}

/** Bytes of records waiting to be written, per app; beyond it the engine is refused with `overloaded`. */
export const RECORD_QUEUE_BYTES_MAX: number = 64 * 1024 * 1024
