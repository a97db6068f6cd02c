import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorageFault } from './fault.ts'
import { writeFileDurably } from './folders.ts'

/**
 * The layout of a data directory; raised when an older version could not read it any more. Format 1 was
 * never released, and nothing reads it.
 */
export const FORMAT: number = 2
const FORMAT_FILE = 'format'
const FORMAT_FILE_MODE = 0o600

/**
 * Refuses a directory of another format. Nothing is written before this has passed.
 *
 * @throws StorageFault `data_directory_newer`, `data_directory_unreadable` for an older one, or
 *   `data_corrupt` when the file says something else
 */
export function requireKnownFormat(path: string): void {
  const file = join(path, FORMAT_FILE)
  if (!existsSync(file)) return
  const text = readFileSync(file, 'utf8').trim()
  const found = Number(text)
  if (text === '' || !Number.isSafeInteger(found))
    throw new StorageFault('data_corrupt', { what: file })
  if (found > FORMAT) throw new StorageFault('data_directory_newer', { path, found, known: FORMAT })
  if (found < FORMAT) {
    const problem = `it has the format ${found} of an unreleased version; begin with an empty one`
    throw new StorageFault('data_directory_unreadable', { path, problem })
  }
}

/** Notes the format in a new directory. The caller holds the lock. */
export function noteFormat(path: string): void {
  const file = join(path, FORMAT_FILE)
  if (!existsSync(file)) writeFileDurably(file, Buffer.from(`${FORMAT}\n`), FORMAT_FILE_MODE)
}
