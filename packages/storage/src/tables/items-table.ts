import type { KeyObject } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoredItem } from '@adsum/engine/ports'
import { prefixHash, seal, sealingKey, unseal } from '../cipher.ts'
import { StorageFault } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'
import { nextRow, type TableRow } from './table-row.ts'

const LOOKUP_BYTES = 16

export const ITEMS_SCHEMA = `
  CREATE TABLE items (
    number INTEGER PRIMARY KEY,    -- append-only, from 0
    lookup BLOB NOT NULL UNIQUE,   -- keyed hash of type and id
    body   BLOB NOT NULL           -- type, id and attributes, sealed with a key of the app
  ) STRICT`
const SELECT_NUMBER = 'SELECT number FROM items WHERE lookup = ?'
const SELECT_ALL = 'SELECT number, body FROM items ORDER BY number'
const SELECT_NEXT = `
  SELECT number AS row, length(body) AS bytes FROM items WHERE number > ?
  ORDER BY number LIMIT 1`
const SELECT_ONE = 'SELECT body FROM items WHERE number = ?'
const PUT = `
  INSERT INTO items (number, lookup, body) VALUES (?, ?, ?)
  ON CONFLICT (number) DO UPDATE SET body = excluded.body`

/** The catalogue: numbers are given once, attributes are replaced whole. */
export class ItemsTable {
  readonly #key: KeyObject
  readonly #lookupKey: string
  readonly #random: RandomStream
  readonly #number: StatementSync
  readonly #all: StatementSync
  readonly #next: StatementSync
  readonly #one: StatementSync
  readonly #put: StatementSync

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#key = sealingKey(keys.derived('items'))
    this.#lookupKey = keys.derived('item lookup').toString('hex')
    this.#random = random
    this.#number = db.prepare(SELECT_NUMBER)
    this.#all = db.prepare(SELECT_ALL)
    this.#next = db.prepare(SELECT_NEXT)
    this.#one = db.prepare(SELECT_ONE)
    this.#put = db.prepare(PUT)
  }

  /** Stores an item; one that is not known yet gets the number `next`. */
  put(item: Omit<StoredItem, 'number'>, next: number): StoredItem {
    const { type, id, attributes } = item
    const lookup = this.#lookup(type, id)
    const number = (this.#number.get(lookup)?.number as number | undefined) ?? next
    const body = Buffer.from(JSON.stringify({ type, id, attributes }))
    this.#put.run(number, lookup, seal(this.#key, place(number), body, this.#random))
    return { type, id, number, attributes }
  }

  all(): StoredItem[] {
    return this.#all.all().map((row) => this.#open(row.number as number, row.body as Uint8Array))
  }

  /** The next item after a number; null when there is none. */
  nextItem(after: number): TableRow | null {
    return nextRow(this.#next, after)
  }

  /** Opens an item and looks for it by its name. @throws StorageFault `data_corrupt` */
  check(number: number): number {
    const { type, id } = this.#open(number, this.#one.get(number)?.body as Uint8Array)
    if (this.#number.get(this.#lookup(type, id))?.number === number) return 1
    throw new StorageFault('data_corrupt', { what: `the index entry of ${place(number)}` })
  }

  #open(number: number, body: Uint8Array): StoredItem {
    const item: Omit<StoredItem, 'number'> = JSON.parse(
      unseal(this.#key, place(number), body).toString(),
    )
    return { ...item, number }
  }

  #lookup(type: string, id: string): Uint8Array {
    return prefixHash(this.#lookupKey, JSON.stringify([type, id])).subarray(0, LOOKUP_BYTES)
  }
}

function place(number: number): string {
  return `item ${number}`
}
