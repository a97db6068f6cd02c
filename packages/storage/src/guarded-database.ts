import { closeSync, existsSync, openSync, readSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { openDatabase, PAGE_BYTES, truncateLog } from './database.ts'
import { StorageFault } from './fault.ts'
import { syncFolder } from './folders.ts'
import { FRAME_HEADER_BYTES, HEADER_BYTES, pagesIn } from './log-frames.ts'
import { isLogTakenIn, LogMark, requireWholeLog } from './log-mark.ts'
import { PageCheck } from './page-check.ts'
import { PageSums, sumsFileOf } from './page-sums.ts'
import { type Leaf, type Root, usesOf } from './tree-pages.ts'

/**
 * Milliseconds that pages are compared for before a database is opened; the rest follows in quiet moments.
 * Measured: 2.5 GB a second from the cache of the file system.
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
 *                 one bit changed: put right; more: `data_corrupt`, unless only single people's rows suffer
 *
 * Measured on 2 virtual cores: summing a full write-ahead log of 16 MB takes 12 ms; comparing a database
 * of 1 GB takes 0.4 s when it is in the cache of the file system. The sums share file and sync with the
 * mark, so that emptying a log has no more syncs than the mark had alone; that of the keys has one more,
 * which makes erasing a person take 2.7 ms where it took 2.1 (median, `test/measure.ts` for more).
 *
 * No other code may copy the write-ahead log into the database. SQLite itself does when a process ends
 * without closing its store: then the mark tells of a log that is gone, and the sums are made anew.
 */
export class GuardedDatabase {
  readonly db: DatabaseSync
  /** What was found changed and was put right. */
  readonly repairs: string[] = []
  /** Leaves of tables that are damaged, until {@link acquit}. */
  readonly suspects: Leaf[] = []
  readonly #path: string
  readonly #tables: readonly string[]
  readonly #sums: PageSums
  readonly #mark: LogMark
  readonly #check: PageCheck
  readonly #frames: StatementSync
  #isChecked: boolean
  /** True when copying the log failed: then sums are those of pages that still stand in the log. */
  #isHalfCopied = false

  private constructor(
    path: string,
    db: DatabaseSync,
    sums: PageSums,
    check: PageCheck,
    tables: readonly string[],
    isChecked: boolean,
  ) {
    this.#path = path
    this.#isChecked = isChecked
    this.#tables = tables
    this.db = db
    this.#sums = sums
    this.#check = check
    this.#frames = db.prepare('PRAGMA wal_checkpoint(NOOP)')
    this.#mark = new LogMark(`${path}-wal`, sums.file)
  }

  /**
   * Opens a database, or makes it. Damage to pages of the tables named leads to {@link suspects}.
   * @throws StorageFault `data_corrupt` for any other
   */
  static open(path: string, tables: readonly string[]): GuardedDatabase {
    const file = sumsFileOf(path)
    if (isLogTakenIn(path, file)) {
      rmSync(file)
      syncFolder(dirname(file))
    }
    requireWholeLog(path, file)
    const isNew = !existsSync(file)
    const guarded = GuardedDatabase.#openCompared(path, PageSums.open(file), tables)
    try {
      guarded.#takeRepairs(isNew)
      // From here on pages and sums agree, so that what was not compared yet can be.
      guarded.emptyLog()
      guarded.#judge(guarded.#check.takeDamaged())
      return guarded
    } catch (error) {
      guarded.close()
      throw error
    }
  }

  static #openCompared(path: string, sums: PageSums, tables: readonly string[]): GuardedDatabase {
    let check = PageCheck.of(path, sums)
    try {
      const isChecked = check === null || !checkFor(CHECK_AT_OPENING_MS, check, `${path}-wal`)
      const db = openDatabase(path)
      check ??= newFileOf(path, sums)
      return new GuardedDatabase(path, db, sums, check, tables, isChecked)
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
    this.#isHalfCopied = true
    const isSummed = this.#sums.write()
    const isCleared = this.#mark.clear()
    if (isSummed || isCleared) this.#sums.sync()
    truncateLog(this.db)
    this.#isHalfCopied = false
  }

  /** Whether pages are left that nobody has compared since the database was opened. */
  get isCheckDue(): boolean {
    return !this.#isChecked
  }

  /**
   * Compares the next pages; true while there are more. `restart` begins with the first.
   * @throws StorageFault `data_corrupt`, as {@link open} does
   */
  checkPages(restart = false): boolean {
    if (this.#isHalfCopied) this.emptyLog()
    if (restart) this.#check.restart()
    const isMore = this.#check.step()
    if (!isMore) this.#isChecked = true
    this.#takeRepairs(false)
    this.#judge(this.#check.takeDamaged())
    return isMore
  }

  /** Takes a suspect for right as it is: what is wrong with its rows, they tell themselves. */
  acquit(leaf: Leaf): void {
    this.#check.accept(leaf.page)
    this.suspects.splice(this.suspects.indexOf(leaf), 1)
  }

  /** The error that a damaged page is. */
  damageOf(page: number, cause?: unknown): StorageFault {
    const what = `${this.#path}: page ${page} is not what was written; restore a backup`
    return new StorageFault('data_corrupt', { what }, cause)
  }

  /**
   * Damage to one row's overflow is told by the row's seal when it is opened; damage to a leaf is for
   * those to judge who can open its rows; anything else can hide rows of anybody.
   */
  #judge(damaged: readonly number[]): void {
    if (damaged.length === 0) return
    const check = this.#check
    const uses = usesOf(new Set(damaged), this.#roots(damaged), (page) => check.readPage(page))
    const isLost = (leaf: Leaf) => !this.#tables.includes(leaf.table)
    const lost = uses.structure[0] ?? uses.leaves.find(isLost)?.page
    if (lost !== undefined) throw this.damageOf(lost)
    this.suspects.push(...uses.leaves)
    const leaves = new Set(uses.leaves.map(({ page }) => page))
    for (const page of damaged) if (!leaves.has(page)) check.accept(page)
  }

  #roots(damaged: readonly number[]): Root[] {
    if (damaged.includes(1)) throw this.damageOf(1)
    const rows = this.db
      .prepare('SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0')
      .all()
    const schema = { name: 'sqlite_schema', page: 1 }
    return [
      schema,
      ...rows.map(({ name, rootpage }) => ({ name: String(name), page: Number(rootpage) })),
    ]
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
        this.#check.close()
        this.#sums.close()
      }
    }
  }

  #takeRepairs(isNew: boolean): void {
    const found = this.#check.takeRepairs()
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

/** Compares pages for so long; true when some are left. */
function checkFor(milliseconds: number, check: PageCheck, log: string): boolean {
  const inLog = pagesIn(log)
  const began = performance.now()
  let isMore = true
  while (isMore && performance.now() - began < milliseconds) isMore = check.step(inLog)
  return isMore
}

/** The check of a database that SQLite has just made, whose first page no log has held. */
function newFileOf(path: string, sums: PageSums): PageCheck {
  const check = new PageCheck(path, sums)
  check.step()
  check.takeRepairs()
  return check
}
