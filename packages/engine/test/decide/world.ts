import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStorage } from '@adsum/storage'
import { onTestFinished } from 'vitest'
import {
  type App,
  type AppDeclaration,
  choice,
  type DecideOptions,
  decide,
  defineApp,
  Engine,
  event,
  item,
  number,
  type Storage,
  tags,
  text,
} from '../../src/index.ts'

export const START: number = Date.parse('2026-11-21T12:00:00Z')
export const MINUTE_MS = 60_000

/** A shop with a banner out of its catalogue, and a meal out of what each request brings. */
export function shop(
  changes: {
    readonly banner?: Omit<DecideOptions<'offer'>, 'actions'>
    readonly meal?: Omit<DecideOptions<never>, 'actions'>
  } = {},
): AppDeclaration {
  return defineApp({
    name: 'shop',
    items: { offer: item({ title: text(), themes: tags(), left: number() }) },
    events: {
      clicked: event({ on: 'offer', verb: 'You clicked' }),
      bought: event({ on: 'offer', verb: 'You bought' }),
    },
    context: { device: choice('tv', 'phone') },
    surfaces: {
      banner: decide({ actions: 'offer', reward: 'clicked', ...changes.banner }),
      meal: decide({ range: [-1, 1], ...changes.meal }),
    },
  })
}

export const offers = ['sea', 'city', 'snow'].map((id) => ({
  type: 'offer',
  id,
  attributes: { title: `The ${id}`, themes: [id, 'travel'], left: 5 },
}))

export const meals = [
  { id: 'soup', features: { hot: true, kcal: 180 } },
  { id: 'salad', features: { hot: false, kcal: 90, tags: ['green'] } },
  { id: 'stew', features: { hot: true, kcal: 450 } },
]

/** The engine on a real store; the clock is set by hand, and chance comes from a seed. */
export interface World {
  readonly app: App
  readonly clock: { at: number }
  readonly faults: string[]
  /** The data directory. */
  readonly path: string
  /** Ends the process, as it were, and begins another on the same directory. */
  restart(declaration?: AppDeclaration): Promise<void>
}

export async function openWorld(
  declaration: AppDeclaration = shop(),
  { seed = 1, plant = (storage: Storage) => storage } = {},
): Promise<World> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-decide-'))
  const clock = { at: START, now: () => clock.at }
  const faults: string[] = []
  const entropy = seededEntropy(seed)
  const open = async (): Promise<Engine> => {
    const storage = plant(await openSqliteStorage({ path, clock, entropy }))
    const report = (fault: unknown, what: string) => void faults.push(`${what}: ${String(fault)}`)
    return Engine.open({ storage, clock, entropy, threads: 1, report })
  }
  let engine = await open()
  onTestFinished(async () => {
    await engine.close()
    await rm(path, { recursive: true, force: true })
  })
  const app = await engine.declare(declaration)
  if (Object.hasOwn(declaration.items, 'offer')) await app.putItems(offers)
  await app.ready
  return {
    get app() {
      return engine.app(declaration.name)
    },
    clock,
    faults,
    path,
    restart: async (changed) => {
      await engine.close()
      engine = await open()
      if (changed !== undefined) await engine.declare(changed)
      await engine.app(declaration.name).ready
    },
  }
}

function seededEntropy(seed: number) {
  let drawn = seed
  return {
    bytes: (length: number) =>
      Uint8Array.from({ length }, () => {
        drawn = (Math.imul(drawn, 1_103_515_245) + 12_345) & 0x7fffffff
        return drawn >>> 16
      }),
  }
}
