import type { KeyObject } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { StoredReward } from '@adsum/engine/ports'
import { seal, sealingKey, unseal } from '../cipher.ts'
import { StorageFault } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'
import { nextRow, type TableRow } from './table-row.ts'

/**
 * Records of nobody in particular that share one key: a new key is derived for every million, which
 * keeps the number of random nonces per key far below the bound of GCM (2^32).
 */
const RECORDS_PER_SHARED_KEY = 2 ** 20

export const RECORDS_SCHEMA = `
  CREATE TABLE records (
    record INTEGER PRIMARY KEY,
    id     TEXT NOT NULL UNIQUE,   -- of the decision: random, says nothing of the person
    person INTEGER,                -- NULL: nobody in particular
    time   REAL NOT NULL,
    body   BLOB NOT NULL           -- sealed with the key of the person, or one of the app
  ) STRICT;
  CREATE INDEX records_by_person ON records (person) WHERE person IS NOT NULL;
  CREATE TABLE rewards (
    decision TEXT NOT NULL,
    reward   INTEGER NOT NULL,     -- counts from 0 within the decision
    body     BLOB NOT NULL,        -- value and time, sealed like the decision
    PRIMARY KEY (decision, reward)
  ) STRICT, WITHOUT ROWID`
/** From version 2 on: records that are read again in order. */
export const RECORD_KINDS_SCHEMA = `
  ALTER TABLE records ADD COLUMN kind TEXT;
  CREATE INDEX records_by_kind ON records (kind, record) WHERE kind IS NOT NULL`
const SELECT_LAST = 'SELECT coalesce(max(record), 0) AS last FROM records'
const SELECT_RECORD = 'SELECT record, person, time, body, kind FROM records WHERE id = ?'
const SELECT_KIND = `
  SELECT record, id, person, time, body FROM records WHERE kind = ? AND record > ?
  ORDER BY record LIMIT ?`
const SELECT_KIND_OF = `
  SELECT record, id, person, time, body FROM records WHERE person = ? AND kind = ?
  ORDER BY record`
const SELECT_NEXT = `
  SELECT record AS row, length(body) AS bytes FROM records WHERE record > ?
  ORDER BY record LIMIT 1`
const SELECT_ID = 'SELECT id FROM records WHERE record = ?'
const INSERT_RECORD =
  'INSERT OR REPLACE INTO records (record, id, person, time, body) VALUES (?, ?, ?, ?, ?)'
const INSERT_OF_KIND = `
  INSERT INTO records (record, id, person, time, body, kind) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO NOTHING`
const DELETE_RECORDS = 'DELETE FROM records WHERE person = ?'
const DELETE_RECORD = 'DELETE FROM records WHERE id = ?'
const DELETE_REWARDS_OF = 'DELETE FROM rewards WHERE decision = ?'
const SELECT_REWARDS = 'SELECT reward, body FROM rewards WHERE decision = ? ORDER BY reward'
const INSERT_REWARD = 'INSERT INTO rewards (decision, reward, body) VALUES (?, ?, ?)'
const DELETE_REWARDS =
  'DELETE FROM rewards WHERE decision IN (SELECT id FROM records WHERE person = ?)'

/** A record as the table knows it; `person` is null for nobody in particular. */
export interface PlacedRecord {
  readonly record: number
  readonly person: number | null
  readonly time: number
  readonly body: Uint8Array
  readonly kind: string | null
}

/** A record of a kind, with its rewards. */
export interface RecordInLog extends Omit<PlacedRecord, 'kind'> {
  readonly id: string
  readonly rewards: readonly StoredReward[]
}

/** A record as it stands, to be opened one by one: damage to one is none of the others'. */
export interface SealedRecord {
  readonly record: number
  /** @throws StorageFault `data_corrupt` */
  open(): RecordInLog
}

/** What a reward says, sealed: value, time, and its id where it has one. */
type RewardBody = [value: number | null, time: number, id?: string]

/** Decisions and the rewards that they got. */
export class RecordsTable {
  readonly #keys: AppKeys
  readonly #random: RandomStream
  readonly #lastRecord: StatementSync
  readonly #record: StatementSync
  readonly #ofKind: StatementSync
  readonly #ofKindAndPerson: StatementSync
  readonly #insertOfKind: StatementSync
  readonly #nextRecord: StatementSync
  readonly #idOf: StatementSync
  readonly #insertRecord: StatementSync
  readonly #deleteRecords: StatementSync
  readonly #deleteRecord: StatementSync
  readonly #deleteRewardsOf: StatementSync
  readonly #rewards: StatementSync
  readonly #insertReward: StatementSync
  readonly #deleteRewards: StatementSync
  #sharedKey: { readonly part: number; readonly key: KeyObject } | null = null

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#keys = keys
    this.#random = random
    this.#lastRecord = db.prepare(SELECT_LAST)
    this.#record = db.prepare(SELECT_RECORD)
    this.#ofKind = db.prepare(SELECT_KIND)
    this.#ofKindAndPerson = db.prepare(SELECT_KIND_OF)
    this.#insertOfKind = db.prepare(INSERT_OF_KIND)
    this.#nextRecord = db.prepare(SELECT_NEXT)
    this.#idOf = db.prepare(SELECT_ID)
    this.#insertRecord = db.prepare(INSERT_RECORD)
    this.#deleteRecords = db.prepare(DELETE_RECORDS)
    this.#deleteRecord = db.prepare(DELETE_RECORD)
    this.#deleteRewardsOf = db.prepare(DELETE_REWARDS_OF)
    this.#rewards = db.prepare(SELECT_REWARDS)
    this.#insertReward = db.prepare(INSERT_REWARD)
    this.#deleteRewards = db.prepare(DELETE_REWARDS)
  }

  /** The number that the next record gets. */
  next(): number {
    return (this.#lastRecord.get()?.last as number) + 1
  }

  /** Stores a record under a number; a record of the same id is replaced. */
  put(record: number, id: string, person: number | null, time: number, body: Uint8Array): void {
    const key = this.#keyOf(record, person)
    this.#insertRecord.run(record, id, person, time, seal(key, place(id), body, this.#random))
  }

  /** Stores a record of a kind, unless there is one of the same id; whether it did. */
  putOfKind(
    kind: string,
    record: number,
    id: string,
    person: number | null,
    time: number,
    body: Uint8Array,
  ): boolean {
    const sealed = seal(this.#keyOf(record, person), place(id), body, this.#random)
    return Number(this.#insertOfKind.run(record, id, person, time, sealed, kind).changes) > 0
  }

  find(id: string): PlacedRecord | null {
    const row = this.#record.get(id)
    if (row === undefined) return null
    return { ...this.#open(id, row), kind: row.kind as string | null }
  }

  /** Records of a kind after a number. */
  log(kind: string, after: number, limit: number): SealedRecord[] {
    return this.#ofKind.all(kind, after, limit).map((row) => this.#sealed(row))
  }

  /** Records of a kind of one person. */
  logOf(kind: string, person: number): SealedRecord[] {
    return this.#ofKindAndPerson.all(person, kind).map((row) => this.#sealed(row))
  }

  #sealed(row: Record<string, SQLOutputValue>): SealedRecord {
    return { record: row.record as number, open: () => this.#inLog(row) }
  }

  #inLog(row: Record<string, SQLOutputValue>): RecordInLog {
    const id = row.id as string
    const placed = this.#open(id, row)
    return { ...placed, id, rewards: this.rewards(placed, id) }
  }

  #open(id: string, row: Record<string, SQLOutputValue>): Omit<PlacedRecord, 'kind'> {
    const record = row.record as number
    const person = row.person as number | null
    const body = unseal(this.#keyOf(record, person), place(id), row.body as Uint8Array)
    return { record, person, time: row.time as number, body }
  }

  /** See `AppStore.appendReward`. */
  takeReward(reward: StoredReward): 'accepted' | 'duplicate' | 'conflict' | 'unknown' {
    const { decision, value, time, id } = reward
    const record = this.find(decision)
    if (record === null) return 'unknown'
    const known = this.rewards(record, decision)
    const same = known.find((one) =>
      id === undefined ? one.value === value && one.time === time : one.id === id,
    )
    if (same !== undefined) return same.value === value ? 'duplicate' : 'conflict'
    this.#addReward(record, known.length, reward)
    return 'accepted'
  }

  #addReward(of: PlacedRecord, count: number, { decision, value, time, id }: StoredReward): void {
    const said: RewardBody = id === undefined ? [value, time] : [value, time, id]
    const body = Buffer.from(JSON.stringify(said))
    const key = this.#keyOf(of.record, of.person)
    const sealed = seal(key, rewardPlace(decision, count), body, this.#random)
    this.#insertReward.run(decision, count, sealed)
  }

  rewards(of: Pick<PlacedRecord, 'record' | 'person'>, decision: string): StoredReward[] {
    const key = this.#keyOf(of.record, of.person)
    return this.#rewards.all(decision).map(({ reward, body }) => {
      const plain = unseal(key, rewardPlace(decision, reward as number), body as Uint8Array)
      const [value, time, id]: RewardBody = JSON.parse(plain.toString())
      return { decision, value, time, ...(id !== undefined && { id }) }
    })
  }

  /** The next record after a number; null when there is none. */
  nextRecord(after: number): TableRow | null {
    return nextRow(this.#nextRecord, after)
  }

  /** Opens a record with its rewards. @throws StorageFault `data_corrupt` */
  check(record: number): number {
    const id = String(this.#idOf.get(record)?.id)
    const found = this.find(id)
    if (found === null) throw new StorageFault('data_corrupt', { what: `decision ${id}` })
    this.rewards(found, id)
    return 1
  }

  /** Removes a person's decisions with their rewards; returns how many decisions there were. */
  remove(person: number): number {
    this.#deleteRewards.run(person)
    return Number(this.#deleteRecords.run(person).changes)
  }

  /** Removes records with their rewards; returns how many there were. */
  removeNamed(ids: readonly string[]): number {
    let removed = 0
    for (const id of ids) {
      this.#deleteRewardsOf.run(id)
      removed += Number(this.#deleteRecord.run(id).changes)
    }
    return removed
  }

  #keyOf(record: number, person: number | null): KeyObject {
    if (person !== null) return this.#keys.of(person)
    const part = Math.floor(record / RECORDS_PER_SHARED_KEY)
    if (this.#sharedKey?.part !== part) {
      this.#sharedKey = { part, key: sealingKey(this.#keys.derived(`records ${part}`)) }
    }
    return this.#sharedKey.key
  }
}

function place(id: string): string {
  return `decision ${id}`
}

function rewardPlace(decision: string, reward: number): string {
  return `reward ${reward} of decision ${decision}`
}
