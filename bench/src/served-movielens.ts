import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  type App,
  chooseMapping,
  declarationOf,
  Engine,
  importEvents,
  openDataSet,
  readFileEvents,
  summarise,
  understand,
} from '@adsum/engine'
import { openSqliteStorage } from '@adsum/storage'
import type { Split } from './accuracy/movielens-1m.ts'

/** MovieLens at work in a data directory of its own, brought there the way a person's own file is. */
export interface Served {
  readonly path: string
  readonly engine: Engine
  readonly app: App
  /** Seconds from opening the file to the first answer of the fitted model, and of its parts. */
  readonly seconds: {
    readonly read: number
    readonly record: number
    readonly learn: number
    readonly total: number
  }
  close(): Promise<void>
}

const clock = { now: () => Date.now() }
const entropy = { bytes: (length: number) => new Uint8Array(randomBytes(length)) }

export const APP_NAME = 'movielens'

/** An engine on a directory, as the command line opens it. */
export async function openEngine(path: string): Promise<Engine> {
  const storage = await openSqliteStorage({ path, clock, entropy })
  return Engine.open({
    storage,
    clock,
    entropy,
    report: (fault, what) => console.error(`${what}: ${String(fault)}`),
  })
}

/** Writes the training lines to a file and serves them: import path, defaults, served learner. */
export async function serve(split: Split): Promise<Served> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-bench-'))
  const file = join(path, 'ml-1m.txt')
  await writeFile(file, `${split.training.join('\n')}\n`)
  const engine = await openEngine(join(path, 'data'))
  const start = performance.now()
  const mapping = chooseMapping(understand(await openDataSet(file)), undefined)
  const order = { path: file, mapping, onProblem: 'stop' as const }
  const events = await readFileEvents(order, { clock, threads: 1 })
  const read = performance.now()
  const app = await engine.declare(declarationOf(summarise(events, mapping), { name: APP_NAME }))
  await importEvents(events, app, { now: clock.now(), onProblem: 'stop' })
  const recorded = performance.now()
  await app.learnNow()
  await app.decide({ surface: 'home', user: events.users[0] as string, limit: 10 })
  const end = performance.now()
  const part = (from: number, to: number): number => (to - from) / 1000
  return {
    path: join(path, 'data'),
    engine,
    app,
    seconds: {
      read: part(start, read),
      record: part(read, recorded),
      learn: part(recorded, end),
      total: part(start, end),
    },
    close: async () => {
      await engine.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}
