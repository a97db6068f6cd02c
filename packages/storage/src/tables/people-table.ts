import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { prefixHash, seal, unseal } from '../cipher.ts'
import { StorageFault, unlessDamaged } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { PeopleRun } from '../messages.ts'
import type { RandomStream } from '../random-stream.ts'
import { nextRow, requireAfter, type TableRow } from './table-row.ts'
import type { TotalsTable } from './totals-table.ts'

/** Bytes of the keyed hash that a person is found by; a chance collision among 2^40 people is 2^-49. */
const LOOKUP_BYTES = 16
/** People whose numbers are remembered; at their ids' length a megabyte or two. */
const FOUND_MAX = 20_000

/** People named in one go: about 5 ms, which a write may have to wait for. */
const RUN_PEOPLE_MAX = 256

export const PEOPLE_SCHEMA = `
  CREATE TABLE people (
    person INTEGER PRIMARY KEY,    -- a number that is never given twice
    lookup BLOB NOT NULL UNIQUE,   -- keyed hash of the id
    name   BLOB NOT NULL           -- the id, sealed with the person's key
  ) STRICT`
const SELECT_BY_LOOKUP = 'SELECT person FROM people WHERE lookup = ?'
const SELECT_RUN = 'SELECT person, name FROM people WHERE person > ? ORDER BY person LIMIT ?'
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
  /** People found lately, by their ids. */
  readonly #found: Map<string, number> = new Map()
  readonly #byLookup: StatementSync
  readonly #run: StatementSync
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
    this.#run = db.prepare(SELECT_RUN)
    this.#next = db.prepare(SELECT_NEXT)
    this.#numbers = db.prepare(SELECT_NUMBERS)
    this.#count = db.prepare(COUNT)
    this.#name = db.prepare(SELECT_NAME)
    this.#insert = db.prepare(INSERT)
    this.#delete = db.prepare(DELETE)
  }

  /** The number of a person, or null. */
  find(user: string): number | null {
    const known = this.#found.get(user)
    if (known !== undefined) return known
    const row = this.#byLookup.get(this.#lookup(user))
    if (row === undefined) return null
    if (this.#found.size >= FOUND_MAX) this.#found.clear()
    this.#found.set(user, row.person as number)
    return row.person as number
  }

  /** Lets go of whom it found: they may never have come to be, or are gone. */
  forgetFound(): void {
    this.#found.clear()
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
    this.#found.clear()
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

  /** Some people after a number, in the order of their ids (code units). */
  run(after: number): PeopleRun {
    const rows = this.#run.all(after, RUN_PEOPLE_MAX)
    const damaged: string[] = []
    const named = rows.flatMap((row) => {
      const person = row.person as number
      const name = unlessDamaged(damaged, () => this.#open(person, row.name as Uint8Array))
      return name === null ? [] : [{ person, name }]
    })
    const last = rows.length === RUN_PEOPLE_MAX ? (rows.at(-1)?.person as number) : null
    if (last !== null) requireAfter(last, after)
    named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    const numbers = Uint32Array.from(named, ({ person }) => person)
    return { numbers, names: named.map(({ name }) => name), damaged, last }
  }

  /** The next person after a number, with the bytes of their row; null when there is none. */
  next(after: number): TableRow | null {
    return nextRow(this.#next, after)
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
