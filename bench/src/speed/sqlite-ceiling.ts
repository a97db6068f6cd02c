import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { idOf } from './event-bodies.ts'

/** Rows inserted in one transaction while the table is filled beforehand. */
const FILL_GROUP = 10_000

/**
 * What is left of this machine when nothing but the writing is done: a loop of inserts in groups, each
 * group synced. With a unique id, since recording every event exactly once needs one at least; without,
 * to see what the id costs.
 */
export class SqliteCeiling {
  readonly #folder: string
  readonly #db: DatabaseSync
  readonly #withId: StatementSync
  readonly #withoutId: StatementSync
  readonly #payload: Buffer
  #next: number

  private constructor(folder: string, bytes: number, first: number) {
    this.#folder = folder
    this.#next = first
    this.#payload = Buffer.alloc(bytes, 'x')
    this.#db = new DatabaseSync(join(folder, 'ceiling.db'))
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE events (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payload BLOB NOT NULL);
      CREATE TABLE bare (number INTEGER PRIMARY KEY, payload BLOB NOT NULL)`)
    this.#withId = this.#db.prepare('INSERT INTO events (id, payload) VALUES (?, ?)')
    this.#withoutId = this.#db.prepare('INSERT INTO bare (payload) VALUES (?)')
  }

  /** @param bytes of one event. @param first number of the first id. */
  static async open(bytes: number, first: number): Promise<SqliteCeiling> {
    return new SqliteCeiling(await mkdtemp(join(tmpdir(), 'adsum-ceiling-')), bytes, first)
  }

  /** Inserts rows until there are so many, so that both sides have a table of one size. */
  fill(rows: number): void {
    const stored = Number(this.#db.prepare('SELECT count(*) AS count FROM events').get()?.count)
    for (let missing = rows - stored; missing > 0; missing -= FILL_GROUP) {
      this.#group(Math.min(FILL_GROUP, missing), true)
    }
  }

  /** Rows per second in groups of this size. */
  measure(seconds: number, group: number, hasId: boolean): number {
    const began = performance.now()
    let rows = 0
    let elapsed = 0
    while (elapsed < seconds * 1000) {
      this.#group(group, hasId)
      rows += group
      elapsed = performance.now() - began
    }
    return (1000 * rows) / elapsed
  }

  #group(size: number, hasId: boolean): void {
    this.#db.exec('BEGIN IMMEDIATE')
    for (let at = 0; at < size; at++) {
      if (hasId) this.#withId.run(idOf(this.#next++), this.#payload)
      else this.#withoutId.run(this.#payload)
    }
    this.#db.exec('COMMIT')
  }

  async close(): Promise<void> {
    this.#db.close()
    await rm(this.#folder, { recursive: true, force: true })
  }
}
