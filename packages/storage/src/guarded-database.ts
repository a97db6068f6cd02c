import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { openDatabase, PAGE_BYTES, truncateLog } from './database.ts'
import { syncFolder } from './folders.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES, pagesIn } from './log-frames.ts'
import { isLogTakenIn, LogMark, requireWholeLog } from './log-mark.ts'
import { PageCheck } from './page-check.ts'
import { PageSums, sumsFileOf } from './page-sums.ts'

/**
 * Milliseconds that pages are compared for before a database is opened; the rest follows in quiet moments.
 * Measured: 1 to 2 GB a second from the cache of the file system.
 */
const CHECK_AT_OPENING_MS = 1_000
const FRAME_BYTES: number = FRAME_HEADER_BYTES + PAGE_BYTES
/** Frames of the write-ahead log read in one go. */
const FRAMES_PER_READ = 64

/**
 * A database that tells when its files are not what was written. SQLite has no checksums of its pages: a
 * bit that changes in a key of a B-tree hides rows without a word. (Its checksum VFS is an extension,
 * which Node does not build in.) Counts of rows kept apart would show that something is missing but not
 * where, and say nothing of what stands unsealed; a digest of the whole file would have to be made anew
 * at every checkpoint. Sums by page cost what changes:
 *
 *   commit ───▶ write-ahead log · note its length in the mark         log-mark.ts
 *   emptyLog ─▶ sum the pages in it · sync sums · SQLite copies them   page-sums.ts
 *   open ─────▶ is the log whole up to the mark? are the pages those that were summed?   page-check.ts
 *                 one bit changed: put right; more: `data_corrupt`
 *
 * Measured on 2 virtual cores: summing a full write-ahead log of 16 MB takes 15 ms, copying it 60 to 200;
 * comparing a database of 1 GB takes 0.6 s when it is in the cache of the file system. The sums share
 * file and sync with the mark, so that emptying a log has no more syncs than the mark had alone.
 *
 * No other code may copy the write-ahead log into the database. SQLite itself does when a process ends
 * without closing its store: then the mark tells of a log that is gone, and the sums are made anew.
 */
export class GuardedDatabase {
  readonly db: DatabaseSync
  /** What was found changed and was put right. */
  readonly repairs: string[] = []
  readonly #path: string
  readonly #sums: PageSums
  readonly #mark: LogMark
  readonly #check: PageCheck | null
  readonly #frames: StatementSync
  #isChecked: boolean

  private constructor(path: string, db: DatabaseSync, sums: PageSums, check: PageCheck | null) {
    this.#path = path
    this.db = db
    this.#sums = sums
    this.#check = check
    this.#isChecked = check === null
    this.#frames = db.prepare('PRAGMA wal_checkpoint(NOOP)')
    this.#mark = new LogMark(`${path}-wal`, sums.file)
  }

  /** Opens a database, or makes it. @throws StorageFault `data_corrupt` */
  static open(path: string): GuardedDatabase {
    const file = sumsFileOf(path)
    if (isLogTakenIn(path, file)) {
      rmSync(file)
      syncFolder(dirname(file))
    }
    requireWholeLog(path, file)
    const isNew = !existsSync(file)
    const sums = PageSums.open(file)
    const check = PageCheck.of(path, sums)
    try {
      const isChecked = check === null || !checkFor(CHECK_AT_OPENING_MS, check, `${path}-wal`)
      const db = openDatabase(path)
      try {
        const guarded = new GuardedDatabase(path, db, sums, check)
        guarded.#takeRepairs(isNew)
        guarded.#isChecked = isChecked
        // From here on pages and sums agree, so that what was not compared yet can be.
        guarded.emptyLog()
        return guarded
      } catch (error) {
        db.close()
        throw error
      }
    } catch (error) {
      check?.close()
      sums.close()
      throw error
    }
  }

  /** Call after a commit. */
  noteCommit(): void {
    const frames = this.#committedFrames()
    if (frames > 0) this.#mark.note(HEADER_BYTES + frames * FRAME_BYTES)
  }

  /** Copies the write-ahead log into the database and empties it. Commits are safe without it. */
  emptyLog(): void {
    this.#sumLog()
    const isSummed = this.#sums.write()
    const isCleared = this.#mark.clear()
    if (isSummed || isCleared) this.#sums.sync()
    truncateLog(this.db)
  }

  /** Whether pages are left that nobody has compared since the database was opened. */
  get isCheckDue(): boolean {
    return !this.#isChecked
  }

  /**
   * Compares the next pages; true while there are more. `restart` begins with the first.
   * @throws StorageFault `data_corrupt`
   */
  checkPages(restart = false): boolean {
    const check = this.#check ?? PageCheck.of(this.#path, this.#sums)
    if (check === null) return false
    if (restart) check.restart()
    const isMore = check.step()
    this.#takeRepairs(false)
    check.requireIntact()
    if (!isMore) this.#isChecked = true
    return isMore
  }

  /** Does what {@link emptyLog} does, since SQLite does it as it closes a database. */
  close(): void {
    try {
      this.emptyLog()
      this.#mark.close()
      this.#sums.sync()
    } finally {
      try {
        this.db.close()
      } finally {
        this.#check?.close()
        this.#sums.close()
      }
    }
  }

  #takeRepairs(isNew: boolean): void {
    const found = this.#check?.takeRepairs() ?? []
    if (isNew || found.length === 0) return
    this.repairs.push(...found)
    // What SQLite has read before is what it was before.
    this.db.exec('PRAGMA shrink_memory')
  }

  #committedFrames(): number {
    return Number(this.#frames.get()?.log)
  }

  /** Notes the sums of the pages in the write-ahead log, which are going to be those of the database. */
  #sumLog(): void {
    const frames = this.#committedFrames()
    if (frames <= 0) return
    const log = openSync(`${this.#path}-wal`, 'r')
    try {
      const bytes = Buffer.alloc(Math.min(frames, FRAMES_PER_READ) * FRAME_BYTES)
      for (let frame = 0; frame < frames; frame += FRAMES_PER_READ) {
        const count = Math.min(FRAMES_PER_READ, frames - frame)
        const from = HEADER_BYTES + frame * FRAME_BYTES
        const read = readSync(log, bytes, 0, count * FRAME_BYTES, from)
        if (read !== count * FRAME_BYTES)
          throw new Error(`${this.#path}-wal is shorter than it was`)
        for (let at = 0; at < read; at += FRAME_BYTES) {
          const page = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_BYTES)
          this.#sums.note(bytes.readUInt32BE(at), page)
        }
      }
    } finally {
      closeSync(log)
    }
  }
}

/** Compares pages for so long; true when some are left. @throws StorageFault `data_corrupt` */
function checkFor(milliseconds: number, check: PageCheck, log: string): boolean {
  const inLog = pagesIn(log)
  const began = performance.now()
  let isMore = true
  while (isMore && performance.now() - began < milliseconds) isMore = check.step(inLog)
  check.requireIntact()
  return isMore
}
