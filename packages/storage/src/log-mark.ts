import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32c } from './crc32c.ts'
import { StorageFault } from './fault.ts'
import { syncFolder } from './folders.ts'
import { wholeLogBytes } from './log-frames.ts'

/** Salts of the log, its length, a checksum of both. */
const MARK_BYTES = 20
const SALT_BYTES = 8
/** Where the salts stand in the header of a write-ahead log. */
const SALT_AT = 16
const LENGTH_AT = 8
const CHECKSUM_AT = 16
/** Bytes of a write-ahead log before its frames, and of each frame before its page. */
const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/**
 * How much of a write-ahead log was committed, in a file beside it. SQLite takes a log up to the first
 * frame whose checksum is wrong and leaves the rest out without a word: after a crash that is right for
 * what was never synced, but a bit that changed on the disk would take what was acknowledged with it.
 *
 *   commit (synced) ──▶ note: salts, length     not synced: it may be behind, never ahead
 *   clear (synced) ───▶ empty the log           before, so that a mark never outlives its log
 *   open: the log must be whole up to the mark
 */
export class LogMark {
  readonly #log: string
  readonly #file: number
  readonly #frames: StatementSync
  readonly #frameBytes: number
  readonly #mark = Buffer.alloc(MARK_BYTES)
  #isClear = false

  /** @param path of the database, which `db` has opened after {@link requireWholeLog} */
  constructor(path: string, db: DatabaseSync) {
    this.#log = `${path}-wal`
    this.#frames = db.prepare('PRAGMA wal_checkpoint(NOOP)')
    const pageBytes = Number(db.prepare('PRAGMA page_size').get()?.page_size)
    this.#frameBytes = FRAME_HEADER_BYTES + pageBytes
    const mark = markOf(path)
    this.#file = openSync(mark, existsSync(mark) ? 'r+' : 'w+')
  }

  /** Call after a commit. */
  note(): void {
    const frames = Number(this.#frames.get()?.log)
    if (frames <= 0) return
    if (this.#isClear) readSalts(this.#log, this.#mark)
    this.#isClear = false
    this.#write(HEADER_BYTES + frames * this.#frameBytes)
  }

  /** Call before the log is emptied. */
  clear(): void {
    if (this.#isClear) return
    this.#mark.fill(0)
    this.#write(0)
    fsyncSync(this.#file)
    this.#isClear = true
  }

  /** Call before the database is closed, which empties the log. */
  close(): void {
    try {
      this.clear()
    } finally {
      closeSync(this.#file)
    }
  }

  #write(length: number): void {
    this.#mark.writeDoubleLE(length, LENGTH_AT)
    this.#mark.writeUInt32LE(crc32c(this.#mark, 0, CHECKSUM_AT), CHECKSUM_AT)
    writeSync(this.#file, this.#mark, 0, MARK_BYTES, 0)
  }
}

/**
 * Checks a write-ahead log before SQLite sees it. A mark that is torn or missing says nothing.
 * @throws StorageFault `data_corrupt` when less of the log is whole than was committed
 */
export function requireWholeLog(path: string): void {
  const file = markOf(path)
  const mark = existsSync(file) ? readFileSync(file) : null
  if (mark?.length !== MARK_BYTES) return
  if (crc32c(mark, 0, CHECKSUM_AT) !== mark.readUInt32LE(CHECKSUM_AT)) return
  const committed = mark.readDoubleLE(LENGTH_AT)
  if (committed === 0) return
  const name = `${path}-wal`
  if (!existsSync(name)) {
    // Taken in and removed by SQLite, as when a process ends by itself without closing its store.
    rmSync(file)
    syncFolder(dirname(file))
    return
  }
  const log = readFileSync(name)
  const salts = log.subarray(SALT_AT, SALT_AT + SALT_BYTES)
  const isOurs = Buffer.compare(salts, mark.subarray(0, SALT_BYTES)) === 0
  const whole = isOurs ? wholeLogBytes(log, committed) : 0
  if (whole >= committed) return
  const what =
    `${name} is damaged at byte ${whole} of ${committed}; restore a backup, ` +
    `or remove ${file} to go on without what was recorded last`
  throw new StorageFault('data_corrupt', { what })
}

function markOf(path: string): string {
  return path.replace(/\.db$/, '.mark')
}

function readSalts(log: string, into: Buffer): void {
  const file = openSync(log, 'r')
  try {
    readSync(file, into, 0, SALT_BYTES, SALT_AT)
  } finally {
    closeSync(file)
  }
}
