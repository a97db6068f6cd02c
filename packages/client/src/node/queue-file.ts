/** The queue in one SQLite file, synchronous: to be used in a thread of its own. */

import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { fits, type PlacedEvent, type QueuedEvent, type QueueSize } from '../queue/queue-store.ts'

/** What the folder holds: the queue and, while it is open, its write-ahead log. */
const FILE = 'queue.sqlite'
const FORMAT = 1
/** What waits is about people; nobody else on the machine need read it. SQLite's log gets it too. */
const OWNER_ONLY = 0o600

/**
 * One process has a folder. The lock is SQLite's own, on the file, and the kernel takes it back from
 * a process that dies; none is left behind to be judged by its age.
 */
export class QueueFile {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #oldest: StatementSync
  readonly #delete: StatementSync
  #events = 0
  #bytes = 0

  /** @throws an error with `errcode` 5 (SQLITE_BUSY) where another process has the folder */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, FILE)
    // Only where there is none: closing a file drops every lock that its process has on it.
    if (!existsSync(path)) closeSync(openSync(path, 'a', OWNER_ONLY))
    const database = new DatabaseSync(path, { timeout: 0 })
    this.#database = database
    try {
      refuseNewer(database)
      // FULL syncs the log at every commit: what was promised survives a power cut.
      database.exec(`
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA fullfsync = ON;
        PRAGMA secure_delete = ON;
        BEGIN EXCLUSIVE;
        CREATE TABLE IF NOT EXISTS events (
          place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, text TEXT NOT NULL,
          bytes INTEGER NOT NULL
        ) STRICT;
        PRAGMA user_version = ${FORMAT};
        COMMIT;
      `)
      const size = database
        .prepare('SELECT count(*) AS events, coalesce(sum(bytes), 0) AS bytes FROM events')
        .get()
      this.#events = Number(size?.events)
      this.#bytes = Number(size?.bytes)
      this.#insert = database.prepare('INSERT INTO events (id, text, bytes) VALUES (?, ?, ?)')
      this.#oldest = database.prepare('SELECT place, id, text, bytes FROM events ORDER BY place')
      this.#delete = database.prepare('DELETE FROM events WHERE place = ? RETURNING bytes')
    } catch (error) {
      database.close()
      throw error
    }
  }

  append(events: readonly QueuedEvent[], most: QueueSize): PlacedEvent[] {
    return this.#atOnce(() => {
      for (const { id, text, bytes } of events) {
        this.#insert.run(id, text, bytes)
        this.#events += 1
        this.#bytes += bytes
      }
      return this.#makeRoom(most)
    })
  }

  peek(most: QueueSize): PlacedEvent[] {
    const taken: PlacedEvent[] = []
    let bytes = 0
    for (const event of this.#fromOldest()) {
      if (taken.length > 0 && !fits({ events: taken.length, bytes }, event, most)) break
      taken.push(event)
      bytes += event.bytes
    }
    return taken
  }

  remove(places: readonly number[]): void {
    this.#atOnce(() => {
      for (const place of places) this.#removeOne(place)
    })
  }

  size(): QueueSize {
    return { events: this.#events, bytes: this.#bytes }
  }

  close(): void {
    this.#database.close()
  }

  #makeRoom(most: QueueSize): PlacedEvent[] {
    const dropped: PlacedEvent[] = []
    let { events, bytes } = this.size()
    for (const event of this.#fromOldest()) {
      if (events <= most.events && bytes <= most.bytes) break
      dropped.push(event)
      events -= 1
      bytes -= event.bytes
    }
    for (const { place } of dropped) this.#removeOne(place)
    return dropped
  }

  #removeOne(place: number): void {
    const removed = this.#delete.get(place)
    if (removed === undefined) return
    this.#events -= 1
    this.#bytes -= Number(removed.bytes)
  }

  *#fromOldest(): Generator<PlacedEvent> {
    for (const { place, id, text, bytes } of this.#oldest.iterate()) {
      yield { place: Number(place), id: String(id), text: String(text), bytes: Number(bytes) }
    }
  }

  /** All of it or none, and on disk when this returns. */
  #atOnce<Result>(work: () => Result): Result {
    const { events, bytes } = this.size()
    this.#database.exec('BEGIN')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#events = events
      this.#bytes = bytes
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

function refuseNewer(database: DatabaseSync): void {
  // Before the first access, or SQLite would keep an index of its log in shared memory.
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (found > FORMAT) throw new Error(`its format ${found} is newer than ${FORMAT}`)
}
