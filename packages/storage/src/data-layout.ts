import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { StorageFault } from './fault.ts'
import { destroyFile, makeFolder, syncFolder } from './folders.ts'
import { sumsFileOf } from './page-sums.ts'

/** Lower-case letters, digits and hyphens, a letter first, at most 64: also safe as a file name. */
const APP_NAME = /^[a-z][a-z0-9-]{0,63}$/
/** A folder with this prefix is an app whose removal has begun. */
const REMOVED_PREFIX = '.removed-'

/** Where things lie in a data directory. */
export class DataLayout {
  readonly path: string
  readonly keys: string
  readonly apps: string
  /** The file of the access keys. */
  readonly accessKeys: string

  constructor(path: string) {
    this.path = path
    this.keys = join(path, 'keys')
    this.apps = join(path, 'apps')
    this.accessKeys = join(path, 'access-keys.json')
  }

  app(name: string): string {
    if (!APP_NAME.test(name)) throw new StorageFault('app_unknown', { app: name, known: '' })
    return join(this.apps, name)
  }

  models(name: string): string {
    return join(this.app(name), 'models')
  }

  keyFile(name: string): string {
    return join(this.keys, `${name}.db`)
  }

  /** Names of the apps, in order. */
  listApps(): string[] {
    if (!existsSync(this.apps)) return []
    return readdirSync(this.apps)
      .filter((name) => APP_NAME.test(name) && existsSync(join(this.apps, name, 'log.db')))
      .sort()
  }

  makeApp(name: string): void {
    makeFolder(this.models(name))
  }

  /** Removes an app: from the renaming on it is gone, and what a crash leaves is swept. */
  removeApp(name: string): void {
    const folder = this.app(name)
    if (!existsSync(folder)) return
    renameSync(folder, join(this.apps, REMOVED_PREFIX + name))
    syncFolder(this.apps)
    this.#finishRemoving(name)
  }

  /** Finishes removals that a crash interrupted. */
  sweepRemoved(): void {
    if (!existsSync(this.apps)) return
    for (const entry of readdirSync(this.apps)) {
      if (entry.startsWith(REMOVED_PREFIX)) this.#finishRemoving(entry.slice(REMOVED_PREFIX.length))
    }
  }

  #finishRemoving(name: string): void {
    const keys = this.keyFile(name)
    for (const file of [keys, `${keys}-wal`, `${keys}-journal`, sumsFileOf(keys)]) {
      if (existsSync(file)) destroyFile(file)
    }
    syncFolder(this.keys)
    rmSync(join(this.apps, REMOVED_PREFIX + name), { recursive: true, force: true })
    syncFolder(this.apps)
  }
}
