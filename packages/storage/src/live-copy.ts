import { statSync } from 'node:fs'
import type { StoreTotals } from '@adsum/engine/ports'
import type { PublishedModel } from './tables/models-table.ts'

/**
 * Bytes of the write-ahead log while the database is copied. Beyond it the log is emptied all the same
 * and the copy begins anew: a slow copy must not fill the disk.
 */
const WAL_BYTES_MAX: number = 1024 * 1024 * 1024

/** What a copy of an app's files is going to hold. */
export interface CopyPoint {
  /** Size of the log's database. */
  readonly logBytes: number
  readonly keysBytes: number
  readonly totals: StoreTotals
  readonly nextPerson: number
  readonly models: readonly PublishedModel[]
}

/**
 * Copying a database while it is written to.
 *
 *   begin: empty the write-ahead log into log.db ──┐
 *   commits go on, into the write-ahead log only   │  log.db stands still and is copied by another thread
 *   end: was the write-ahead log left alone? ──────┘  yes: the copy is what log.db was at `begin`
 *
 * In WAL mode nothing but a checkpoint writes log.db, and checkpoints are ours (`wal_autocheckpoint=0`),
 * so holding them back makes a snapshot that costs commits nothing: no page is read or locked by the
 * writer's connection, and no sync of the copy happens in its thread. `sqlite3_backup` would copy through
 * the writer's connection and sync the whole copy while holding its mutex; VACUUM INTO is one statement
 * as long as the database. An erasure cannot wait for a copy, for its bytes must leave the write-ahead
 * log: it goes ahead, and `end` tells the copier to begin anew.
 */
export class LiveCopy {
  readonly #log: string
  #state: 'none' | 'copying' | 'disturbed' = 'none'

  /** @param log path of the database */
  constructor(log: string) {
    this.#log = log
  }

  begin(): void {
    this.#state = 'copying'
  }

  /** Called before the files are written to other than by appending to write-ahead logs. */
  disturb(): void {
    if (this.#state === 'copying') this.#state = 'disturbed'
  }

  /** Whether the files still are what they were at `begin`. */
  end(): boolean {
    const undisturbed = this.#state === 'copying'
    this.#state = 'none'
    return undisturbed
  }

  /** Whether the write-ahead logs are to be left alone. */
  get holds(): boolean {
    if (this.#state !== 'copying') return false
    const wal = statSync(`${this.#log}-wal`, { throwIfNoEntry: false })
    return wal === undefined || wal.size < WAL_BYTES_MAX
  }
}
