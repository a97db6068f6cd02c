import type { DatabaseSync } from 'node:sqlite'
import {
  QUARANTINE_BYTES_MAX,
  QUARANTINE_EVENTS_MAX,
  type QuarantinedEvent,
  type QuarantineQuery,
  type Refusal,
  type RefusedEvent,
} from '@adsum/engine/ports'
import { prefixHash, SEAL_BYTES, seal, unseal } from '../cipher.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'
import type { PeopleTable } from './people-table.ts'
import { nextRow, type TableRow } from './table-row.ts'
import type { TotalsTable } from './totals-table.ts'

/** Bytes of the keyed hash that is an event's identity here. */
const IDENTITY_BYTES = 16
const ID_PREFIX = 'q_'

export const QUARANTINE_SCHEMA = `
  CREATE TABLE quarantine (
    number   INTEGER PRIMARY KEY,  -- counts up as events come in
    identity BLOB NOT NULL UNIQUE, -- keyed hash of source, person and content
    person   INTEGER NOT NULL,
    code     TEXT NOT NULL,        -- why it was refused
    body     BLOB NOT NULL         -- the rest, sealed with the person's key
  ) STRICT;
  CREATE INDEX quarantine_by_person ON quarantine (person);
  CREATE INDEX quarantine_by_code ON quarantine (code)`
const COLUMNS = 'number, identity, person, code, body'
const SELECT_NEWEST = `SELECT ${COLUMNS} FROM quarantine ORDER BY number DESC LIMIT ?`
const SELECT_NEWEST_OF_CODE = `
  SELECT ${COLUMNS} FROM quarantine WHERE code = ? ORDER BY number DESC LIMIT ?`
const SELECT_NEWEST_OF_PERSON = `
  SELECT ${COLUMNS} FROM quarantine WHERE person = ? ORDER BY number DESC LIMIT ?`
const SELECT_AFTER = `SELECT ${COLUMNS} FROM quarantine WHERE number > ? ORDER BY number LIMIT ?`
const SELECT_ONE = `SELECT ${COLUMNS} FROM quarantine WHERE identity = ?`
const SELECT_LAST = 'SELECT coalesce(max(number), 0) AS last FROM quarantine'
const COUNT_OF_CODE = 'SELECT count(*) AS count FROM quarantine WHERE code = ?'
const SUM_OF_PERSON = `
  SELECT count(*) AS events, coalesce(sum(length(body)), 0) AS bytes
  FROM quarantine WHERE person = ?`
const INSERT = `INSERT INTO quarantine (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`
const UPDATE = 'UPDATE quarantine SET code = ?, body = ? WHERE number = ?'
const DELETE = 'DELETE FROM quarantine WHERE number = ?'
const DELETE_PERSON = 'DELETE FROM quarantine WHERE person = ?'

const SELECT_NEXT = `
  SELECT number AS row, length(body) AS bytes FROM quarantine WHERE number > ?
  ORDER BY number LIMIT 1`
const SELECT_NUMBER = `SELECT ${COLUMNS} FROM quarantine WHERE number = ?`

type Row = {
  readonly number: number
  readonly identity: Uint8Array
  readonly person: number
  readonly code: string
  readonly body: Uint8Array
}

/** What is sealed: everything but whose it is and the code. */
interface Body extends Omit<RefusedEvent, 'user' | 'refusal'>, Omit<Refusal, 'code'> {}

/**
 * Events that were understood but not taken, each openable by its person's key alone. Like the log it
 * shows without keys how many there are, of which people by number, and why they were refused.
 */
export class QuarantineTable {
  readonly #keys: AppKeys
  readonly #random: RandomStream
  readonly #people: PeopleTable
  readonly #totals: TotalsTable
  readonly #identityKey: string
  readonly #sql: ReturnType<typeof prepare>

  constructor(
    db: DatabaseSync,
    keys: AppKeys,
    random: RandomStream,
    people: PeopleTable,
    totals: TotalsTable,
  ) {
    this.#keys = keys
    this.#random = random
    this.#people = people
    this.#totals = totals
    this.#identityKey = keys.derived('quarantine').toString('hex')
    this.#sql = prepare(db)
  }

  /**
   * Keeps events, each unless the same is there already or there is no room.
   * @throws StorageFault `data_corrupt` for a damaged key, before anything is written
   */
  keep(events: readonly RefusedEvent[]): ('kept' | 'known' | 'full')[] {
    for (const { user } of events) {
      const person = this.#people.find(user)
      if (person !== null) this.#keys.of(person)
    }
    return events.map((event) => this.#keep(event))
  }

  #keep(event: RefusedEvent): 'kept' | 'known' | 'full' {
    const identity = this.#identityOf(event)
    if (this.#sql.one.get(identity) !== undefined) return 'known'
    const plain = plainOf(event)
    const bytes = plain.length + SEAL_BYTES
    if (
      this.#totals.get('quarantined') >= QUARANTINE_EVENTS_MAX ||
      this.#totals.get('quarantinedBytes') + bytes > QUARANTINE_BYTES_MAX
    ) {
      return 'full'
    }
    const person = this.#people.find(event.user) ?? this.#people.add(event.user, this.#totals)
    const number = (this.#sql.last.get()?.last as number) + 1
    const body = seal(this.#keys.of(person), placeOf(number), plain, this.#random)
    this.#sql.insert.run(number, identity, person, event.refusal.code, body)
    this.#count(1, bytes)
    return 'kept'
  }

  find({ limit, code, ids, after, user }: QuarantineQuery): QuarantinedEvent[] {
    if (ids !== undefined) {
      const rows = ids.flatMap((id) => this.#rowOf(id) ?? [])
      const wanted = rows.filter(({ number }) => number > (after ?? 0))
      return inOrder(wanted, after === undefined ? -1 : 1)
        .slice(0, limit)
        .map((row) => this.#open(row))
    }
    if (user !== undefined) return this.#newestOf(user, limit)
    const { newest, newestOfCode, after: following } = this.#sql
    const rows =
      after !== undefined
        ? following.all(after, limit)
        : code !== undefined
          ? newestOfCode.all(code, limit)
          : newest.all(limit)
    return rows.map((row) => this.#open(row as Row))
  }

  #newestOf(user: string, limit: number): QuarantinedEvent[] {
    const person = this.#people.find(user)
    if (person === null) return []
    return this.#sql.newestOfPerson.all(person, limit).map((row) => this.#open(row as Row))
  }

  /** How many there are, of this code or of this person where one is given. */
  count({ code, user }: Pick<QuarantineQuery, 'code' | 'user'>): number {
    if (user !== undefined) {
      const person = this.#people.find(user)
      return person === null ? 0 : (this.#sql.sumOfPerson.get(person)?.events as number)
    }
    if (code === undefined) return this.#totals.get('quarantined')
    return this.#sql.countOfCode.get(code)?.count as number
  }

  /**
   * Gives an event a newer reason, if it is there.
   * @throws StorageFault `data_corrupt`, before anything is written
   */
  refuseAgain(refusals: readonly { readonly id: string; readonly refusal: Refusal }[]): void {
    const changes = refusals.flatMap(({ id, refusal }) => {
      const row = this.#rowOf(id)
      if (row === null) return []
      return [{ row, plain: plainOf({ ...this.#open(row), refusal }), code: refusal.code }]
    })
    for (const { row, plain, code } of changes) {
      const body = seal(this.#keys.of(row.person), placeOf(row.number), plain, this.#random)
      this.#sql.update.run(code, body, row.number)
      this.#count(0, body.length - row.body.length)
    }
  }

  /** Removes events; how many of them were there. */
  remove(ids: readonly string[]): number {
    let removed = 0
    for (const id of ids) {
      const row = this.#rowOf(id)
      if (row === null) continue
      this.#sql.remove.run(row.number)
      this.#count(-1, -row.body.length)
      removed++
    }
    return removed
  }

  /** Removes what there is of a person; returns how many events that were. */
  removePerson(person: number): number {
    const { events, bytes } = this.#sql.sumOfPerson.get(person) as Record<string, number>
    this.#sql.removePerson.run(person)
    this.#count(-(events as number), -(bytes as number))
    return events as number
  }

  /** The next event after a number; null when there is none. */
  next(after: number): TableRow | null {
    return nextRow(this.#sql.next, after)
  }

  /** Opens an event. @throws StorageFault `data_corrupt` */
  check(number: number): number {
    this.#open(this.#sql.byNumber.get(number) as Row)
    return 1
  }

  #rowOf(id: string): Row | null {
    if (!id.startsWith(ID_PREFIX)) return null
    const identity = Buffer.from(id.slice(ID_PREFIX.length), 'hex')
    return (this.#sql.one.get(identity) as Row | undefined) ?? null
  }

  #open({ number, identity, person, code, body }: Row): QuarantinedEvent {
    const plain = unseal(this.#keys.of(person), placeOf(number), body)
    const { message, path, until, ...rest }: Body = JSON.parse(plain.toString())
    return {
      ...rest,
      id: ID_PREFIX + Buffer.from(identity).toString('hex'),
      number,
      user: this.#people.nameOf(person),
      refusal: { code: code as Refusal['code'], message, path, ...(until && { until }) },
    }
  }

  #identityOf({ source, user, raw }: RefusedEvent): Uint8Array {
    const text = JSON.stringify([source, user, raw])
    return prefixHash(this.#identityKey, text).subarray(0, IDENTITY_BYTES)
  }

  #count(events: number, bytes: number): void {
    this.#totals.stage('quarantined', events)
    this.#totals.stage('quarantinedBytes', bytes)
  }
}

function prepare(db: DatabaseSync) {
  return {
    newest: db.prepare(SELECT_NEWEST),
    newestOfCode: db.prepare(SELECT_NEWEST_OF_CODE),
    newestOfPerson: db.prepare(SELECT_NEWEST_OF_PERSON),
    after: db.prepare(SELECT_AFTER),
    one: db.prepare(SELECT_ONE),
    byNumber: db.prepare(SELECT_NUMBER),
    next: db.prepare(SELECT_NEXT),
    last: db.prepare(SELECT_LAST),
    countOfCode: db.prepare(COUNT_OF_CODE),
    sumOfPerson: db.prepare(SUM_OF_PERSON),
    insert: db.prepare(INSERT),
    update: db.prepare(UPDATE),
    remove: db.prepare(DELETE),
    removePerson: db.prepare(DELETE_PERSON),
  }
}

function plainOf({ event, source, sent, received, raw, refusal }: RefusedEvent): Buffer {
  const { code: _, ...reason } = refusal
  const body: Body = { event, source, sent, received, raw, ...reason }
  return Buffer.from(JSON.stringify(body))
}

function inOrder(rows: readonly Row[], sign: 1 | -1): Row[] {
  return rows.toSorted((a, b) => sign * (a.number - b.number))
}

function placeOf(number: number): string {
  return `quarantined event ${number}`
}
