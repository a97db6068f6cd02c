import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Bytes of one write when a file is overwritten. */
const OVERWRITE_BYTES = 1024 * 1024

/*
 * What `folders.ts` does in the writer thread, for the thread that answers requests: a sync may take a
 * tenth of a second while the disk is busy, and nothing is answered by a thread that waits for it.
 */

/** Waits until the names in a folder are on disk. */
export async function syncFolderOffLoop(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Writes a file so that it is there whole or not at all: temporary file, sync, rename, sync. */
export async function writeFileOffLoop(
  path: string,
  bytes: Uint8Array,
  mode: number,
): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    await writeSynced(temporary, bytes, mode)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolderOffLoop(dirname(path))
}

/** Overwrites a file with zeros, syncs it, unlinks it. The caller syncs the folder. */
export async function destroyFileOffLoop(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const zeros = new Uint8Array(Math.min(size, OVERWRITE_BYTES))
    for (let at = 0; at < size; at += zeros.length) {
      await file.write(zeros, 0, Math.min(zeros.length, size - at), at)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await rm(path)
}

async function writeSynced(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'w', mode)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}
