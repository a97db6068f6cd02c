import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import type { AppStore, Clock, Entropy, Storage } from '@adsum/engine/ports'
import { SqliteAppStore } from './app-store.ts'
import { KEY_BYTES } from './cipher.ts'
import { DataLayout } from './data-layout.ts'
import { makeFolder } from './folders.ts'
import { noteFormat, requireKnownFormat } from './format.ts'
import { lockDirectory } from './lock.ts'
import { openRootKey } from './root-key.ts'
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
 *     lock.db, lock.holder   exclusive lock of one process, dropped by the kernel; its holder in words
 *     keys/                  to be backed up apart from the data, and for days only
 *       root.key             wraps the app keys (mode 0600)
 *       <app>.db             app key, wrapped; one key per person, wrapped
 *     apps/<app>/
 *       log.db               totals     one row of counts
 *                            people     number, keyed hash of the id, sealed id, count
 *                            chunks     (person, chunk): tags of ids, sealed events
 *                            records    decisions, sealed;  rewards (decision, n), sealed
 *                            items      number, keyed hash, sealed type, id and attributes
 *                            documents  key, sealed value
 *                            models     manifest and hash of models/<id>.model
 *       models/<id>.model
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
export async function openSqliteStorage(options: SqliteStorageOptions): Promise<Storage> {
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
      return new SqliteStorage(layout, new WriterThread({ path, seed, root }), lock.release)
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    throw adsumError(error, path)
  }
}

/** Hands out the stores of the apps, one object per app. */
class SqliteStorage implements Storage {
  readonly path: string
  readonly #layout: DataLayout
  readonly #thread: WriterThread
  readonly #release: () => void
  readonly #apps: Map<string, Promise<SqliteAppStore>> = new Map()
  #isClosed = false

  constructor(layout: DataLayout, thread: WriterThread, release: () => void) {
    this.path = layout.path
    this.#layout = layout
    this.#thread = thread
    this.#release = release
  }

  async listApps(): Promise<string[]> {
    return this.#layout.listApps()
  }

  async openApp(name: string): Promise<AppStore> {
    const known = this.#apps.get(name)
    if (known !== undefined) return known
    const onClose = () => void this.#apps.delete(name)
    const opened = SqliteAppStore.open(name, this.#thread, this.#layout, onClose)
    this.#apps.set(name, opened)
    opened.catch(onClose)
    return opened
  }

  async removeApp(name: string): Promise<void> {
    this.#apps.delete(name)
    await this.#thread.ask(name, 'remove', null)
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
