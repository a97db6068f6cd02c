import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { BackedUpApp, Clock, Entropy, ScrubReport, StoredAccessKey } from '@adsum/engine/ports'
import { AdsumError } from '@adsum/protocol'
import type { KeylessCounts } from './app-data.ts'
import type { SqliteAppStore } from './app-store.ts'
import { KEYS_SUFFIX, UNFINISHED_SUFFIX } from './backup.ts'
import {
  type BackupManifest,
  invalid,
  readBackupManifest,
  readKeysManifest,
} from './backup-manifest.ts'
import { DataLayout } from './data-layout.ts'
import { openDatabase } from './database.ts'
import { StorageFault } from './fault.ts'
import { copyFile } from './file-copies.ts'
import { makeFolder, syncFolder } from './folders.ts'
import { openSqliteStorage } from './sqlite-storage.ts'
import { copyVerified } from './verified-copies.ts'
import { adsumError } from './writer-thread.ts'

export interface RestoreOptions {
  /** The folder of the backup; it is only read. */
  readonly backup: string
  /** The folder of the keys; without one `<backup>-keys`. */
  readonly keys: string | null
  /** The data directory to be made: a new or an empty folder. */
  readonly target: string
  readonly clock: Clock
  readonly entropy: Entropy
  /** Told what is being done, and how much of it is done, 0 to 1. */
  readonly onProgress?: (step: string, done: number) => void
}

/** An app as it was restored. */
export interface RestoredApp {
  /** What was read and found intact. */
  readonly found: ScrubReport
  /** People without a key: erased after the backup was made, and not restored. */
  readonly erased: KeylessCounts
}

/** An access key that is taken again, as it was when the backup was made. */
export type RestoredAccessKey = Pick<StoredAccessKey, 'id' | 'kind' | 'app' | 'name' | 'scopes'>

export interface RestoreReport {
  /** When the backup was made, ISO 8601. */
  readonly made: string
  readonly apps: readonly RestoredApp[]
  /**
   * Keys that are taken: a backup cannot know which of them were revoked after it was made. Those that
   * had been revoked before, or have expired, are not among them.
   */
  readonly accessKeys: readonly RestoredAccessKey[]
}

/**
 * Makes a data directory of a backup, and only if every byte and every event of it is intact:
 *
 *   hashes and sizes ─ SQLite's own check ─ open with the keys ─ remove people without a key
 *     ─ decrypt and decode everything ─ compare the counts with the manifest ─ rename into place
 *
 * Until then it is called `<target>.unfinished`. Models that may have learned from somebody who was
 * erased since are destroyed; the next ones are fitted from the log.
 *
 * @throws AdsumError `backup_unknown`, `backup_invalid`, `restore_target_not_empty`,
 *   `data_directory_newer`
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const backup = resolve(options.backup)
  const target = resolve(options.target)
  const made = target + UNFINISHED_SUFFIX
  try {
    if (existsSync(target) && readdirSync(target).length > 0) {
      throw new StorageFault('restore_target_not_empty', { path: target })
    }
    const manifest = readBackupManifest(backup)
    rmSync(made, { recursive: true, force: true })
    const restore = new Restore(options, manifest, backup, made)
    const { apps, accessKeys } = await restore.run()
    rmSync(target, { recursive: true, force: true })
    renameSync(made, target)
    syncFolder(dirname(target))
    return { made: manifest.made, apps, accessKeys }
  } catch (error) {
    throw adsumError(error, backup)
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

class Restore {
  readonly #options: RestoreOptions
  readonly #manifest: BackupManifest
  readonly #backup: string
  readonly #keys: string
  readonly #layout: DataLayout
  readonly #onProgress: (step: string, done: number) => void

  /** @param made the folder in which the data directory is made */
  constructor(options: RestoreOptions, manifest: BackupManifest, backup: string, made: string) {
    this.#options = options
    this.#manifest = manifest
    this.#backup = backup
    this.#keys = options.keys === null ? backup + KEYS_SUFFIX : resolve(options.keys)
    this.#layout = new DataLayout(made)
    this.#onProgress = options.onProgress ?? (() => undefined)
  }

  async run(): Promise<Omit<RestoreReport, 'made'>> {
    const { apps } = this.#manifest
    makeFolder(this.#layout.keys)
    makeFolder(this.#layout.apps)
    for (const { name } of apps) this.#layout.makeApp(name)
    await this.#copyKeys()
    await this.#copyFiles()
    for (const { name } of apps) this.#checkDatabase(name)
    const restored = await this.#open()
    this.#syncFolders()
    return restored
  }

  /** The files are synced; now their names. */
  #syncFolders(): void {
    const { path, keys, apps } = this.#layout
    const ofApps = this.#manifest.apps.flatMap(({ name }) => [
      this.#layout.models(name),
      this.#layout.app(name),
    ])
    for (const folder of [keys, ...ofApps, apps, path]) syncFolder(folder)
  }

  /** Copies the files of the backup; each is compared with the manifest on its way. */
  async #copyFiles(): Promise<void> {
    const { files } = this.#manifest
    const size = files.reduce((sum, { bytes }) => sum + bytes, 0)
    let done = 0
    for (const file of files) {
      await copyVerified(this.#backup, file, this.#layout.path, (bytes) => {
        done += bytes
        this.#onProgress('copying and comparing', done / size)
      })
    }
  }

  async #copyKeys(): Promise<void> {
    if (!existsSync(join(this.#keys, 'root.key'))) {
      const problem = `its keys are needed, and ${this.#keys} does not hold them; name their folder`
      throw invalid(this.#backup, problem)
    }
    const manifest = readKeysManifest(this.#keys)
    if (manifest !== null) {
      for (const file of manifest.files) await copyVerified(this.#keys, file, this.#layout.keys)
    } else {
      for (const name of this.#keyFiles()) {
        await copyFile(join(this.#keys, name), join(this.#layout.keys, name))
      }
    }
    for (const app of this.#manifest.apps) {
      if (!existsSync(this.#layout.keyFile(app.name))) {
        throw invalid(this.#backup, `${this.#keys} holds no keys of the app "${app.name}"`)
      }
      const known = manifest?.nextPerson[app.name]
      if (known !== undefined && known < app.nextPerson) {
        throw invalid(this.#backup, `the keys in ${this.#keys} are older than it`)
      }
    }
  }

  /** The keys of the apps, with what of them still stands in write-ahead logs. */
  #keyFiles(): string[] {
    const names = this.#manifest.apps.flatMap(({ name }) => [`${name}.db`, `${name}.db-wal`])
    return ['root.key', ...names].filter((name) => existsSync(join(this.#keys, name)))
  }

  #checkDatabase(name: string): void {
    this.#onProgress('checking the databases', 0)
    for (const path of [this.#layout.keyFile(name), join(this.#layout.app(name), 'log.db')]) {
      const db = openDatabase(path)
      try {
        const found = db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check
        if (found !== 'ok') throw invalid(this.#backup, `${path}: ${found}`)
      } finally {
        db.close()
      }
    }
  }

  async #open(): Promise<Omit<RestoreReport, 'made'>> {
    const { clock, entropy } = this.#options
    const storage = await openSqliteStorage({ path: this.#layout.path, clock, entropy })
    try {
      const apps: RestoredApp[] = []
      for (const app of this.#manifest.apps) {
        apps.push(await this.#restoreApp(app, await this.#openApp(storage, app.name)))
      }
      return { apps, accessKeys: takenAt(clock.now(), await storage.accessKeys.list()) }
    } finally {
      await storage.close()
    }
  }

  async #openApp(
    storage: { openApp(name: string): Promise<SqliteAppStore> },
    name: string,
  ): Promise<SqliteAppStore> {
    try {
      return await storage.openApp(name)
    } catch (error) {
      if (!(error instanceof AdsumError) || error.code !== 'data_corrupt') throw error
      throw this.#keysDoNotFit(name, error)
    }
  }

  #keysDoNotFit(app: string, cause?: unknown): StorageFault {
    const problem = `the keys in ${this.#keys} do not open the app "${app}"`
    return invalid(this.#backup, problem, cause)
  }

  async #restoreApp(app: BackedUpApp, store: SqliteAppStore): Promise<RestoredApp> {
    // With the keys of another directory everybody would look erased.
    if (store.keysMark !== app.keysMark) throw this.#keysDoNotFit(app.name)
    const erased = await store.removeKeyless()
    const found = await store.scrub((done) => this.#onProgress(`reading ${app.name}`, done))
    const [damage] = found.damage
    if (damage !== undefined) throw invalid(this.#backup, `app "${app.name}": ${damage}`)
    const totals = await store.totals()
    const expected = {
      position: app.position,
      events: app.events - erased.events,
      items: app.items,
      erasures: app.erasures + erased.people,
      quarantined: app.quarantined - erased.quarantined,
    }
    const { events, items, quarantined } = found
    const read = { ...totals, events, items, quarantined }
    for (const [count, value] of Object.entries(expected)) {
      const stored = read[count as keyof typeof expected]
      if (stored === value) continue
      throw invalid(this.#backup, `app "${app.name}" has ${stored} ${count}, not ${value}`)
    }
    return { found, erased }
  }
}

function takenAt(now: number, keys: readonly StoredAccessKey[]): RestoredAccessKey[] {
  return keys
    .filter(({ revoked, expires }) => revoked === null && (expires === null || now < expires))
    .map(({ id, kind, app, name, scopes }) => ({ id, kind, app, name, scopes }))
}
