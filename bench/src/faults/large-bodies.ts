import type { Random } from '@adsum/learning'
import { BODY_MEMBERS_MAX, EVENTS_PER_REQUEST_MAX, KEYS_MAX } from '@adsum/protocol'
import { APP, FILMS } from './small-app.ts'

/** Bytes of the longest texts: a body is at most 4 MiB. */
const TEXT_BYTES = 4_190_000
/** Values of a body just within the bound, and beyond every bound. */
const VALUES = 119_000
const VALUES_BEYOND = 250_000

/** A body and where it is sent. */
export interface LargeBody {
  readonly route: 'sendEvents' | 'putItems' | 'decide' | 'replayQuarantine'
  readonly body: string
}

/**
 * Bodies that cost as much as the bounds allow, and some beyond them: what a reader does in one go must
 * hold nobody up for long, whether or not it refuses in the end.
 */
const makers: readonly ((random: Random) => LargeBody)[] = [
  // As many events as may be, each with everything it may have; the app declares none of these names.
  (random) => eventsOf(EVENTS_PER_REQUEST_MAX, (at) => keysOf(KEYS_MAX, `k${at % 3}-`), random),
  (random) => eventsOf(EVENTS_PER_REQUEST_MAX, () => ({ device: 'tv' }), random),
  // Texts as long as may be, in as many events as a body holds.
  (random) => eventsOf(120, () => ({ ...keysOf(16, 'k', 'x'.repeat(1_990)) }), random),
  // Every key another one, which is what costs parsers most.
  () => inEvents(listOf(60, (at) => `{${distinctKeys(VALUES / 2 / 60, `k${at}-`)}}`)),
  () => ({ route: 'decide', body: `{"surface":"home",${distinctKeys(BODY_MEMBERS_MAX - 1)}}` }),
  () => ({ route: 'decide', body: `{"context":{${distinctKeys(BODY_MEMBERS_MAX)}}}` }),
  () => inEvents(`{${distinctKeys(VALUES_BEYOND / 2)}}`),
  // Lists of nothing.
  () => inEvents(listOf(60, () => `[${listOf(VALUES / 60 - 2, () => '{}')}]`)),
  () => inEvents(`[${listOf(VALUES_BEYOND, () => '0')}]`),
  () => inEvents(`"${'x'.repeat(TEXT_BYTES)}"`),
  () => inEvents(`"${'\\u005f'.repeat(TEXT_BYTES / 6)}"`),
  // Catalogues.
  () =>
    itemsOf(1_000, () => ({ title: 'A film', plot: 'x'.repeat(1_900), review: 'y'.repeat(1_900) })),
  () => itemsOf(570, () => keysOf(KEYS_MAX, 'k')),
  () => itemsOf(1_000, () => ({ tags: Array.from({ length: 50 }, (_, at) => `t${at}`) })),
  () => ({
    route: 'replayQuarantine',
    body: `{"ids":[${listOf(BODY_MEMBERS_MAX, (at) => `"q_${at}"`)}]}`,
  }),
]

/** One of them. */
export function largeBody(random: Random): LargeBody {
  const make = makers[random.below(makers.length)] as (typeof makers)[number]
  return make(random)
}

function eventsOf(count: number, contextOf: (at: number) => object, random: Random): LargeBody {
  const first = random.below(2 ** 31)
  const events = Array.from({ length: count }, (_, at) => ({
    id: `large-${first}-${at}`,
    type: 'watched',
    user: `${APP}-large-${at % 50}`,
    item: `film-${at % FILMS}`,
    value: 3,
    time: '2026-01-01T00:00:00Z',
    context: contextOf(at),
  }))
  return { route: 'sendEvents', body: JSON.stringify({ events }) }
}

function itemsOf(count: number, attributesOf: () => object): LargeBody {
  const items = Array.from({ length: count }, (_, at) => ({
    type: 'movie',
    id: `film-${at % FILMS}`,
    attributes: attributesOf(),
  }))
  return { route: 'putItems', body: JSON.stringify({ items }) }
}

function inEvents(event: string): LargeBody {
  return { route: 'sendEvents', body: `{"events":[${event}]}` }
}

function keysOf(count: number, prefix: string, value: unknown = 1): object {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [prefix + at, value]))
}

function distinctKeys(count: number, prefix = 'k'): string {
  return listOf(Math.floor(count), (at) => `"${prefix}${at}":1`)
}

function listOf(count: number, of: (at: number) => string): string {
  return Array.from({ length: Math.floor(count) }, (_, at) => of(at)).join(',')
}
