import { existsSync } from 'node:fs'
import { type Client, createClient } from '@adsum/client'
import { Engine } from '@adsum/engine'
import {
  AdsumError,
  type AppView,
  type Decision,
  type DecisionRequest,
  type QuarantineView,
  type Receipt,
  type ReplayResponse,
  type StoredDecision,
} from '@adsum/protocol'
import { mapAgain } from '@adsum/server'
import { openSqliteStorage } from '@adsum/storage'
import type { Context } from './context.ts'

/** Milliseconds that a running server has to say that it is there. */
const HEALTH_MS = 3_000

/** What commands ask of one app, whether it runs in this process or in a server. */
export interface AppCalls {
  decide(request: DecisionRequest): Promise<Decision>
  readDecision(id: string): Promise<StoredDecision>
  eraseUser(user: string): Promise<Receipt>
  readReceipt(id: string): Promise<Receipt>
  readQuarantine(query: { readonly limit: number; readonly code?: string }): Promise<QuarantineView>
  replayQuarantine(ids: readonly string[] | undefined): Promise<ReplayResponse>
  removeQuarantined(id: string): Promise<void>
  /** Replaces the model now, where this process can; a server does so by itself. */
  learnNow?(): Promise<unknown>
}

/** The apps of the data directory. */
export interface Workplace {
  /** Whether a server holds the data and answers for them. */
  readonly isServed: boolean
  apps(): Promise<AppView[]>
  /** @throws AdsumError `app_unknown`, `app_required` */
  app(name: string | undefined): Promise<AppCalls>
}

/** Opens the engine on the data directory. @throws AdsumError `data_directory_...`, `data_corrupt` */
export async function openEngine(context: Context): Promise<Engine> {
  const { world, data, output } = context
  const { clock, entropy } = world
  const storage = await openSqliteStorage({ path: data, clock, entropy })
  return Engine.open({
    storage,
    clock,
    entropy,
    report: (fault, what) => {
      const words = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
      output.note(`${what}: ${words}`)
    },
  })
}

/**
 * A client of the server that holds the data: the one on this machine, or the production server, which
 * takes requests under its public URL alone and with a key, ADSUM_KEY.
 */
export function serverClient({ world, port }: Context, app?: string): Client {
  const { ADSUM_PUBLIC_URL, ADSUM_KEY } = world.environment
  return createClient({
    url: ADSUM_PUBLIC_URL || `http://127.0.0.1:${port}`,
    fetch: world.fetch,
    ...(ADSUM_KEY ? { key: ADSUM_KEY } : {}),
    ...(app === undefined ? {} : { app }),
  })
}

/**
 * Works on the apps of the data directory: directly, or through the server that holds it.
 * @throws AdsumError `data_directory_unreadable` when there is none; `data_directory_locked` when
 *   another process holds it and no server answers.
 */
export async function withWorkplace<Result>(
  context: Context,
  work: (place: Workplace) => Promise<Result>,
): Promise<Result> {
  if (!existsSync(context.data)) {
    const problem = 'it does not exist; "adsum start" or "adsum import" makes it'
    throw new AdsumError('data_directory_unreadable', { path: context.data, problem })
  }
  const engine = await openUnlessServed(context)
  if (engine === null) return work(servedWorkplace(context))
  try {
    return await work(localWorkplace(engine))
  } finally {
    await engine.close()
  }
}

/** The engine, or null when a server on this machine holds the data directory. */
export async function openUnlessServed(context: Context): Promise<Engine | null> {
  try {
    return await openEngine(context)
  } catch (fault) {
    const locked = fault instanceof AdsumError && fault.code === 'data_directory_locked'
    if (!locked || !(await serverAnswers(context))) throw fault
    context.output.note(`Asking the server on port ${context.port}, which holds the data.`)
    return null
  }
}

/** Whether a server answers on the port. */
export async function serverAnswers(context: Context): Promise<boolean> {
  try {
    await serverClient(context).health({ timeoutMs: HEALTH_MS })
    return true
  } catch (fault) {
    if (fault instanceof AdsumError) return false
    throw fault
  }
}

function localWorkplace(engine: Engine): Workplace {
  return {
    isServed: false,
    async apps() {
      const views = await engine.apps()
      await Promise.all(views.map(({ name }) => engine.app(name).ready))
      return engine.apps()
    },
    async app(name) {
      const app = engine.app(name)
      // Before everything is read, people who are recorded would be taken for strangers.
      await app.ready
      return {
        decide: (request) => app.decide(request),
        readDecision: (id) => app.readDecision(id),
        eraseUser: (user) => app.eraseUser(user),
        readReceipt: (id) => app.readReceipt(id),
        readQuarantine: (query) => app.readQuarantine(query),
        replayQuarantine: (ids) => app.replayQuarantine(ids, mapAgain(app)),
        removeQuarantined: (id) => app.removeQuarantined(id),
        learnNow: () => app.learnNow(),
      }
    },
  }
}

function servedWorkplace(context: Context): Workplace {
  return {
    isServed: true,
    apps: () => serverClient(context).listApps(),
    app: async (name) => serverClient(context, name),
  }
}
