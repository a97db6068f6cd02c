import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import type {
  AccessKeyStore,
  BackupReport,
  BackupRequest,
  Clock,
  Entropy,
  ScrubReport,
  Storage,
} from '@adsum/engine/ports'
import { AdsumError } from '@adsum/protocol'
import { AccessKeysFile } from './access-keys-file.ts'
import { SqliteAppStore } from './app-store.ts'
import { makeBackup } from './backup.ts'
import { KEY_BYTES } from './cipher.ts'
import { DataLayout } from './data-layout.ts'
import { makeFolder } from './folders.ts'
import { noteFormat, requireKnownFormat } from './format.ts'
import { lockDirectory } from './lock.ts'
import { openRootKey } from './root-key.ts'
import { unopened } from './scrub-app.ts'
import { adsumError, WriterThread } from './writer-thread.ts'

export interface SqliteStorageOptions {
  /** The data directory; made when it does not exist. */
  readonly path: string
  readonly clock: Clock
  readonly entropy: Entropy
}

/**
 * Opens a data directory.
 *
 *   <data>/
 *     format                 layout number; a newer one is refused before anything is written
 *     access-keys.json       who may ask what over HTTP; hashes of secrets (access-keys-file.ts)
 *     lock.db, lock.holder   exclusive lock of one process, dropped by the kernel; its holder in words
 *     keys/                  to be backed up apart from the data, and for days only
 *       root.key             wraps the app keys (mode 0600)
 *       <app>.db             app key, wrapped; one key per person, wrapped
 *       <app>.sums           the same of it as log.sums of log.db
 *     apps/<app>/
 *       log.db               totals     one row of counts
 *                            people     number, keyed hash of the id, sealed id, count
 *                            arrivals   the latest events as they came, one row a person and group
 *                            chunks     (person, chunk): tags of ids, sealed events
 *                            records    decisions, sealed;  rewards (decision, n), sealed
 *                            quarantine events not taken: number, keyed hash, why, sealed event
 *                            items      number, keyed hash, sealed type, id and attributes
 *                            documents  key, sealed value
 *                            models     manifest and hash of models/<id>.model
 *       log.sums               how much of log.db's write-ahead log was committed; sums of its pages
 *       models/<id>.model
 *     backups/               those asked for over HTTP (backup.ts)
 *
 *   main thread                                 writer thread (one per data directory)
 *   SqliteAppStore ─ pack ─ postMessage ──────▶ GroupCommit ─ begin … commit (WAL, sync) ─ answer
 *                    unpack ◀────────────────── AppData: tables, keys, index of event ids
 *
 * What belongs to a person is sealed with that person's key; erasing destroys rows and key. Without keys
 * the log shows how many people, events and decisions there are, when decisions were taken, and keys of
 * documents and manifests of models; model files are as the learner wrote them.
 *
 * @throws AdsumError `data_directory_locked`, `data_directory_newer`, `data_directory_unreadable`,
 *   `data_directory_full`, `data_corrupt`
 */
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<SqliteStorage> {
  const path = resolve(options.path)
  try {
    requireKnownFormat(path)
    makeFolder(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    const lock = lockDirectory(path, options.clock)
    try {
      requireKnownFormat(path)
      noteFormat(path)
      const seed = options.entropy.bytes(KEY_BYTES)
      const layout = new DataLayout(path)
      const root = openRootKey(layout.keys, options.entropy)
      layout.sweepRemoved()
      const accessKeys = new AccessKeysFile(layout.accessKeys, root)
      const thread = new WriterThread({ path, seed, root })
      return new SqliteStorage(layout, accessKeys, thread, options.clock, lock.release)
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    throw adsumError(error, path)
  }
}

/** Hands out the stores of the apps, one object per app. */
export class SqliteStorage implements Storage {
  readonly path: string
  readonly accessKeys: AccessKeyStore
  readonly #layout: DataLayout
  readonly #thread: WriterThread
  readonly #clock: Clock
  readonly #release: () => void
  readonly #apps: Map<string, Promise<SqliteAppStore>> = new Map()
  /** Ends when the last backup that was asked for is made. */
  #backups: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(
    layout: DataLayout,
    accessKeys: AccessKeyStore,
    thread: WriterThread,
    clock: Clock,
    release: () => void,
  ) {
    this.path = layout.path
    this.accessKeys = accessKeys
    this.#layout = layout
    this.#thread = thread
    this.#clock = clock
    this.#release = release
  }

  async listApps(): Promise<string[]> {
    return this.#layout.listApps()
  }

  async openApp(name: string): Promise<SqliteAppStore> {
    const known = this.#apps.get(name)
    if (known !== undefined) return known
    const onClose = () => void this.#apps.delete(name)
    const opened = SqliteAppStore.open(name, this.#thread, this.#layout, onClose)
    this.#apps.set(name, opened)
    opened.catch(onClose)
    return opened
  }

  async removeApp(name: string): Promise<void> {
    const opened = this.#apps.get(name)
    this.#apps.delete(name)
    await this.#thread.ask(name, 'remove', null)
    if (opened !== undefined) (await opened).releaseFiles()
  }

  async backup(request: BackupRequest): Promise<BackupReport> {
    const made = this.#backups.then(() =>
      makeBackup(
        {
          layout: this.#layout,
          openApp: (name) => this.openApp(name),
          now: this.#clock.now(),
        },
        request,
      ),
    )
    this.#backups = made.catch(() => undefined)
    try {
      return await made
    } catch (error) {
      throw adsumError(error, request.folder ?? this.path)
    }
  }

  async scrub(onProgress?: (app: string, done: number) => void): Promise<ScrubReport[]> {
    const reports: ScrubReport[] = []
    for (const name of await this.listApps()) reports.push(await this.#scrub(name, onProgress))
    return reports
  }

  async #scrub(
    name: string,
    onProgress: (app: string, done: number) => void = () => undefined,
  ): Promise<ScrubReport> {
    try {
      return await (await this.openApp(name)).scrub((done) => onProgress(name, done))
    } catch (error) {
      if (!(error instanceof AdsumError) || error.code !== 'data_corrupt') throw error
      return unopened(name, String(error.details.what))
    }
  }

  /** Lets go of the directory in any case; then reports an app that could not be closed properly. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const closing = [...this.#apps.values()].map(async (opened) => (await opened).close())
    const outcomes = await Promise.allSettled(closing)
    await this.#thread.end()
    this.#release()
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }
}
