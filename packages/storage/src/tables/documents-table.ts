import type { KeyObject } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { seal, sealingKey, unseal } from '../cipher.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'

export const DOCUMENTS_SCHEMA = `
  CREATE TABLE documents (
    document INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    body     BLOB NOT NULL         -- sealed with a key of the app
  ) STRICT`
const SELECT = 'SELECT body FROM documents WHERE key = ?'
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

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#key = sealingKey(keys.derived('documents'))
    this.#random = random
    this.#select = db.prepare(SELECT)
    this.#put = db.prepare(PUT)
    this.#keys = db.prepare(SELECT_KEYS)
  }

  put(key: string, value: string): void {
    this.#put.run(key, seal(this.#key, `document ${key}`, Buffer.from(value), this.#random))
  }

  get(key: string): string | null {
    const row = this.#select.get(key)
    if (row === undefined) return null
    return unseal(this.#key, `document ${key}`, row.body as Uint8Array).toString()
  }

  keys(prefix: string): string[] {
    return this.#keys.all(prefix).map(({ key }) => String(key))
  }
}
