import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cinema, cinemaWorld, demonstration } from '@adsum/cinema'
import { Engine } from '@adsum/engine'
import { EVENTS_PER_REQUEST_MAX } from '@adsum/protocol'
import { createServer } from '@adsum/server'
import { openSqliteStorage } from '@adsum/storage'

const console = fileURLToPath(new URL('..', import.meta.url))

/** The demonstration begins at this moment, so that its people have always done the same. */
const NOW = Date.parse('2026-11-21T19:00:00Z')

/** A running demonstration with the pages as they are built. */
export interface Demonstration {
  readonly url: string
  readonly engine: Engine
  close(): Promise<void>
}

/** Starts server, engine and store on a directory that goes with the test. */
export async function startDemonstration(people: number): Promise<Demonstration> {
  buildPages()
  const path = await mkdtemp(join(tmpdir(), 'adsum-console-'))
  const started = performance.now()
  const clock = { now: () => Math.floor(NOW + performance.now() - started) }
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const storage = await openSqliteStorage({ path, clock, entropy })
  const report = (fault: unknown) => {
    throw fault
  }
  const engine = await Engine.open({ storage, clock, entropy, threads: 1, report })
  await recordCinema(engine, people)
  const server = createServer({ engine, version: '0.0.0', pages: join(console, 'dist') })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    engine,
    async close() {
      await server.close()
      await engine.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** Builds the pages unless they are newer than their sources. */
function buildPages(): void {
  const built = spawnSync(process.execPath, [join(console, 'build.mjs')], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`the pages could not be built:\n${built.stderr}`)
}

async function recordCinema(engine: Engine, people: number): Promise<void> {
  const { items, events } = cinemaWorld({ ...demonstration, people, now: NOW })
  const app = await engine.declare(cinema)
  await app.putItems(
    items.map((item) => ({
      ...item,
      attributes: { ...item.attributes, genres: [...item.attributes.genres] },
    })),
  )
  for (let at = 0; at < events.length; at += EVENTS_PER_REQUEST_MAX) {
    await app.sendEvents(events.slice(at, at + EVENTS_PER_REQUEST_MAX))
  }
  await app.learnNow()
}
