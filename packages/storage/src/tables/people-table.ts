import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { prefixHash, seal, unseal } from '../cipher.ts'
import { StorageFault } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'
import type { TableRow } from './table-row.ts'
import type { TotalsTable } from './totals-table.ts'

/** Bytes of the keyed hash that a person is found by; a chance collision among 2^40 people is 2^-49. */
const LOOKUP_BYTES = 16

export const PEOPLE_SCHEMA = `
  CREATE TABLE people (
    person INTEGER PRIMARY KEY,    -- a number that is never given twice
    lookup BLOB NOT NULL UNIQUE,   -- keyed hash of the id
    name   BLOB NOT NULL           -- the id, sealed with the person's key
  ) STRICT`
const SELECT_BY_LOOKUP = 'SELECT person FROM people WHERE lookup = ?'
const SELECT_ALL = 'SELECT person, name FROM people'
const SELECT_NEXT = `
  SELECT person AS row, length(name) AS bytes FROM people WHERE person > ?
  ORDER BY person LIMIT 1`
const SELECT_NUMBERS = 'SELECT person FROM people ORDER BY person'
const COUNT = 'SELECT count(*) AS count FROM people'
const SELECT_NAME = 'SELECT name FROM people WHERE person = ?'
const INSERT = 'INSERT INTO people (person, lookup, name) VALUES (?, ?, ?)'
const DELETE = 'DELETE FROM people WHERE person = ?'

/** Who is known. Ids never stand here in clear. */
export class PeopleTable {
  readonly #keys: AppKeys
  readonly #random: RandomStream
  readonly #lookupKey: string
  readonly #byLookup: StatementSync
  readonly #all: StatementSync
  readonly #next: StatementSync
  readonly #numbers: StatementSync
  readonly #count: StatementSync
  readonly #name: StatementSync
  readonly #insert: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#keys = keys
    this.#random = random
    this.#lookupKey = keys.derived('people').toString('hex')
    this.#byLookup = db.prepare(SELECT_BY_LOOKUP)
    this.#all = db.prepare(SELECT_ALL)
    this.#next = db.prepare(SELECT_NEXT)
    this.#numbers = db.prepare(SELECT_NUMBERS)
    this.#count = db.prepare(COUNT)
    this.#name = db.prepare(SELECT_NAME)
    this.#insert = db.prepare(INSERT)
    this.#delete = db.prepare(DELETE)
  }

  /** The number of a person, or null. */
  find(user: string): number | null {
    const row = this.#byLookup.get(this.#lookup(user))
    return row === undefined ? null : (row.person as number)
  }

  /** Adds a person with a new key; returns their number. */
  add(user: string, totals: TotalsTable): number {
    const person = totals.get('nextPerson')
    totals.stage('nextPerson', 1)
    const key = this.#keys.create(person)
    const name = seal(key, place(person), Buffer.from(jsonOf(user)), this.#random)
    this.#insert.run(person, this.#lookup(user), name)
    return person
  }

  remove(person: number): void {
    this.#delete.run(person)
  }

  count(): number {
    return this.#count.get()?.count as number
  }

  has(person: number): boolean {
    return this.#name.get(person) !== undefined
  }

  /** The id of a person whom the table has. */
  nameOf(person: number): string {
    return this.#open(person, this.#name.get(person)?.name as Uint8Array)
  }

  /** Numbers of all people. */
  numbers(): number[] {
    return this.#numbers.all().map((row) => row.person as number)
  }

  /** Numbers of all people, in the order of their ids (code units). */
  byName(): Uint32Array {
    const named = this.#all.all().map((row) => {
      const person = row.person as number
      return { person, name: this.#open(person, row.name as Uint8Array) }
    })
    named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    return Uint32Array.from(named, ({ person }) => person)
  }

  /** The next person after a number, with the bytes of their row; null when there is none. */
  next(after: number): TableRow | null {
    return (this.#next.get(after) as TableRow | undefined) ?? null
  }

  /** Opens a person's name and looks for them by it. @throws StorageFault `data_corrupt` */
  check(person: number): number {
    if (this.find(this.nameOf(person)) === person) return 1
    throw new StorageFault('data_corrupt', { what: `the index entry of person ${person}` })
  }

  #open(person: number, name: Uint8Array): string {
    return String(JSON.parse(unseal(this.#keys.of(person), place(person), name).toString()))
  }

  #lookup(user: string): Uint8Array {
    return prefixHash(this.#lookupKey, jsonOf(user)).subarray(0, LOOKUP_BYTES)
  }
}

/** JSON text keeps apart what UTF-8 would merge (lone surrogates). */
function jsonOf(user: string): string {
  return JSON.stringify(user)
}

function place(person: number): string {
  return `name of person ${person}`
}
