import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import { deserialiseModel } from '@adsum/learning'
import { AdsumError, type AppView, type Backup as BackupView } from '@adsum/protocol'
import { AccessKeys } from './access/access-keys.ts'
import { App } from './app/app.ts'
import type { DecideSurface, SurfaceSettings } from './app/decide-surface.ts'
import { type AppDeclaration, checkDeclaration, requireDecides } from './app/declaration.ts'
import { pooled } from './app/ids.ts'
import { totalLoad } from './app/total-load.ts'
import {
  eraseDecided,
  type ImportVerdict,
  importLearned,
  resetLearned,
} from './decide/learned-base.ts'
import { FileJobs } from './files/index.ts'
import { ServedModel } from './models/served-model.ts'
import { Trainer } from './models/trainer.ts'
import type { AppStore, Clock, Entropy, ScrubReport, Storage, StoreLoad } from './ports.ts'

/** The document of an app's store that holds its declaration. */
const DECLARATION_KEY = 'declaration'

/** Folder of the data directory for files that people bring along. */
const UPLOADS_FOLDER = 'uploads'

/** Helper threads of a fit: more would take the processor from the answers. */
const FIT_THREADS_MAX = 8

export interface EngineOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly entropy: Entropy
  /** Threads for the arithmetic of fits; as many as there are processors unless given. */
  readonly threads?: number
  /** Where faults go that nobody waits for. */
  readonly report: (fault: unknown, what: string) => void
}

/** Every app of one data directory, at work. */
export class Engine {
  readonly #options: EngineOptions
  readonly #kernels: Kernels
  readonly #trainer: Trainer
  readonly #apps = new Map<string, App>()
  /** Names that are being made, so that two requests cannot make the same app. */
  readonly #making = new Set<string>()
  #files: FileJobs | null = null
  #accessKeys: AccessKeys | null = null
  /** The check under way. */
  #check: Promise<ScrubReport[]> | null = null

  private constructor(options: EngineOptions, kernels: Kernels, trainer: Trainer) {
    this.#options = { ...options, entropy: pooled(options.entropy) }
    this.#kernels = kernels
    this.#trainer = trainer
  }

  /** Opens every app that the directory holds. */
  static async open(options: EngineOptions): Promise<Engine> {
    const threads = options.threads ?? Math.min(availableParallelism(), FIT_THREADS_MAX)
    const kernels = await openKernels()
    const engine = new Engine(options, kernels, new Trainer(threads))
    try {
      const { storage, clock, entropy, report } = options
      engine.#accessKeys = await AccessKeys.open({
        store: storage.accessKeys,
        clock,
        entropy: engine.#options.entropy,
        report,
      })
      for (const name of await storage.listApps()) await engine.#openStored(name)
      const folder = join(storage.path, UPLOADS_FOLDER)
      engine.#files = await FileJobs.open({
        folder,
        clock,
        entropy,
        apps: engine,
        threads,
        report,
      })
    } catch (fault) {
      await engine.close()
      throw fault
    }
    return engine
  }

  /**
   * The app of this name; without one the only app there is.
   * @throws AdsumError `app_unknown`, `app_required`
   */
  app(name: string | undefined): App {
    const known = [...this.#apps.keys()].join(', ') || 'none'
    if (name === undefined) {
      const [only, ...others] = this.#apps.values()
      if (only === undefined || others.length > 0) throw new AdsumError('app_required', { known })
      return only
    }
    const app = this.#apps.get(name)
    if (app === undefined) throw new AdsumError('app_unknown', { app: name, known })
    return app
  }

  /** Files that people bring along. */
  get files(): FileJobs {
    if (this.#files === null) throw new Error('the engine is not open')
    return this.#files
  }

  /** Who may ask what. */
  get accessKeys(): AccessKeys {
    if (this.#accessKeys === null) throw new Error('the engine is not open')
    return this.#accessKeys
  }

  /**
   * Copies everything at rest into a folder of the data directory while work goes on.
   * @throws AdsumError `request_invalid` when there are too many, `overloaded`
   */
  async backUp({ withKeys }: { readonly withKeys: boolean }): Promise<BackupView> {
    const { storage } = this.#options
    const { folder, keys, bytes, apps } = await storage.backup({ folder: null, withKeys })
    return {
      backup: relative(storage.path, folder),
      keys: keys === null ? null : relative(storage.path, keys),
      bytes,
      apps: apps.map(({ name, events }) => ({ name, events })),
    }
  }

  /**
   * Reads and checks everything at rest, app after app, while work goes on. Who asks while a check is under
   * way gets the answer of that one, which bounds what checks take from everybody else.
   */
  checkData(): Promise<ScrubReport[]> {
    this.#check ??= this.#options.storage.scrub().finally(() => {
      this.#check = null
    })
    return this.#check
  }

  /** Milliseconds since 1970 UTC. */
  get clock(): Clock {
    return this.#options.clock
  }

  has(name: string): boolean {
    return this.#apps.has(name)
  }

  /** How busy the stores of all apps are: sums, and the longest a write takes. */
  load(): StoreLoad {
    return totalLoad([...this.#apps.values()].map((app) => app.load()))
  }

  async apps(): Promise<AppView[]> {
    return [...this.#apps.values()].map((app) => app.view())
  }

  /**
   * Makes an app, or takes a newer declaration of one that exists.
   * @throws AdsumError `declaration_invalid`
   */
  async declare(declaration: AppDeclaration): Promise<App> {
    const { name } = declaration
    checkDeclaration(declaration)
    if (this.#making.has(name)) throw new AdsumError('app_exists', { app: name })
    this.#making.add(name)
    try {
      await this.#apps.get(name)?.close()
      this.#apps.delete(name)
      const store = await this.#options.storage.openApp(name)
      await store.putDocument(DECLARATION_KEY, JSON.stringify(declaration))
      return await this.#open(declaration, store)
    } finally {
      this.#making.delete(name)
    }
  }

  /**
   * Gives a `decide` surface other settings. What was learned stays, and open decisions keep theirs.
   * @throws AdsumError `app_unknown`, `surface_unknown`, `declaration_invalid`
   */
  async tuneSurface(name: string, surface: string, settings: SurfaceSettings): Promise<void> {
    const { declaration } = this.app(name)
    const { surfaces } = declaration
    const declared = requireDecides(declaration, surface)
    const { reward = {}, ...others } = settings
    const tuned = { ...declared, ...others, reward: { ...declared.reward, ...reward } }
    await this.declare({ ...declaration, surfaces: { ...surfaces, [surface]: tuned } })
  }

  /** Lets a `decide` surface begin anew: what was decided before stays in the log and is not learned. */
  async resetLearned(name: string, surface: string): Promise<void> {
    await this.#changeLearned(name, surface, resetLearned)
  }

  /** Lets a `decide` surface begin with an export of its own (`App.exportLearned`). */
  async importLearned(name: string, surface: string, bytes: Uint8Array): Promise<ImportVerdict> {
    let verdict: ImportVerdict = 'format'
    await this.#changeLearned(name, surface, async (store, named, declared, now) => {
      verdict = await importLearned(store, named, declared, bytes, now)
    })
    return verdict
  }

  /** Removes every decision of a `decide` surface; what was learned stays where nobody was named. */
  async eraseDecided(name: string, surface: string): Promise<void> {
    await this.#changeLearned(name, surface, (store, named, declared, now, learned) =>
      eraseDecided(store, named, declared, learned, now),
    )
  }

  /** Closes an app, changes what a surface begins with, and opens the app again. */
  async #changeLearned(
    name: string,
    surface: string,
    change: (
      store: AppStore,
      surface: string,
      declared: DecideSurface,
      now: number,
      learned: Uint8Array,
    ) => Promise<void>,
  ): Promise<void> {
    const app = this.app(name)
    const declared = requireDecides(app.declaration, surface)
    if (this.#making.has(name)) throw new AdsumError('app_exists', { app: name })
    this.#making.add(name)
    try {
      await app.close()
      this.#apps.delete(name)
      const store = await this.#options.storage.openApp(name)
      const now = this.#options.clock.now()
      try {
        await change(store, surface, declared, now, app.decideStatistics(surface))
      } finally {
        await this.#open(app.declaration, store)
      }
    } finally {
      this.#making.delete(name)
    }
  }

  /** Takes an app away with everything recorded in it. */
  async remove(name: string): Promise<void> {
    await this.app(name).close()
    this.#apps.delete(name)
    await this.accessKeys.revokeApp(name)
    await this.#options.storage.removeApp(name)
  }

  async close(): Promise<void> {
    await this.#files?.close()
    await Promise.all([...this.#apps.values()].map((app) => app.close()))
    await this.#trainer.close()
    await closeKernels(this.#kernels)
    await this.#accessKeys?.settled()
    await this.#options.storage.close()
  }

  async #openStored(name: string): Promise<void> {
    const store = await this.#options.storage.openApp(name)
    const text = await store.readDocument(DECLARATION_KEY)
    if (text === null) {
      await store.close()
      this.#options.report(new AdsumError('data_corrupt', { what: `declaration of ${name}` }), name)
      return
    }
    const declaration = JSON.parse(text) as AppDeclaration
    checkDeclaration(declaration)
    await this.#open(declaration, store)
  }

  async #open(
    declaration: AppDeclaration,
    store: Awaited<ReturnType<Storage['openApp']>>,
  ): Promise<App> {
    const { clock, entropy, report } = this.#options
    const app = await App.open(declaration, {
      store,
      trainer: this.#trainer,
      clock,
      entropy,
      report,
      openModel: async (manifest, bytes, catalogue, itemType) => {
        const ranker = await deserialiseModel(bytes, this.#kernels)
        return new ServedModel(manifest, ranker, catalogue, itemType)
      },
    })
    this.#apps.set(declaration.name, app)
    return app
  }
}
