import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { BackedUpApp, BackupReport, BackupRequest } from '@adsum/engine/ports'
import { AdsumError } from '@adsum/protocol'
import type { SqliteAppStore } from './app-store.ts'
import { BACKUP_FORMAT, type BackedUpFile, writeManifest } from './backup-manifest.ts'
import type { DataLayout } from './data-layout.ts'
import { StorageFault } from './fault.ts'
import { copyFile } from './file-copies.ts'
import { makeFolder, syncFolder } from './folders.ts'

/** What is not finished is called so, and never read. */
export const UNFINISHED_SUFFIX = '.unfinished'
/** The folder of the keys that belong to a backup is called after it. */
export const KEYS_SUFFIX = '-keys'
/** Backups in the data directory itself; more would fill its disk unnoticed. */
const OWN_BACKUPS_MAX = 32
/** Times that copying an app is begun: erasures go first, and then it begins anew. */
const COPY_TRIES_MAX = 10

/** What a backup is made of. */
export interface BackupSource {
  readonly layout: DataLayout
  openApp(name: string): Promise<SqliteAppStore>
  /** Milliseconds since 1970 UTC. */
  readonly now: number
}

/**
 * Copies everything at rest while events come in:
 *
 *   <folder>/
 *     apps/<app>/log.db            as it was when its copy was begun, see `live-copy.ts`
 *     apps/<app>/models/<id>.model
 *     access-keys.json             hashes of access keys, where there are any
 *     manifest.json                written last: sizes and SHA-256 of the files, counts of the apps
 *   <folder>-keys/                 only when asked for: what `keys/` of a data directory holds
 *
 * Until it is whole it is called `<folder>.unfinished`; the renaming is its publication.
 *
 * @throws StorageFault `request_invalid` when the folder is in use; `overloaded` when erasures came
 *   faster than a copy could be made
 */
export async function makeBackup(
  source: BackupSource,
  request: BackupRequest,
): Promise<BackupReport> {
  const folder = request.folder ?? ownFolder(source)
  requireUnused(folder)
  const keys = request.withKeys ? folder + KEYS_SUFFIX : null
  makeFolder(dirname(folder))
  if (keys !== null) rmSync(keys, { recursive: true, force: true })
  const copy = new BackupCopy(source, folder + UNFINISHED_SUFFIX, keys && keys + UNFINISHED_SUFFIX)
  try {
    const { apps, bytes } = await copy.make(request.onProgress ?? (() => undefined))
    // The keys first: whoever finds the backup finds the keys that were asked for.
    if (keys !== null) renameSync(keys + UNFINISHED_SUFFIX, keys)
    renameSync(folder + UNFINISHED_SUFFIX, folder)
    syncFolder(dirname(folder))
    return { folder, keys, bytes, made: copy.made, apps }
  } finally {
    copy.remove()
  }
}

/** `<data>/backups/<time>`, what crashes left unfinished there removed. */
function ownFolder({ layout, now }: BackupSource): string {
  const backups = join(layout.path, 'backups')
  const known = existsSync(backups) ? readdirSync(backups) : []
  for (const name of known.filter((name) => name.endsWith(UNFINISHED_SUFFIX))) {
    rmSync(join(backups, name), { recursive: true })
  }
  const kept = known.filter((name) => !name.endsWith(UNFINISHED_SUFFIX))
  if (kept.length >= OWN_BACKUPS_MAX) {
    const problem = `${backups} holds ${kept.length} folders already; move some of them away`
    throw new StorageFault('request_invalid', { problem })
  }
  return join(backups, new Date(now).toISOString().replaceAll(':', '-'))
}

function requireUnused(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return
  const problem = `the folder ${folder} is not empty; name a new one for the backup`
  throw new StorageFault('request_invalid', { problem })
}

/** A backup in the making. */
class BackupCopy {
  readonly made: string
  readonly #source: BackupSource
  readonly #folder: string
  readonly #keys: string | null
  readonly #files: BackedUpFile[] = []
  readonly #keyFiles: BackedUpFile[] = []

  constructor(source: BackupSource, folder: string, keys: string | null) {
    this.made = new Date(source.now).toISOString()
    this.#source = source
    this.#folder = folder
    this.#keys = keys
  }

  remove(): void {
    for (const folder of [this.#folder, this.#keys]) {
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
    }
  }

  async make(
    onProgress: (done: number) => void,
  ): Promise<{ readonly apps: BackedUpApp[]; readonly bytes: number }> {
    this.remove()
    makeFolder(join(this.#folder, 'apps'))
    if (this.#keys !== null) await this.#copyRootKey(this.#keys)
    const { layout } = this.#source
    const apps: BackedUpApp[] = []
    const names = layout.listApps()
    for (const [at, name] of names.entries()) {
      const app = await this.#copyApp(name, (done) => onProgress((at + done) / names.length))
      if (app !== null) apps.push(app)
    }
    if (existsSync(layout.accessKeys)) {
      const path = basename(layout.accessKeys)
      const copied = await copyFile(layout.accessKeys, join(this.#folder, path))
      this.#files.push({ path, ...copied })
    }
    this.#writeManifests(apps)
    return { apps, bytes: this.#files.reduce((sum, { bytes }) => sum + bytes, 0) }
  }

  /** Copies an app, anew as often as it changed beneath; null when it was removed meanwhile. */
  async #copyApp(name: string, onProgress: (done: number) => void): Promise<BackedUpApp | null> {
    for (let tries = 0; tries < COPY_TRIES_MAX; tries++) {
      rmSync(join(this.#folder, 'apps', name), { recursive: true, force: true })
      if (this.#keys !== null) rmSync(join(this.#keys, `${name}.db`), { force: true })
      if (!this.#source.layout.listApps().includes(name)) return null
      try {
        const store = await this.#source.openApp(name)
        const copied = await store.copyTo(this.#folder, this.#keys, onProgress)
        if (copied === null) continue
        this.#files.push(...copied.files)
        this.#keyFiles.push(...copied.keyFiles)
        return copied.app
      } catch (error) {
        // Closed while it was copied: declared anew, or removed.
        if (!(error instanceof AdsumError) || error.code !== 'app_unknown') throw error
      }
    }
    throw new StorageFault('overloaded')
  }

  async #copyRootKey(folder: string): Promise<void> {
    makeFolder(folder)
    const path = 'root.key'
    const copied = await copyFile(join(this.#source.layout.keys, path), join(folder, path))
    this.#keyFiles.push({ path, ...copied })
  }

  #writeManifests(apps: readonly BackedUpApp[]): void {
    const { made } = this
    syncFolder(join(this.#folder, 'apps'))
    writeManifest(this.#folder, { format: BACKUP_FORMAT, made, files: this.#files, apps })
    if (this.#keys === null) return
    const nextPerson = Object.fromEntries(apps.map((app) => [app.name, app.nextPerson]))
    writeManifest(this.#keys, { format: BACKUP_FORMAT, made, files: this.#keyFiles, nextPerson })
  }
}
