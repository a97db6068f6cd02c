import type { KeyObject } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { ErasedCounts } from '@adsum/engine/ports'
import { isCheckpointDue, rollBack, transaction } from './database.ts'
import { EventAppender } from './event-appender.ts'
import { EventLog } from './event-log.ts'
import { GuardedDatabase } from './guarded-database.ts'
import { AppKeys } from './keys.ts'
import { type CopyPoint, LiveCopy } from './live-copy.ts'
import { migrate } from './migrations.ts'
import type { RandomStream } from './random-stream.ts'
import { ARRIVALS_SCHEMA } from './tables/arrivals-table.ts'
import { CHUNKS_SCHEMA, CHUNKS_TABLE } from './tables/chunks-table.ts'
import { DOCUMENTS_SCHEMA, DocumentsTable } from './tables/documents-table.ts'
import { ITEMS_SCHEMA, ItemsTable } from './tables/items-table.ts'
import { MODELS_SCHEMA, ModelsTable } from './tables/models-table.ts'
import { PEOPLE_SCHEMA, PeopleTable } from './tables/people-table.ts'
import { QUARANTINE_SCHEMA, QuarantineTable } from './tables/quarantine-table.ts'
import { RECORD_KINDS_SCHEMA, RECORDS_SCHEMA, RecordsTable } from './tables/records-table.ts'
import { TOTALS_SCHEMA, TotalsTable } from './tables/totals-table.ts'

const SCHEMA: readonly string[] = [
  [
    TOTALS_SCHEMA,
    PEOPLE_SCHEMA,
    CHUNKS_SCHEMA,
    ARRIVALS_SCHEMA,
    ITEMS_SCHEMA,
    RECORDS_SCHEMA,
    DOCUMENTS_SCHEMA,
    MODELS_SCHEMA,
    QUARANTINE_SCHEMA,
  ].join(';\n'),
  RECORD_KINDS_SCHEMA,
]

/** Arrivals that are moved to their places in one transaction of a restore. */
const FOLDED_ARRIVALS = 1_000

/** How far comparing all pages has come, see {@link AppData.checkAllPages}. */
const CHECKING_KEYS = 0
const CHECKING_LOG = 1
const CHECKING_REST_OF_LOG = 2

const NOTHING_ERASED: ErasedCounts = { events: 0, decisions: 0, quarantined: 0 }

/** What was recorded for people whose keys are gone. */
export interface KeylessCounts extends ErasedCounts {
  readonly people: number
}

/**
 * The open files of one app: its log and its keys. Writes happen between `begin` and `commit`; what
 * memory knows of the files (counts, index, keys) follows them in `commit` and `rollBack`.
 */
export class AppData {
  readonly keys: AppKeys
  readonly events: EventAppender
  readonly people: PeopleTable
  readonly chunks: EventLog
  readonly items: ItemsTable
  readonly records: RecordsTable
  readonly documents: DocumentsTable
  readonly models: ModelsTable
  readonly quarantine: QuarantineTable
  readonly totals: TotalsTable
  readonly #files: GuardedDatabase
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #copy: LiveCopy
  /** People whose rows are gone but whose erasing has not come to its end. */
  readonly #unfinished: Set<number> = new Set()

  private constructor(files: GuardedDatabase, path: string, keys: AppKeys, random: RandomStream) {
    const { db } = files
    this.#files = files
    this.#db = db
    this.#path = path
    this.#copy = new LiveCopy(path)
    this.keys = keys
    this.totals = new TotalsTable(db)
    this.people = new PeopleTable(db, keys, random)
    this.chunks = new EventLog(db, keys, random)
    this.items = new ItemsTable(db, keys, random)
    this.records = new RecordsTable(db, keys, random)
    this.documents = new DocumentsTable(db, keys, random)
    this.models = new ModelsTable(db)
    this.quarantine = new QuarantineTable(db, keys, random, this.people, this.totals)
    this.events = new EventAppender(keys, this.people, this.chunks, this.totals)
  }

  /** Opens `log.db` in the app's folder and its key file; finishes what a crash interrupted. */
  static open(
    app: string,
    folder: string,
    keyFile: string,
    root: KeyObject,
    random: RandomStream,
  ): AppData {
    const path = join(folder, 'log.db')
    const files = GuardedDatabase.open(path, [CHUNKS_TABLE])
    try {
      return AppData.#openWith(files, path, app, keyFile, root, random)
    } catch (error) {
      files.close()
      throw error
    }
  }

  static #openWith(
    files: GuardedDatabase,
    path: string,
    app: string,
    keyFile: string,
    root: KeyObject,
    random: RandomStream,
  ): AppData {
    const isNew = Number(files.db.prepare('PRAGMA user_version').get()?.user_version) === 0
    const keys = AppKeys.open(keyFile, app, isNew, root, random)
    try {
      migrate(files.db, path, SCHEMA)
      const data = AppData.#over(files, path, keys, random)
      data.#judgeSuspects()
      keys.sweep(data.people.count(), (person) => data.people.has(person))
      files.emptyLog()
      return data
    } catch (error) {
      keys.close()
      throw error
    }
  }

  static #over(files: GuardedDatabase, path: string, keys: AppKeys, random: RandomStream): AppData {
    try {
      return new AppData(files, path, keys, random)
    } catch (error) {
      const [suspect] = files.suspects
      throw suspect === undefined ? error : files.damageOf(suspect.page, error)
    }
  }

  /** @throws StorageFault `data_corrupt` when people cannot be told from whom rows may be missing */
  #judgeSuspects(): void {
    for (const leaf of [...this.#files.suspects]) {
      if (!this.events.tellDamage(leaf.after, leaf.upTo)) throw this.#files.damageOf(leaf.page)
      this.#files.acquit(leaf)
    }
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE')
  }

  /** Puts the group on disk: first the keys of new people, then the log that uses them. */
  commit(): void {
    this.events.writeOut()
    this.totals.write()
    this.keys.commit()
    this.#db.exec('COMMIT')
    this.events.committed()
    this.totals.committed()
    this.#files.noteCommit()
  }

  /** Undoes the group, in the file and in memory. */
  rollBack(): null {
    this.events.rolledBack()
    this.totals.rolledBack()
    this.people.forgetFound()
    this.keys.rollBack()
    rollBack(this.#db)
    return null
  }

  /** True when the files need {@link rest} even while there is work. */
  isRestDue(): boolean {
    return isCheckpointDue(this.#path) && !this.#copy.holds
  }

  /** Whether so many events wait for {@link fold} that it must not wait for quiet. */
  isFoldDue(): boolean {
    return this.chunks.isFoldDue
  }

  /** Moves the latest events of some people to their places; true while there is more to do. */
  fold(arrivalsMin: number): boolean {
    const isMore = this.chunks.fold(arrivalsMin)
    this.#files.noteCommit()
    return isMore
  }

  /** Housekeeping between groups; failing is no failure of what was committed. */
  rest(): void {
    if (this.#copy.holds) return
    this.#copy.disturb()
    this.#files.emptyLog()
    this.keys.rest()
  }

  /** Empties the write-ahead logs and keeps the files as they then are, see {@link LiveCopy}. */
  beginCopy(): CopyPoint {
    this.#files.emptyLog()
    this.keys.rest()
    this.#copy.begin()
    return {
      logBytes: statSync(this.#path).size,
      keysBytes: statSync(this.keys.path).size,
      totals: this.totals.totals(),
      nextPerson: this.totals.get('nextPerson'),
      models: this.models.all(),
    }
  }

  /** Lets the files change again; false when they had to change meanwhile. */
  endCopy(): boolean {
    return this.#copy.end()
  }

  /**
   * Removes everybody whose key is gone: they were erased after the log was copied, so that nothing of
   * theirs can be read any more. Each counts as the erasure that it was.
   */
  removeKeyless(): KeylessCounts {
    const keyless = this.people.numbers().filter((person) => !this.keys.has(person))
    const counts = { people: 0, events: 0, decisions: 0, quarantined: 0 }
    const erasures = this.totals.get('erasures')
    for (const person of keyless) {
      const removed = this.#removeRows(person)
      counts.events += removed.events
      counts.decisions += removed.decisions
      counts.quarantined += removed.quarantined
    }
    counts.people = this.totals.get('erasures') - erasures
    this.#unfinished.clear()
    // Now, so that nothing moves while everything is counted.
    while (this.fold(FOLDED_ARRIVALS));
    this.#files.emptyLog()
    return counts
  }

  /**
   * Removes a person: rows overwritten, key destroyed, write-ahead log emptied. A crash in between leaves
   * a key without a person, which the next opening destroys; after an error, repeating completes it.
   */
  erase(user: string): ErasedCounts {
    const known = this.people.find(user)
    const counts = known === null ? NOTHING_ERASED : this.#removeRows(known)
    if (this.#unfinished.size > 0) this.#copy.disturb()
    for (const person of this.#unfinished) this.keys.destroy(person)
    if (this.#unfinished.size > 0) this.#files.emptyLog()
    this.#unfinished.clear()
    return counts
  }

  #removeRows(person: number): ErasedCounts {
    const tags = this.chunks.tagsOfPerson(person)
    const events = tags.length
    this.totals.stage('events', -events)
    this.totals.stage('users', events === 0 ? 0 : -1)
    try {
      const counts = transaction(this.#db, () => {
        this.chunks.remove(person)
        this.people.remove(person)
        const decisions = this.records.remove(person)
        const quarantined = this.quarantine.removePerson(person)
        // Of somebody whose quarantined events were all replayed or discarded only the name was left.
        if (events + decisions + quarantined > 0) this.totals.stage('erasures', 1)
        this.totals.write()
        return { events, decisions, quarantined }
      })
      this.#files.noteCommit()
      this.totals.committed()
      this.events.forget(person, tags)
      this.#unfinished.add(person)
      return counts
    } catch (error) {
      this.totals.rolledBack()
      throw error
    }
  }

  /** What was found changed in the files and put right, in words. */
  get repairs(): readonly string[] {
    return [...this.#files.repairs, ...this.keys.files.repairs]
  }

  /** Whether pages of the files are left to be compared with their sums. */
  get isCheckDue(): boolean {
    return this.#files.isCheckDue || this.keys.files.isCheckDue
  }

  /** Compares some of them. @throws StorageFault `data_corrupt` */
  checkPages(): void {
    if (this.keys.files.isCheckDue) this.keys.checkPages(false)
    else if (this.#files.isCheckDue) this.#checkOwnPages(false)
  }

  /**
   * Compares the next pages of the keys and then of the log; begins with -1.
   * @returns what to go on with, null when all were compared
   * @throws StorageFault `data_corrupt`
   */
  checkAllPages(after: number): number | null {
    if (after < CHECKING_LOG) return this.keys.checkPages(after < 0) ? CHECKING_KEYS : CHECKING_LOG
    return this.#checkOwnPages(after === CHECKING_LOG) ? CHECKING_REST_OF_LOG : null
  }

  #checkOwnPages(restart: boolean): boolean {
    const isMore = this.#files.checkPages(restart)
    this.#judgeSuspects()
    return isMore
  }

  close(): void {
    try {
      this.#files.close()
    } finally {
      this.keys.close()
    }
  }
}
