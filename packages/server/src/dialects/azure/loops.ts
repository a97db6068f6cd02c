import { AdsumError, APP_HEADER } from '@adsum/protocol'
import type { FastifyRequest } from 'fastify'
import type { AppApi, EngineApi } from '../../engine-api.ts'
import { type Loop, openLoop, reopened } from './loop.ts'
import { settingsFor } from './settings-for.ts'
import { UnderWay } from './under-way.ts'

interface Opened {
  readonly app: AppApi
  readonly loop: Promise<Loop>
}

/** The loops of all apps, opened when somebody asks for them. */
export class Loops {
  readonly #engine: EngineApi
  readonly #opened = new Map<string, Opened>()
  /** Apps whose surface is being given other settings: whoever asks waits until it is there again. */
  readonly #tuning = new Map<string, Promise<unknown>>()
  readonly #underWay = new UnderWay()

  constructor(engine: EngineApi) {
    this.#engine = engine
  }

  /**
   * Does something with the loop that a request is for; its app is not opened anew meanwhile, unless by
   * the work itself.
   */
  async during<Result>(
    request: FastifyRequest,
    work: (loop: Loop) => Promise<Result>,
  ): Promise<Result> {
    const loop = await this.#of(request)
    const { name } = loop.app.declaration
    this.#underWay.enter(name)
    try {
      return await work(loop)
    } finally {
      this.#underWay.leave(name)
    }
  }

  /**
   * The loop that a request is for: that of the key's app, of the app that is named, or of the only app
   * that answers these clients.
   * @throws AdsumError `app_unknown`, `app_required`; Fault `ResourceNotFound`
   */
  async #of({ access, headers }: FastifyRequest): Promise<Loop> {
    const named = headers[APP_HEADER]
    const name = access.app ?? (typeof named === 'string' && named !== '' ? named : null)
    return this.#named(name ?? (await this.#onlyName()))
  }

  /**
   * Gives the loop's surface the settings that its state asks for, where it has others.
   * @returns the loop as it is afterwards
   */
  async tune(loop: Loop): Promise<Loop> {
    const wanted = settingsFor(loop)
    if (wanted === null) return loop
    return this.reopen(loop, (engine, name) => engine.tuneSurface(name, loop.surface, wanted))
  }

  /**
   * Has the engine do something for which it opens the loop's app anew, when all other requests to it are
   * answered. Called by the work of {@link during}.
   * @returns the loop as it is afterwards
   */
  async reopen(
    loop: Loop,
    work: (engine: EngineApi, name: string) => Promise<unknown>,
  ): Promise<Loop> {
    const { name } = loop.app.declaration
    this.#underWay.leave(name)
    try {
      await this.#tuning.get(name)
      return await this.#reopen(loop, work)
    } finally {
      this.#underWay.enter(name)
    }
  }

  async #reopen(
    loop: Loop,
    work: (engine: EngineApi, name: string) => Promise<unknown>,
  ): Promise<Loop> {
    const { name } = loop.app.declaration
    // Those who come from now on wait for it.
    const done = this.#underWay.none(name).then(() => work(this.#engine, name))
    const settled = done.catch(() => undefined)
    this.#tuning.set(name, settled)
    try {
      await done
      const app = this.#engine.app(name)
      const next = reopened(loop, app)
      this.#opened.set(name, { app, loop: Promise.resolve(next) })
      return next
    } finally {
      if (this.#tuning.get(name) === settled) this.#tuning.delete(name)
    }
  }

  async #named(name: string): Promise<Loop> {
    await this.#tuning.get(name)
    const app = this.#engine.app(name)
    const known = this.#opened.get(name)
    if (known?.app === app) return known.loop
    // A declaration that was read again knows nothing of what was put since.
    const loop = openLoop(app, this.#engine).then((fresh) => {
      const wanted = settingsFor(fresh)
      if (wanted === null) return fresh
      return this.#reopen(fresh, (engine) => engine.tuneSurface(name, fresh.surface, wanted))
    })
    const opened = { app, loop }
    this.#opened.set(name, opened)
    loop.catch(() => {
      if (this.#opened.get(name) === opened) this.#opened.delete(name)
    })
    return loop
  }

  async #onlyName(): Promise<string> {
    const apps = (await this.#engine.apps()).map(({ name }) => this.#engine.app(name))
    const answering = apps.filter(({ declaration }) => declaration.dialects?.personalizer)
    const [only, ...others] = answering
    if (only !== undefined && others.length === 0) return only.declaration.name
    const known = answering.map(({ declaration }) => declaration.name).join(', ') || 'none'
    throw new AdsumError('app_required', { known })
  }
}
