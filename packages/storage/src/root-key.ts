import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Entropy } from '@adsum/engine/ports'
import { KEY_BYTES } from './cipher.ts'
import { StorageFault } from './fault.ts'
import { makeFolder, writeFileDurably } from './folders.ts'

const ROOT_KEY_FILE = 'root.key'
/** Read and written by the owner alone. */
const KEY_FILE_MODE = 0o600
/** Permission bits of anybody but the owner. */
const OTHERS_MASK = 0o077

/**
 * The key that wraps the key of every app. Made when there is no key at all; a missing root key beside
 * existing app keys is never replaced, since a new one would make the data unreadable for good.
 */
export function openRootKey(folder: string, entropy: Entropy): Buffer {
  makeFolder(folder)
  const path = join(folder, ROOT_KEY_FILE)
  if (!existsSync(path)) {
    if (readdirSync(folder).some((name) => name.endsWith('.db'))) {
      throw new StorageFault('data_corrupt', { what: `${path} is missing` })
    }
    writeFileDurably(path, entropy.bytes(KEY_BYTES), KEY_FILE_MODE)
  }
  if ((statSync(path).mode & OTHERS_MASK) !== 0) {
    const problem = `${path} can be read by others; run: chmod 600 ${path}`
    throw new StorageFault('data_directory_unreadable', { path: folder, problem })
  }
  const key = readFileSync(path)
  if (key.length !== KEY_BYTES) throw new StorageFault('data_corrupt', { what: path })
  return key
}
