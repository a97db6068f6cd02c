import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { seal, unseal } from '../cipher.ts'
import { ROW_SEPARATOR } from '../event-coding.ts'
import { StorageFault } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'
import { nextRow, type TableRow } from './table-row.ts'
import { tagBytes, tagsOf } from './tags.ts'

/**
 * Events as they arrive, one row for what a group brings of a person, appended at the end of the table:
 * groups are made of many people, and a row in each one's place would write a page for every event.
 * `folding` says how far they have been moved to those places: of everybody up to `person` all that
 * arrived before `before` (see `event-log.ts`).
 */
export const ARRIVALS_SCHEMA = `
  CREATE TABLE arrivals (
    arrival INTEGER PRIMARY KEY,   -- position in the log of the first event of the row
    person  INTEGER NOT NULL,
    tags    BLOB NOT NULL,         -- as in chunks
    body    BLOB NOT NULL          -- the events' rows, sealed with the person's key
  ) STRICT;
  CREATE TABLE folding (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    before INTEGER NOT NULL,
    person INTEGER NOT NULL
  ) STRICT;
  INSERT INTO folding VALUES (1, 0, -1)`
const SELECT_ALL = 'SELECT arrival, person, tags FROM arrivals ORDER BY arrival'
const SELECT_ONE = 'SELECT person, tags, body FROM arrivals WHERE arrival = ?'
const SELECT_NEXT = `
  SELECT arrival AS row, person, length(body) AS bytes FROM arrivals WHERE arrival > ?
  ORDER BY arrival LIMIT 1`
const INSERT = 'INSERT INTO arrivals (arrival, person, tags, body) VALUES (?, ?, ?, ?)'
const DELETE = 'DELETE FROM arrivals WHERE arrival = ?'
const DELETE_PERSON = 'DELETE FROM arrivals WHERE person = ?'
const DELETE_BEFORE = `
  DELETE FROM arrivals WHERE arrival IN
    (SELECT arrival FROM arrivals WHERE arrival < ? ORDER BY arrival LIMIT ?)`
const SELECT_FOLDING = 'SELECT before, person FROM folding'
const UPDATE_FOLDING = 'UPDATE folding SET before = ?, person = ?'

/** How far folding has come: of people up to `person` what arrived before `before` stands elsewhere too. */
export interface Folding {
  readonly before: number
  readonly person: number
}

export const NOT_FOLDING: Folding = { before: 0, person: -1 }

/** A row as it stands. */
export interface ArrivalRow {
  readonly person: number
  readonly tags: readonly number[]
  readonly body: Uint8Array
}

/** The rows of {@link ARRIVALS_SCHEMA}; what they mean together is the business of `EventLog`. */
export class ArrivalsTable {
  readonly #keys: AppKeys
  readonly #random: RandomStream
  readonly #all: StatementSync
  readonly #one: StatementSync
  readonly #next: StatementSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync
  readonly #deletePerson: StatementSync
  readonly #deleteBefore: StatementSync
  readonly #folding: StatementSync
  readonly #updateFolding: StatementSync

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#keys = keys
    this.#random = random
    this.#all = db.prepare(SELECT_ALL)
    this.#one = db.prepare(SELECT_ONE)
    this.#next = db.prepare(SELECT_NEXT)
    this.#insert = db.prepare(INSERT)
    this.#delete = db.prepare(DELETE)
    this.#deletePerson = db.prepare(DELETE_PERSON)
    this.#deleteBefore = db.prepare(DELETE_BEFORE)
    this.#folding = db.prepare(SELECT_FOLDING)
    this.#updateFolding = db.prepare(UPDATE_FOLDING)
  }

  append(arrival: number, person: number, rows: readonly string[], tags: readonly number[]): void {
    const body = Buffer.from(rows.join(ROW_SEPARATOR))
    const sealed = seal(this.#keys.of(person), nameOf(person, arrival), body, this.#random)
    this.#insert.run(arrival, person, tagBytes(tags), sealed)
  }

  at(arrival: number): ArrivalRow {
    const row = this.#one.get(arrival)
    if (row === undefined) throw new StorageFault('data_corrupt', { what: `arrival ${arrival}` })
    const { person, tags, body } = row
    return {
      person: person as number,
      tags: tagsOf(tags),
      body: body as Uint8Array,
    }
  }

  /** The events' rows of an arrival. @throws StorageFault `data_corrupt` */
  rowsAt(arrival: number): string {
    return this.open(arrival, this.at(arrival))
  }

  /** The events' rows in a row of the table. @throws StorageFault `data_corrupt` */
  open(arrival: number, { person, body }: ArrivalRow): string {
    return unseal(this.#keys.of(person), nameOf(person, arrival), body).toString()
  }

  *all(): Iterable<{
    readonly arrival: number
    readonly person: number
    readonly tags: readonly number[]
  }> {
    for (const { arrival, person, tags } of this.#all.iterate()) {
      yield {
        arrival: arrival as number,
        person: person as number,
        tags: tagsOf(tags),
      }
    }
  }

  next(after: number): (TableRow & { readonly person: number }) | null {
    return nextRow(this.#next, after)
  }

  remove(arrival: number): void {
    this.#delete.run(arrival)
  }

  /** Looks through the whole table: an index would cost every event. */
  removePerson(person: number): void {
    this.#deletePerson.run(person)
  }

  /** Removes what arrived before a position, so many rows at most; how many there were. */
  removeBefore(before: number, count: number): number {
    return Number(this.#deleteBefore.run(before, count).changes)
  }

  get folding(): Folding {
    const { before, person } = this.#folding.get() as { before: number; person: number }
    return { before, person }
  }

  setFolding({ before, person }: Folding): void {
    this.#updateFolding.run(before, person)
  }
}

function nameOf(person: number, arrival: number): string {
  return `events of person ${person}, arrival ${arrival}`
}
