import { banners, CROWD_USER, crowd } from '@adsum/cinema/banner'
import type { Client } from '@adsum/client'
import { AdsumError } from '@adsum/protocol'
import { passerBy } from '@adsum/simulator'
import type { Seen } from './sitting.ts'

/** The surface of the cinema that chooses the banner. */
export const BANNER_SURFACE = 'banner'
/** Milliseconds until a server that did not answer is tried again. */
const AWAY_MS = 1_000
/** Codes of faults that pass by themselves. */
const AWAY_CODES: ReadonlySet<string> = new Set(['server_unreachable', 'request_timeout'])

/** How a crowd comes by. */
export interface Pace {
  readonly people: number
  /** People at the same moment. */
  readonly together: number
  /** Milliseconds between two groups. */
  readonly pauseMs: number
}

export interface Walk extends Pace {
  readonly client: Client
  /** Ends it: whoever is there already still gets an answer. */
  readonly signal: AbortSignal
  /** The number of the next person. */
  readonly next: () => number
  readonly onSeen: (seen: readonly Seen[]) => void
  /** The server does not answer, or (`null`) does so again: the crowd waits meanwhile. */
  readonly onAway: (fault: unknown) => void
}

/** Lets people come by: each is shown what the server decides, and the server is told what they did. */
export async function letPass(walk: Walk): Promise<void> {
  const { signal, together, pauseMs } = walk
  for (let left = walk.people; left > 0 && !signal.aborted; ) {
    const group = Array.from({ length: Math.min(together, left) }, () => onePasses(walk))
    const results = await Promise.allSettled(group)
    const seen = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []))
    const failed = results.find((result) => result.status === 'rejected')
    left -= seen.length
    if (seen.length > 0) walk.onSeen(seen)
    if (failed !== undefined && !isAway(failed.reason)) throw failed.reason
    walk.onAway(failed?.reason ?? null)
    await pause(failed === undefined ? pauseMs : AWAY_MS, signal)
  }
}

async function onePasses({ client, next }: Walk): Promise<Seen> {
  const person = passerBy(crowd, next())
  const { id, choices, options } = await client.decide({
    surface: BANNER_SURFACE,
    user: CROWD_USER,
    features: crowd.kinds[person.kind]?.features,
    actions: banners.map(({ title }) => ({ id: title })),
  })
  const shown = banners.findIndex(({ title }) => title === choices[0]?.item)
  const clicked = person.takes(shown)
  // With an id it counts once, however often a broken line makes the client try.
  await client.reward(id, { id: 'seen', value: clicked ? 1 : 0 })
  const chances = banners.map(
    ({ title }) => options?.find(({ action }) => action === title)?.propensity ?? 0,
  )
  return { decision: id, kind: person.kind, shown, clicked, chances }
}

function isAway(fault: unknown): boolean {
  return fault instanceof AdsumError && AWAY_CODES.has(fault.code)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
