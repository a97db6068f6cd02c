import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StorageFault } from './fault.ts'
import { writeFileDurably } from './folders.ts'

/** The layout of a data directory; raised when an older version could not read it any more. */
export const FORMAT: number = 1
const FORMAT_FILE = 'format'
const FORMAT_FILE_MODE = 0o600

/**
 * Refuses a directory that a newer version wrote. Nothing is written before this has passed.
 *
 * @throws StorageFault `data_directory_newer`, or `data_corrupt` when the file says something else
 */
export function requireKnownFormat(path: string): void {
  const file = join(path, FORMAT_FILE)
  if (!existsSync(file)) return
  const text = readFileSync(file, 'utf8').trim()
  const found = Number(text)
  if (text === '' || !Number.isSafeInteger(found))
    throw new StorageFault('data_corrupt', { what: file })
  if (found > FORMAT) throw new StorageFault('data_directory_newer', { path, found, known: FORMAT })
}

/** Notes the format in a new directory. The caller holds the lock. */
export function noteFormat(path: string): void {
  const file = join(path, FORMAT_FILE)
  if (!existsSync(file)) writeFileDurably(file, Buffer.from(`${FORMAT}\n`), FORMAT_FILE_MODE)
}
