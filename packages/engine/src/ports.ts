/**
 * The ports: what the engine needs of the world. `@adsum/storage` implements the store; the contract
 * suite in `@adsum/engine/testing` runs against every implementation.
 */

import type { AccessKeyKind, ErrorCode, PublicJwk, Scope } from '@adsum/protocol'

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
  /**
   * Event time, milliseconds since 1970 UTC: by the server's clock where that of the sender could be
   * corrected (see `ingest/event-time.ts`), the time of receipt when the sender gave none.
   */
  readonly time: number
  /** False when the sender gave no time: such events keep the order of their ids. */
  readonly timeKnown: boolean
  /** When it happened by the sender's clock, as sent; null when the sender gave no time. */
  readonly original: number | null
  /** When it was sent by the sender's clock; null when the sender did not say. */
  readonly sent: number | null
  readonly received: number
  /** Context as recorded with the event. */
  readonly context: Readonly<Record<string, string | number | boolean | null>> | null
}

/**
 * What became of one appended event. A conflict is the same id with another content; content is what
 * the sender said, so that a retry which is sent, received and corrected otherwise is a duplicate.
 */
export interface AppendOutcome {
  readonly status: 'accepted' | 'duplicate' | 'conflict'
  /** Position in the log, counted in events; of the stored one where it was a duplicate. */
  readonly position: number
}

/** Why an event was not taken. */
export interface Refusal {
  readonly code: ErrorCode
  readonly message: string
  /** Where in the event the fault lies; empty when it is the whole. */
  readonly path: string
  /** Of an event of the future: the moment from which it is taken, ISO 8601. */
  readonly until?: string
}

/** An event that was understood but not taken, as it came. */
export interface RefusedEvent {
  /** Whose it is: kept with their key, erased with them. */
  readonly user: string
  /** The id that its sender gave it. */
  readonly event: string
  /** The way it came: `events`, or the name of a dialect. */
  readonly source: string
  readonly refusal: Refusal
  readonly sent: number | null
  readonly received: number
  /** What the sender said, as canonical JSON: of a retry only the first is kept. */
  readonly raw: string
}

/** A refused event in quarantine. */
export interface QuarantinedEvent extends RefusedEvent {
  /** `q_` and hexadecimal digits, the same for the same content from the same source. */
  readonly id: string
  /** Counts up as events come in. */
  readonly number: number
}

export interface QuarantineQuery {
  readonly limit: number
  /** Only those refused with this code. */
  readonly code?: string
  /** Only those of this person; goes with `limit` alone. */
  readonly user?: string
  /** Only these. */
  readonly ids?: readonly string[]
  /** Oldest first, and only those that came in after the one of this number; else newest first. */
  readonly after?: number
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
  /** Of records that are read again in the order in which they were appended: what they are. */
  readonly kind?: string
}

/** What became known of a decision afterwards. */
export interface StoredReward {
  readonly decision: string
  /** What it was worth; `null` says that a decision prepared ahead was activated. */
  readonly value: number | null
  /** When that happened, milliseconds since 1970 UTC. */
  readonly time: number
  /** Names it among the rewards of its decision, where its sender did. */
  readonly id?: string
}

/** A record of a kind with everything that became known of it, in the order of arrival. */
export interface LoggedRecord {
  /** Counts up as records are appended. */
  readonly number: number
  readonly record: StoredRecord
  readonly rewards: readonly StoredReward[]
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
  /** Events in quarantine. */
  readonly quarantined: number
}

export interface StoreTotals {
  /** Events ever accepted: the log position. Erasing does not turn it back. */
  readonly position: number
  readonly events: number
  readonly users: number
  readonly items: number
  /** Erasures carried out so far. */
  readonly erasures: number
  /** Events in quarantine. */
  readonly quarantined: number
}

/** Upper bounds of the buckets in which the latencies of writes are counted, milliseconds. */
export const SYNC_BUCKETS_MS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 250, 1_000, 5_000]

/** Latencies of writes, from being handed to the store until they are synced. */
export interface SyncCounts {
  /** {@link SYNC_BUCKETS_MS}. */
  readonly boundsMs: readonly number[]
  /** For each bound the writes that took no longer. */
  readonly atMost: readonly number[]
  readonly total: number
  readonly sumMs: number
}

/** How busy a store is. */
export interface StoreLoad {
  /** Bytes of events and records that wait to be synced, about. */
  readonly queuedBytes: number
  /** How long writes take at present, milliseconds: a running mean, or the age of the oldest under way. */
  readonly syncMs: number
  readonly syncs: SyncCounts
  /** Transactions of events since the app was opened; writes that arrive together share one. */
  readonly groups: number
}

/** Somebody whose events cannot be read: something of theirs is not what was written. */
export interface DamagedPerson {
  /** Null when not even their id can be read. */
  readonly user: string | null
  /** What is damaged, in words that name nobody. */
  readonly what: string
}

/**
 * Everything at rest of one app. A promise of a write resolves when the bytes are synced to disk. Events
 * and people are written, read and erased in the order of asking: what is asked for in one go has nothing
 * of others in between.
 */
export interface AppStore {
  readonly name: string
  /** What had changed in the files when the app was opened and was put right, naming nobody. */
  readonly repaired: readonly string[]
  /** What is damaged of the records that {@link readLog} and {@link readLogOf} left out so far. */
  readonly leftOut: readonly string[]
  /** Appends in order; the outcomes are in the order of the input. All of the batch or nothing. */
  appendEvents(events: readonly LoggedEvent[]): Promise<AppendOutcome[]>
  /** Everything recorded for one person, in canonical order (time, then id). */
  readUser(user: string): Promise<LoggedEvent[]>
  /**
   * Every person with their events in canonical order, one person at a time, people by name.
   * @param onDamaged told of people who cannot be read, who are left out; without it they are errors
   */
  readPeople(
    onDamaged?: (person: DamagedPerson) => void,
  ): AsyncIterable<{ readonly user: string; readonly events: LoggedEvent[] }>
  /**
   * Keeps refused events apart: `kept`, `known` when the same was kept before, `full` when there is no
   * room ({@link QUARANTINE_EVENTS_MAX}, {@link QUARANTINE_BYTES_MAX}) and nothing of it was kept.
   */
  quarantine(events: readonly RefusedEvent[]): Promise<('kept' | 'known' | 'full')[]>
  readQuarantine(query: QuarantineQuery): Promise<QuarantinedEvent[]>
  /** How many are in quarantine, of this code or of this person where one is given. */
  countQuarantine(of?: Pick<QuarantineQuery, 'code' | 'user'>): Promise<number>
  /** Gives quarantined events a newer reason; those that are gone stay gone. */
  refuseAgain(
    refusals: readonly { readonly id: string; readonly refusal: Refusal }[],
  ): Promise<void>
  /** Removes events from quarantine; how many of them were there. */
  removeQuarantined(ids: readonly string[]): Promise<number>
  putItems(items: readonly Omit<StoredItem, 'number'>[]): Promise<StoredItem[]>
  readItems(): Promise<StoredItem[]>
  /**
   * Queues records; resolves when they are synced. Bounded by {@link RECORD_QUEUE_BYTES_MAX}. A record
   * replaces an earlier one of the same id, unless it is of a kind: then the earlier one stays.
   * @returns ids of the records of a kind that were there before
   */
  appendRecords(records: readonly StoredRecord[]): Promise<string[]>
  readRecord(id: string): Promise<StoredRecord | null>
  /** Removes records with their rewards; how many of them were there. */
  removeRecords(ids: readonly string[]): Promise<number>
  /** Records of a kind that came after the one of this number (0: the first), in order, at most `limit`. */
  readLog(kind: string, after: number, limit: number): Promise<LoggedRecord[]>
  /** Records of a kind of one person, in order. */
  readLogOf(kind: string, user: string): Promise<LoggedRecord[]>
  /**
   * `duplicate` when the decision already has a reward of the same id and value, or without an id of the
   * same value and time; `conflict` when one of the same id has another value. Nothing is stored then.
   */
  appendReward(reward: StoredReward): Promise<'accepted' | 'duplicate' | 'conflict'>
  /** {@link appendReward} of many at once, in order. Of a decision that is not there: `unknown`. */
  appendRewards(
    rewards: readonly StoredReward[],
  ): Promise<('accepted' | 'duplicate' | 'conflict' | 'unknown')[]>
  readRewards(decision: string): Promise<StoredReward[]>
  /**
   * Forgets a person: events, quarantined ones as well, decisions, rewards, keys. When it resolves no byte of the person's id or
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
  /** How busy the store is, at once. */
  load(): StoreLoad
  /**
   * Reads and checks everything at rest, page by page between writes, and does not stop at damage.
   * @param onProgress told how much is done, 0 to 1
   */
  scrub(onProgress?: (done: number) => void): Promise<ScrubReport>
  close(): Promise<void>
}

/** An access key at rest: who may ask, and what. The text of a key is not kept, only its keyed hash. */
export interface StoredAccessKey {
  readonly id: string
  readonly kind: AccessKeyKind
  /** The app that it is for; `*` for every app. */
  readonly app: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** {@link AccessKeyStore.hash} of the secret; `null` for verification keys. */
  readonly hash: string | null
  /** Origins of the pages that may use it, as browsers send them. */
  readonly origins: readonly string[]
  /** Whether requests without an origin are refused. */
  readonly browsersOnly: boolean
  /** Of verification keys: the public key. */
  readonly jwk: PublicJwk | null
  /** Milliseconds since 1970 UTC, as `expires` and `revoked`. */
  readonly created: number
  readonly expires: number | null
  readonly revoked: number | null
  /** The UTC day of its last use, such as `2026-11-21`. */
  readonly lastUsed: string | null
}

/** The access keys of one data directory. */
export interface AccessKeyStore {
  /** @throws AdsumError `data_corrupt` */
  list(): Promise<StoredAccessKey[]>
  /** Replaces them all; resolves when they are synced to disk. */
  replace(keys: readonly StoredAccessKey[]): Promise<void>
  /** A keyed hash in hex, the same for the life of the data directory: 256 bits. */
  hash(secret: string): string
}

/** An app as it stood when its log was copied into a backup. */
export interface BackedUpApp extends StoreTotals {
  readonly name: string
  /** The number that the next new person would have had. */
  readonly nextPerson: number
  /** Tells the app's keys from others and tells nothing else of them. */
  readonly keysMark: string
}

export interface BackupRequest {
  /** A new folder; null for one in the data directory that is called after the time. */
  readonly folder: string | null
  /** Whether the keys are copied too, into the folder `<folder>-keys`. */
  readonly withKeys: boolean
  /** Told how much is done, 0 to 1. */
  readonly onProgress?: (done: number) => void
}

export interface BackupReport {
  readonly folder: string
  /** The folder of the keys; null when they were not asked for. */
  readonly keys: string | null
  /** Bytes of the files, without those of the keys. */
  readonly bytes: number
  /** When it was begun, ISO 8601. */
  readonly made: string
  readonly apps: readonly BackedUpApp[]
}

/** What reading everything at rest of an app found. */
export interface ScrubReport {
  readonly app: string
  /** How many of each are intact. */
  readonly people: number
  readonly events: number
  readonly quarantined: number
  readonly records: number
  readonly items: number
  readonly documents: number
  readonly models: number
  /** Bits of the files that had changed since the app was opened or before, and were put right. */
  readonly repaired: readonly string[]
  /** The first {@link DAMAGE_MAX} pieces of damage, naming nobody: people by their numbers. */
  readonly damage: readonly string[]
  /** All of it, listed or not. */
  readonly damaged: number
}

/** One data directory. Opening takes an exclusive lock; two processes never share one. */
export interface Storage {
  readonly path: string
  readonly accessKeys: AccessKeyStore
  listApps(): Promise<string[]>
  /** Opens an app's store, making it when it does not exist. */
  openApp(name: string): Promise<AppStore>
  removeApp(name: string): Promise<void>
  /**
   * Copies everything that was acknowledged before, and perhaps some that came after, while the store
   * goes on. Backups are made one after the other.
   */
  backup(request: BackupRequest): Promise<BackupReport>
  /** {@link AppStore.scrub} of every app; what cannot even be opened is damage. */
  scrub(onProgress?: (app: string, done: number) => void): Promise<ScrubReport[]>
  close(): Promise<void>
}

/** Pieces of damage that are listed, per app. */
export const DAMAGE_MAX: number = 1_000

/** Events in quarantine, per app. */
export const QUARANTINE_EVENTS_MAX: number = 100_000
/** Bytes that the events in quarantine take, sealed, per app. */
export const QUARANTINE_BYTES_MAX: number = 64 * 1024 * 1024
/** Bytes of records waiting to be written, per app; beyond it the engine is refused with `overloaded`. */
export const RECORD_QUEUE_BYTES_MAX: number = 64 * 1024 * 1024
