import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, Engine } from '@adsum/engine'
import { serve } from '@adsum/server/testing'
import { openSqliteStorage } from '@adsum/storage'
import { onTestFinished } from 'vitest'
import { PRODUCTS, shop } from './shop.ts'

/** A shop on a real port, with a real store, for one test. */
export interface ServedShop {
  readonly url: string
  readonly app: App
  readonly engine: Engine
  /** What is recorded of a person: type and item of each event, oldest first. */
  recorded(user: string): Promise<string[]>
  /** How many messages of a type had an outcome, by the metrics. */
  counted(type: string, outcome: string): Promise<number>
  /** How many requests to a route were answered with a status, by the metrics. */
  answered(route: string, status: number): Promise<number>
}

export async function serveShop(now: () => number = Date.now): Promise<ServedShop> {
  const { engine, app } = await openShop(now)
  const { url } = await serve(engine)
  return {
    url,
    app,
    engine,
    async recorded(user) {
      if (!(await isKnown(app, user))) return []
      const { latest } = await app.readUser(user)
      return latest.map(({ type, item }) => (item === null ? type : `${type} ${item}`)).reverse()
    },
    counted: (type, outcome) =>
      readMetric(url, `adsum_segment_messages_total{type="${type}",outcome="${outcome}"}`),
    answered: (route, status) =>
      readMetric(url, `adsum_request_duration_seconds_count{route="${route}",status="${status}"}`),
  }
}

/** A value of the metrics; zero where it is missing. */
async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
  return Number(line?.slice(name.length) ?? 0)
}

async function openShop(now: () => number): Promise<{ engine: Engine; app: App }> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-segment-'))
  const clock = { now }
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const storage = await openSqliteStorage({ path, clock, entropy })
  const report = (fault: unknown) => {
    throw fault
  }
  const engine = await Engine.open({ storage, clock, entropy, threads: 1, report })
  onTestFinished(async () => {
    await engine.close()
    await rm(path, { recursive: true, force: true })
  })
  const app = await engine.declare(shop)
  await app.putItems(
    PRODUCTS.map((id) => ({ type: 'product', id, attributes: { title: `Product ${id}` } })),
  )
  return { engine, app }
}

async function isKnown(app: App, user: string): Promise<boolean> {
  return app.readUser(user).then(
    () => true,
    (fault: { code?: string }) => {
      if (fault.code === 'user_unknown') return false
      throw fault
    },
  )
}

/** Waits until something holds, or fails after a while. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`still waiting: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
