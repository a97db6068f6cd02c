import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@adsum/engine/ports'
import { StorageFault } from './fault.ts'

const SQLITE_BUSY = 5

/**
 * Keeps a data directory to one process: an exclusive lock on `lock.db` that lasts until `release`.
 * The kernel drops it when the process ends in whatever way, so that a lock is never stale and
 * never taken over by age. (Locks of POSIX belong to the process: nothing else in it may open `lock.db`,
 * because closing any file handle on it would drop the lock.) `lock.holder` says in words who holds it; nothing depends on it.
 *
 * @throws StorageFault `data_directory_locked`
 */
export function lockDirectory(path: string, clock: Clock): { release(): void } {
  const holderFile = join(path, 'lock.holder')
  const db = new DatabaseSync(join(path, 'lock.db'), { timeout: 0 })
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      throw new StorageFault('data_directory_locked', { path, holder: holderOf(holderFile) }, error)
    }
    throw error
  }
  writeFileSync(holderFile, `process ${process.pid} since ${new Date(clock.now()).toISOString()}`)
  return {
    release: () => {
      rmSync(holderFile, { force: true })
      db.close()
    },
  }
}

function holderOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return 'unknown'
  }
}
