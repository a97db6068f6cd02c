import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Bytes of one write when a file is overwritten. */
const OVERWRITE_BYTES = 1024 * 1024

/** Makes a folder and its missing parents, readable by the owner alone, and syncs the entries. */
export function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
}

/** Waits until the names in a folder are on disk. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Writes a small file so that it is there whole or not at all: temporary file, sync, rename, sync. */
export function writeFileDurably(path: string, bytes: Uint8Array, mode: number): void {
  const temporary = `${path}.tmp`
  const file = openSync(temporary, 'w', mode)
  try {
    writeSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Overwrites a file with zeros, syncs it, unlinks it. The caller syncs the folder. */
export function destroyFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    const { size } = statSync(path)
    const zeros = new Uint8Array(Math.min(size, OVERWRITE_BYTES))
    for (let at = 0; at < size; at += zeros.length) {
      writeSync(file, zeros, 0, Math.min(zeros.length, size - at), at)
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  rmSync(path)
}
