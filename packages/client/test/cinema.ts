import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineApp, Engine, event, item, rating, recommend, text } from '@adsum/engine'
import { openSqliteStorage } from '@adsum/storage'
import { onTestFinished } from 'vitest'

const cinema = defineApp({
  name: 'cinema',
  items: { movie: item({ title: text() }) },
  events: { watched: event({ on: 'movie', value: rating(0.5, 5), verb: 'You watched' }) },
  surfaces: { home: recommend({ items: 'movie', goal: { watched: 1 } }) },
})

/** The engine as it runs, with one film, on a data directory that goes with the test. */
export async function openCinema(): Promise<Engine> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-client-'))
  const clock = { now: () => Date.now() }
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
  const app = await engine.declare(cinema)
  await app.putItems([{ type: 'movie', id: 'm-1', attributes: { title: 'Harbour Lights' } }])
  return engine
}
