import { randomBytes } from 'node:crypto'
import {
  type AppDeclaration,
  choice,
  defineApp,
  Engine,
  event,
  item,
  rating,
  recommend,
  type Storage,
  text,
} from '@adsum/engine'
import { openSqliteStorage } from '@adsum/storage'

export const APP = 'cinema'
/** So few that the app learns within milliseconds, and so does nearly every run. */
export const FILMS = 24
export const DEVICES = ['tv', 'phone'] as const

/** The app on which faults are injected. */
export const declaration: AppDeclaration = defineApp({
  name: APP,
  purposes: { history: { title: 'What you watched', default: 'on', basis: 'contract' } },
  items: { movie: item({ title: text(), plot: text(), review: text() }) },
  events: { watched: event({ on: 'movie', purpose: 'history', value: rating(0.5, 5) }) },
  context: { device: choice(...DEVICES) },
  surfaces: { home: recommend({ items: 'movie', goal: { watched: 1 } }) },
})

/** Films; the words are there to fill disks and logs. */
export function films(words = '') {
  return Array.from({ length: FILMS }, (_, at) => ({
    type: 'movie',
    id: `film-${at}`,
    attributes: { title: `Film ${at}`, plot: words, review: words },
  }))
}

const clock = { now: () => Date.now() }
const entropy = { bytes: (length: number) => new Uint8Array(randomBytes(length)) }

/** A data directory with the real clock and real randomness. */
export function openStorage(path: string): Promise<Storage> {
  return openSqliteStorage({ path, clock, entropy })
}

/** An engine on a data directory. */
export async function openEngine(
  path: string,
  plant: (storage: Storage) => Storage | Promise<Storage> = (storage) => storage,
  report = (fault: unknown, what: string) => console.error(`${what}: ${String(fault)}`),
): Promise<Engine> {
  const storage = await plant(await openStorage(path))
  return Engine.open({ storage, clock, entropy, threads: 1, report })
}

/** The small app of an engine, made where it does not exist, whole. */
export async function openApp(engine: Engine) {
  const app = engine.has(APP) ? engine.app(APP) : await engine.declare(declaration)
  if (app.view().items < FILMS) await app.putItems(films())
  return app
}
