import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { faultOf, StorageFault } from './fault.ts'

/**
 * The first version of SQLite without the race between a reset of the write-ahead log and another
 * connection that could corrupt a database (3.7.0 to 3.51.2).
 */
export const SQLITE_VERSION_MIN: readonly number[] = [3, 51, 3]
/** Bytes of a page. */
export const PAGE_BYTES: number = 4096
/** Pages kept in memory per database; the system keeps more of the file. */
const CACHE_KIB = 2 * 1024
/**
 * Bytes of the write-ahead log after which it is copied into the database, busy or not. Larger makes
 * scattered writes cheaper, since a page is copied once however often it changed; smaller makes erasing
 * quicker, which empties the log and so waits for what is left in it.
 */
const WAL_BYTES_MAX = 16 * 1024 * 1024

/**
 * Opens a database of which this is the only connection.
 *
 * - `locking_mode=EXCLUSIVE` before the first access keeps the index of the write-ahead log in memory
 *   instead of a -shm file, which a full disk would turn into a bus error.
 * - `synchronous=FULL` syncs the write-ahead log at every commit; `fullfsync` does so on macOS.
 * - `secure_delete` overwrites what is deleted; `temp_store` keeps intermediate results off the disk.
 * - `wal_autocheckpoint=0`: copying happens after the answers have gone out, see `isCheckpointDue`.
 *
 * Why readers have no connections of their own: several connections need the -shm file, and a reader
 * that stays would keep the write-ahead log from being emptied, which an erasure has to wait for. Instead
 * long reads come in small pages that take their turn among the groups (listing everybody in one go kept
 * the writer for 1.6 s with 50,000 people), and a backup reads the file itself from another thread, see `live-copy.ts`. `test/measure-stalls.ts`
 * measures what acknowledgements wait.
 */
export function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    requireVersion(db)
    db.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA secure_delete = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = -${CACHE_KIB};
    `)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Whether a version such as 3.53.4 is at least {@link SQLITE_VERSION_MIN}. */
export function versionSuffices(version: string): boolean {
  const found = version.split('.').map(Number)
  for (const [place, least] of SQLITE_VERSION_MIN.entries()) {
    const number = found[place] ?? 0
    if (number !== least) return number > least
  }
  return true
}

function requireVersion(db: DatabaseSync): void {
  const version = String(db.prepare('SELECT sqlite_version() AS version').get()?.version)
  if (versionSuffices(version)) return
  throw new StorageFault('data_directory_unreadable', {
    path: db.location() ?? '',
    problem: `SQLite ${version} is older than ${SQLITE_VERSION_MIN.join('.')}; use a newer Node`,
  })
}

/** Runs `work` in one transaction: all of it is on disk when this returns, or nothing of it. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(db)
    throw error
  }
}

/** Rolls back; SQLite may have done so already after an error such as a full disk. */
export function rollBack(db: DatabaseSync): void {
  if (db.isTransaction) db.exec('ROLLBACK')
}

/** Whether the write-ahead log has grown so far that it should be copied now. */
export function isCheckpointDue(path: string): boolean {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })
  return log !== undefined && log.size >= WAL_BYTES_MAX
}

/** Copies the write-ahead log into the database and empties the file. Commits are safe without it. */
export function truncateLog(db: DatabaseSync): void {
  const outcome = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
  if (outcome?.busy !== 0) throw new Error('the write-ahead log could not be emptied')
}

/** Whether every byte of a table's pages is accounted for and its rows are in order. */
export function isTreeSound(db: DatabaseSync, table: string): boolean {
  try {
    return db.prepare(`PRAGMA quick_check(${table})`).get()?.quick_check === 'ok'
  } catch (error) {
    if (faultOf(error, '').code === 'data_corrupt') return false
    throw error
  }
}
