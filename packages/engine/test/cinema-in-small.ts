import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventInput } from '@adsum/protocol'
import { openSqliteStorage } from '@adsum/storage'
import {
  type AppDeclaration,
  choice,
  defineApp,
  Engine,
  event,
  item,
  rating,
  recommend,
  tags,
  text,
} from '../src/index.ts'

/** Two kinds of film; whoever watches one of a kind goes on with the next of it. */
export const KINDS = ['space', 'love'] as const
export const FILMS_PER_KIND = 8
export const NOW: number = Date.parse('2026-11-21T12:00:00Z')
const MINUTE_MS = 60_000

export const declaration: AppDeclaration<'movie', 'watched', 'home' | 'again'> = defineApp({
  name: 'small-cinema',
  purposes: { history: { title: 'What you watched', default: 'on', basis: 'contract' } },
  items: { movie: item({ title: text(), genres: tags() }) },
  events: {
    watched: event({
      on: 'movie',
      purpose: 'history',
      value: rating(0.5, 5),
      verb: 'You watched',
    }),
  },
  context: { device: choice('tv', 'phone') },
  surfaces: {
    home: recommend({ items: 'movie', goal: { watched: 1 } }),
    again: recommend({ items: 'movie', goal: { watched: 1 }, repeats: true }),
  },
})

export const films = KINDS.flatMap((kind) =>
  Array.from({ length: FILMS_PER_KIND }, (_, index) => ({
    type: 'movie',
    id: `${kind}-${index}`,
    attributes: { title: `${kind} ${index}`, genres: [kind] },
  })),
)

/** What a person of a kind watched: `length` films of it in order, starting with the first-th. */
export function evening(user: string, kind: string, first: number, length: number): EventInput[] {
  return Array.from({ length }, (_, step) => ({
    id: `${user}-${step}`,
    type: 'watched',
    user,
    item: `${kind}-${(first + step) % FILMS_PER_KIND}`,
    time: new Date(NOW - (1000 - step) * MINUTE_MS).toISOString(),
  }))
}

/** Forty people, half of each kind, each with a few films. */
export function audience(): EventInput[] {
  return Array.from({ length: 40 }, (_, index) => {
    const kind = KINDS[index % KINDS.length] as string
    return evening(`person-${String(index).padStart(2, '0')}`, kind, index % 7, 3 + (index % 4))
  }).flat()
}

/** A data directory that goes with the test. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-engine-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** A deterministic source of bytes and a clock that stands still. */
export function stillWorld(now: number = NOW) {
  let drawn = 0
  return {
    clock: { now: () => now },
    entropy: {
      bytes: (length: number) =>
        Uint8Array.from({ length }, () => {
          drawn = (Math.imul(drawn, 1_103_515_245) + 12_345) & 0x7fffffff
          return drawn >>> 16
        }),
    },
  }
}

export async function openEngine(
  path: string,
  faults: string[] = [],
  now: number = NOW,
): Promise<Engine> {
  const world = stillWorld(now)
  const storage = await openSqliteStorage({ path, ...world })
  return Engine.open({
    storage,
    ...world,
    threads: 1,
    report: (fault, what) => faults.push(`${what}: ${String(fault)}`),
  })
}
