import type { KeyObject } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { seal, sealingKey, unseal } from '../cipher.ts'
import { StorageFault } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'
import { nextRow, type TableRow } from './table-row.ts'

export const DOCUMENTS_SCHEMA = `
  CREATE TABLE documents (
    document INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    body     BLOB NOT NULL         -- sealed with a key of the app
  ) STRICT`
const SELECT = 'SELECT body FROM documents WHERE key = ?'
const SELECT_NEXT = `
  SELECT document AS row, length(body) AS bytes FROM documents WHERE document > ?
  ORDER BY document LIMIT 1`
const SELECT_KEY = 'SELECT key FROM documents WHERE document = ?'
const PUT = 'INSERT OR REPLACE INTO documents (key, body) VALUES (?, ?)'
/** The largest code point follows every other, so that this is the range of a prefix. */
const SELECT_KEYS = `
  SELECT key FROM documents WHERE key >= ?1 AND key < ?1 || char(0x10FFFF) ORDER BY key`

/** Small documents by key, replaced whole. */
export class DocumentsTable {
  readonly #key: KeyObject
  readonly #random: RandomStream
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #keys: StatementSync
  readonly #next: StatementSync
  readonly #keyOf: StatementSync

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#key = sealingKey(keys.derived('documents'))
    this.#random = random
    this.#select = db.prepare(SELECT)
    this.#put = db.prepare(PUT)
    this.#keys = db.prepare(SELECT_KEYS)
    this.#next = db.prepare(SELECT_NEXT)
    this.#keyOf = db.prepare(SELECT_KEY)
  }

  put(key: string, value: string): void {
    this.#put.run(key, seal(this.#key, `document ${key}`, Buffer.from(value), this.#random))
  }

  get(key: string): string | null {
    const row = this.#select.get(key)
    if (row === undefined) return null
    return unseal(this.#key, `document ${key}`, row.body as Uint8Array).toString()
  }

  /** The next document after a row; null when there is none. */
  next(after: number): TableRow | null {
    return nextRow(this.#next, after)
  }

  /** Opens a document. @throws StorageFault `data_corrupt` */
  check(row: number): number {
    const key = String(this.#keyOf.get(row)?.key)
    if (this.get(key) !== null) return 1
    throw new StorageFault('data_corrupt', { what: `the index entry of document ${key}` })
  }

  keys(prefix: string): string[] {
    return this.#keys.all(prefix).map(({ key }) => String(key))
  }
}
