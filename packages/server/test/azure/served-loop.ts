import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type App,
  type DecideOptions,
  decide,
  defineApp,
  Engine,
  personalizer,
} from '@adsum/engine'
import { serve } from '@adsum/server/testing'
import { openSqliteStorage } from '@adsum/storage'
import { onTestFinished } from 'vitest'

/** Milliseconds of the window of rewards. */
export const WINDOW_MS = 600_000
const START = Date.parse('2026-11-25T09:00:00.000Z')

/** A loop on a real port, with a real store, for one test. */
export interface ServedLoop {
  readonly url: string
  readonly engine: Engine
  readonly log: readonly string[]
  /** As it is now: changing settings opens it anew. */
  app(): App
  /** Lets time pass. */
  wait(milliseconds: number): void
  /** Ends the process, so to speak, and starts it again. */
  restart(): Promise<ServedLoop>
}

export function loopDeclaration(options: Partial<DecideOptions<never>> = {}) {
  return defineApp({
    name: 'menu',
    items: {},
    events: {},
    surfaces: {
      meal: decide({
        ...{ range: [-1, 1], windowMs: WINDOW_MS },
        explore: { kind: 'greedy', floor: 0.2 },
        ...options,
      }),
    },
    dialects: { personalizer: personalizer({ surface: 'meal' }) },
  })
}

export async function serveLoop(options: Partial<DecideOptions<never>> = {}): Promise<ServedLoop> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-azure-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  let now = START
  return open(path, { now: () => ++now, pass: (milliseconds) => (now += milliseconds) }, options)
}

async function open(
  path: string,
  time: { now(): number; pass(milliseconds: number): void },
  options: Partial<DecideOptions<never>> | null,
): Promise<ServedLoop> {
  const clock = { now: () => time.now() }
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const storage = await openSqliteStorage({ path, clock, entropy })
  const report = (fault: unknown) => {
    throw fault
  }
  const engine = await Engine.open({ storage, clock, entropy, threads: 1, report })
  let isOpen = true
  const close = async (): Promise<void> => {
    if (isOpen) await engine.close()
    isOpen = false
  }
  onTestFinished(close)
  if (options !== null) await engine.declare(loopDeclaration(options))
  const served = await serve(engine)
  return {
    ...{ url: served.url, log: served.log, engine },
    app: () => engine.app('menu'),
    wait: (milliseconds) => time.pass(milliseconds),
    restart: async () => {
      await served.server.close()
      await close()
      return open(path, time, null)
    },
  }
}

/** A request to a route of the dialect, with what any client sends. */
export async function ask(
  { url }: Pick<ServedLoop, 'url'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
) {
  const response = await fetch(`${url}/personalizer${path}`, {
    method,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : JSON.parse(text),
  }
}
