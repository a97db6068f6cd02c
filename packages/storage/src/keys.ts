import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { derivedKey, KEY_BYTES, seal, sealingKey, unseal } from './cipher.ts'
import { isTreeSound, transaction } from './database.ts'
import { StorageFault } from './fault.ts'
import { GuardedDatabase } from './guarded-database.ts'
import { migrate } from './migrations.ts'
import type { RandomStream } from './random-stream.ts'

/** Keys of people kept unwrapped in memory, at most, and for how long. */
const CACHED_KEYS_MAX = 10_000
const CACHED_KEYS_MS_MAX = 60_000

const PERSON_KEYS_TABLE = 'person_keys'
const SCHEMA: readonly string[] = [
  `CREATE TABLE app_key (
     id      INTEGER PRIMARY KEY CHECK (id = 1),
     wrapped BLOB NOT NULL
   ) STRICT;
   CREATE TABLE ${PERSON_KEYS_TABLE} (
     person  INTEGER PRIMARY KEY,
     wrapped BLOB NOT NULL
   ) STRICT`,
]
const SELECT_APP_KEY = 'SELECT wrapped FROM app_key'
const INSERT_APP_KEY = 'INSERT INTO app_key (id, wrapped) VALUES (1, ?)'
const SELECT_KEY = 'SELECT wrapped FROM person_keys WHERE person = ?'
const PUT_KEY = 'INSERT OR REPLACE INTO person_keys (person, wrapped) VALUES (?, ?)'
const DELETE_KEY = 'DELETE FROM person_keys WHERE person = ?'
const SELECT_PERSONS = 'SELECT person FROM person_keys'
const COUNT_PERSONS = 'SELECT count(*) AS count FROM person_keys'

/**
 * The keys of one app, in a file apart from its data:
 *
 *   keys/root.key ── wraps ── app key ── wraps ── one key per person ── seals events, decisions, name
 *                                └─ derives (HKDF) ─ keys of indexes, pseudonyms, shared records
 *
 * Keys of new people are staged by `create` and written by `commit`, before the log that uses them: a
 * crash between the two leaves keys without a person, which `sweep` removes.
 */
export class AppKeys {
  readonly path: string
  readonly files: GuardedDatabase
  readonly #app: string
  readonly #db: DatabaseSync
  readonly #random: RandomStream
  readonly #key: KeyObject
  readonly #select: StatementSync
  readonly #staged: Map<number, KeyObject> = new Map()
  readonly #cached: Map<number, KeyObject> = new Map()
  readonly #timer: NodeJS.Timeout

  private constructor(
    path: string,
    app: string,
    files: GuardedDatabase,
    key: KeyObject,
    random: RandomStream,
  ) {
    this.path = path
    this.#app = app
    this.files = files
    this.#db = files.db
    this.#key = key
    this.#random = random
    this.#select = this.#db.prepare(SELECT_KEY)
    this.#timer = setInterval(() => this.#cached.clear(), CACHED_KEYS_MS_MAX).unref()
  }

  /** Opens the key file; makes it only when `mayCreate`, that is, when the app has no data yet. */
  static open(
    path: string,
    app: string,
    mayCreate: boolean,
    root: KeyObject,
    random: RandomStream,
  ): AppKeys {
    if (!mayCreate && !existsSync(path)) {
      throw new StorageFault('data_corrupt', { what: `${path} is missing` })
    }
    const files = GuardedDatabase.open(path, [PERSON_KEYS_TABLE])
    const { db } = files
    try {
      migrate(db, path, SCHEMA)
      requireSoundTree(files)
      const place = `app key of ${app}`
      const row = db.prepare(SELECT_APP_KEY).get()
      if (row !== undefined) {
        const key = sealingKey(unseal(root, place, row.wrapped as Uint8Array))
        return new AppKeys(path, app, files, key, random)
      }
      if (!mayCreate) throw new StorageFault('data_corrupt', { what: `${path} holds no key` })
      const key = random.bytes(KEY_BYTES)
      transaction(db, () => db.prepare(INSERT_APP_KEY).run(seal(root, place, key, random)))
      files.noteCommit()
      return new AppKeys(path, app, files, sealingKey(key), random)
    } catch (error) {
      files.close()
      throw error
    }
  }

  /** A key of the app for one use, such as an index. */
  derived(use: string): Buffer {
    return derivedKey(this.#key, use)
  }

  /** A new key for a person, staged until {@link commit}. */
  create(person: number): KeyObject {
    const key = sealingKey(this.#random.bytes(KEY_BYTES))
    this.#staged.set(person, key)
    return key
  }

  /** The key of a person. @throws StorageFault `data_corrupt` when there is none. */
  of(person: number): KeyObject {
    const known = this.#staged.get(person) ?? this.#cached.get(person)
    if (known !== undefined) return known
    const row = this.#select.get(person)
    if (row === undefined) {
      throw new StorageFault('data_corrupt', { what: `the key of person ${person}` })
    }
    const key = sealingKey(unseal(this.#key, this.#place(person), row.wrapped as Uint8Array))
    this.#remember(person, key)
    return key
  }

  /** Whether there is a key of a person on disk; says nothing of its being intact. */
  has(person: number): boolean {
    return this.#select.get(person) !== undefined
  }

  /** Writes the staged keys. */
  commit(): void {
    if (this.#staged.size === 0) return
    transaction(this.#db, () => {
      const put = this.#db.prepare(PUT_KEY)
      for (const [person, key] of this.#staged) {
        put.run(person, seal(this.#key, this.#place(person), key.export(), this.#random))
      }
    })
    this.files.noteCommit()
    for (const [person, key] of this.#staged) this.#remember(person, key)
    this.#staged.clear()
  }

  /** Forgets what was staged or may belong to a person that never came to be. */
  rollBack(): void {
    this.#staged.clear()
    this.#cached.clear()
  }

  /** Compares the next pages of the file; true while there are more. @throws StorageFault `data_corrupt` */
  checkPages(restart: boolean): boolean {
    const isMore = this.files.checkPages(restart)
    requireSoundTree(this.files)
    return isMore
  }

  rest(): void {
    this.files.emptyLog()
  }

  /** Destroys the key of a person: what it sealed is unreadable, in backups of the log as well. */
  destroy(person: number): void {
    this.#cached.delete(person)
    transaction(this.#db, () => this.#db.prepare(DELETE_KEY).run(person))
    this.files.emptyLog()
  }

  /** Destroys the keys of people that the log does not know; it knows `count`. */
  sweep(count: number, isKnown: (person: number) => boolean): void {
    if (this.#db.prepare(COUNT_PERSONS).get()?.count === count) return
    const orphans = this.#db
      .prepare(SELECT_PERSONS)
      .all()
      .map((row) => row.person as number)
      .filter((person) => !isKnown(person))
    if (orphans.length === 0) return
    transaction(this.#db, () => {
      const remove = this.#db.prepare(DELETE_KEY)
      for (const person of orphans) remove.run(person)
    })
    this.files.emptyLog()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#cached.clear()
    this.files.close()
  }

  #remember(person: number, key: KeyObject): void {
    if (this.#cached.size >= CACHED_KEYS_MAX) this.#cached.clear()
    this.#cached.set(person, key)
  }

  #place(person: number): string {
    return `key of ${this.#app} ${person}`
  }
}

/**
 * Damaged rows of keys tell so: one that is not what was sealed opens nobody's data, and the log knows
 * everybody who must have one.
 * @throws StorageFault `data_corrupt` when the damage is to more than rows
 */
function requireSoundTree(files: GuardedDatabase): void {
  for (const leaf of [...files.suspects]) {
    if (!isTreeSound(files.db, PERSON_KEYS_TABLE)) throw files.damageOf(leaf.page)
    files.acquit(leaf)
  }
}
