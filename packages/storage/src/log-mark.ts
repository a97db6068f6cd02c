import { closeSync, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { crc32c } from './crc32c.ts'
import { StorageFault } from './fault.ts'
import { wholeLogBytes } from './log-frames.ts'

/** Salts of the log, its length, a checksum of both. */
const MARK_BYTES = 20
const SALT_BYTES = 8
/** Where the salts stand in the header of a write-ahead log. */
const SALT_AT = 16
const LENGTH_AT = 8
const CHECKSUM_AT = 16
/** Instead of a length: the database was closed, and there is no log. */
const CLOSED = -1

/**
 * How much of a write-ahead log was committed, at the beginning of a file beside it. SQLite takes a log up
 * to the first frame whose checksum is wrong and leaves the rest out without a word: after a crash that is
 * right for what was never synced, but a bit that changed on the disk would take what was acknowledged
 * with it.
 *
 *   commit (synced) ──▶ note: salts, length     not synced: it may be behind, never ahead
 *   clear (synced) ───▶ empty the log           before, so that a mark never outlives its log
 *   open: the log must be whole up to the mark
 */
export class LogMark {
  readonly #log: string
  readonly #file: number
  readonly #mark = Buffer.alloc(MARK_BYTES)
  #isClear = true

  /**
   * @param log path of the write-ahead log, which was looked at by {@link requireWholeLog}
   * @param file descriptor of the file with the mark
   */
  constructor(log: string, file: number) {
    this.#log = log
    this.#file = file
    this.#write(0)
  }

  /** Call after a commit with the bytes of the log that are committed now. */
  note(length: number): void {
    if (this.#isClear) readSalts(this.#log, this.#mark)
    this.#isClear = false
    this.#write(length)
  }

  /** Call before the log is emptied; the caller syncs the file unless this returns false. */
  clear(): boolean {
    if (this.#isClear) return false
    this.#isClear = true
    this.#mark.fill(0)
    this.#write(0)
    return true
  }

  /** Call when the log was emptied for good; the caller syncs the file. */
  close(): void {
    this.#write(CLOSED)
  }

  #write(length: number): void {
    this.#mark.writeDoubleLE(length, LENGTH_AT)
    this.#mark.writeUInt32LE(crc32c(this.#mark, 0, CHECKSUM_AT), CHECKSUM_AT)
    writeSync(this.#file, this.#mark, 0, MARK_BYTES, 0)
  }
}

/**
 * Whether SQLite has copied a log into the database and removed it without our doing, as when a process
 * ends by itself and has not closed its store.
 */
export function isLogTakenIn(path: string, file: string): boolean {
  const mark = readMark(file)
  return mark !== null && mark.length !== CLOSED && !existsSync(`${path}-wal`)
}

/**
 * Checks a write-ahead log before SQLite sees it. A mark that is torn or missing says nothing.
 * @throws StorageFault `data_corrupt` when less of the log is whole than was committed
 */
export function requireWholeLog(path: string, file: string): void {
  const mark = readMark(file)
  if (mark === null || mark.length <= 0) return
  const name = `${path}-wal`
  const log = existsSync(name) ? readFileSync(name) : Buffer.alloc(0)
  const isOurs = log.subarray(SALT_AT, SALT_AT + SALT_BYTES).equals(mark.salts)
  const whole = isOurs ? wholeLogBytes(log, mark.length) : 0
  if (whole >= mark.length) return
  const what =
    `${name} is damaged at byte ${whole} of ${mark.length}; restore a backup, ` +
    `or remove ${file} to go on without what was recorded last`
  throw new StorageFault('data_corrupt', { what })
}

function readMark(path: string): { readonly salts: Buffer; readonly length: number } | null {
  if (!existsSync(path)) return null
  const mark = readFileSync(path).subarray(0, MARK_BYTES)
  if (mark.length < MARK_BYTES) return null
  if (crc32c(mark, 0, CHECKSUM_AT) !== mark.readUInt32LE(CHECKSUM_AT)) return null
  return { salts: mark.subarray(0, SALT_BYTES), length: mark.readDoubleLE(LENGTH_AT) }
}

function readSalts(log: string, into: Buffer): void {
  const file = openSync(log, 'r')
  try {
    readSync(file, into, 0, SALT_BYTES, SALT_AT)
  } finally {
    closeSync(file)
  }
}
