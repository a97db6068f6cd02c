import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, read } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Bytes read at a time: little enough that hashing them does not hold up answers (under 1 ms). */
const PART_BYTES = 512 * 1024
/**
 * Bytes after which a copy is synced. Left to the end, hundreds of megabytes would be written out at
 * once, and the syncs of the log, which acknowledgements wait for, would queue behind them.
 */
const SYNC_BYTES = 8 * 1024 * 1024
const COPY_MODE = 0o600

const readAt = promisify(read)

/** What was copied. */
export interface CopiedBytes {
  readonly bytes: number
  readonly sha256: string
}

/**
 * Copies the first `size` bytes of an open file into a new one, readable by the owner alone, and syncs
 * it. The source is given by its descriptor, not by its name, since closing a file drops the locks that
 * this process holds on it (POSIX): only the caller knows when that is harmless.
 */
export async function copyBytes(
  source: number,
  size: number,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<CopiedBytes> {
  const file = await open(
    target,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
    COPY_MODE,
  )
  try {
    const digest = createHash('sha256')
    const part = Buffer.alloc(PART_BYTES)
    let unsynced = 0
    let at = 0
    while (at < size) {
      const { bytesRead } = await readAt(source, part, 0, Math.min(PART_BYTES, size - at), at)
      if (bytesRead === 0) break
      const bytes = part.subarray(0, bytesRead)
      digest.update(bytes)
      await writeAll(file, bytes, at)
      at += bytesRead
      unsynced += bytesRead
      onBytes(bytesRead)
      if (unsynced >= SYNC_BYTES) {
        await file.datasync()
        unsynced = 0
      }
    }
    await file.sync()
    return { bytes: at, sha256: digest.digest('hex') }
  } finally {
    await file.close()
  }
}

/**
 * Files that SQLite has open and locked in this process, opened for reading beside it. They stay open
 * until SQLite has closed them, since closing one would drop its locks.
 */
export class LockedFiles {
  readonly #descriptors: Map<string, number> = new Map()

  /** A descriptor to read the file with. */
  descriptor(path: string): number {
    let descriptor = this.#descriptors.get(path)
    if (descriptor === undefined) {
      descriptor = openSync(path, 'r')
      this.#descriptors.set(path, descriptor)
    }
    return descriptor
  }

  /** To be called when SQLite has closed them. */
  close(): void {
    for (const descriptor of this.#descriptors.values()) closeSync(descriptor)
    this.#descriptors.clear()
  }
}

/** Copies a whole file that nobody locks. */
export async function copyFile(
  path: string,
  target: string,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<CopiedBytes> {
  const source = await open(path, 'r')
  try {
    return await copyBytes(source.fd, (await source.stat()).size, target, onBytes)
  } finally {
    await source.close()
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    from += (await file.write(bytes, from, bytes.length - from, at + from)).bytesWritten
  }
}
