import type { EventInput } from '@adsum/protocol'
import { openSqliteStorage } from '@adsum/storage'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type App, Engine } from '../src/index.ts'
import {
  declaration,
  FILMS_PER_KIND,
  films,
  KINDS,
  NOW,
  stillWorld,
  temporaryFolder,
} from './cinema-in-small.ts'

const MINUTE_MS = 60_000
/** What the senders' clocks are off by, each by the same all the time. */
const SKEWS_MS = [0, -3 * 365 * 24 * 60 * MINUTE_MS, 17 * MINUTE_MS]
const USERS = ['ada', 'bob', 'cy']

/** An event as it happened, by our clock, and how it came. */
interface Happening {
  readonly user: number
  readonly item: string
  /** Minutes before the first request. */
  readonly minutesAgo: number
}

/** One request: which events it brings, of one sender, when. */
interface Delivery {
  readonly user: number
  readonly events: readonly number[]
}

const film = fc
  .tuple(fc.constantFrom(...KINDS), fc.nat(FILMS_PER_KIND - 1))
  .map(([kind, number]) => `${kind}-${number}`)
const happening: fc.Arbitrary<Happening> = fc.record({
  user: fc.nat(USERS.length - 1),
  item: film,
  // Few moments, so that some are the same and the ids decide.
  minutesAgo: fc.integer({ min: 1, max: 12 }),
})

/** Any order of the events, some of them several times, cut into requests. */
const arrival = fc.array(happening, { minLength: 1, maxLength: 24 }).chain((history) =>
  fc
    .tuple(
      fc.shuffledSubarray([...history.keys()], { minLength: history.length }),
      fc.array(fc.nat(history.length - 1), { maxLength: 12 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
    )
    .map(([order, again, sizes]) => ({
      history,
      deliveries: deliveriesOf([...order, ...again], history, sizes),
    })),
)

function deliveriesOf(
  order: readonly number[],
  history: readonly Happening[],
  sizes: Iterator<number>,
): Delivery[] {
  const deliveries: { user: number; room: number; events: number[] }[] = []
  for (const event of order) {
    const user = (history[event] as Happening).user
    const last = deliveries.findLast((one) => one.user === user && one.events.length < one.room)
    if (last !== undefined) last.events.push(event)
    else deliveries.push({ user, room: sizes.next().value as number, events: [event] })
  }
  return deliveries
}

/** An app with an empty history in a place of its own; equal entropy, so that secrets are equal too. */
async function withFreshApp<T>(work: (app: App, clock: { now(): number }) => Promise<T>) {
  const world = stillWorld()
  let now = NOW
  const clock = { now: () => now }
  const folder = await temporaryFolder()
  const storage = await openSqliteStorage({ ...world, clock, path: folder.path })
  const report = (fault: unknown) => {
    throw fault
  }
  const engine = await Engine.open({ ...world, clock, storage, threads: 1, report })
  try {
    const app = await engine.declare(declaration)
    await app.putItems(films)
    // Every look at this clock takes a second.
    return await work(app, { now: () => (now += 1000) })
  } finally {
    await engine.close()
    await folder.remove()
  }
}

function happenedAt({ minutesAgo }: Happening): number {
  return NOW - minutesAgo * MINUTE_MS
}

/** Sends requests, each by its sender's own clock; what became of the events. */
async function deliverAll(
  app: App,
  clock: { now(): number },
  deliveries: readonly Delivery[],
  history: readonly Happening[],
): Promise<string[]> {
  const statuses: string[] = []
  for (const { user, events } of deliveries) {
    const at = (time: number) => new Date(time + (SKEWS_MS[user] as number)).toISOString()
    const inputs = events.map((event): EventInput => {
      const happening = history[event] as Happening
      const time = at(happenedAt(happening))
      return {
        id: `e-${event}`,
        type: 'watched',
        user: USERS[user] ?? '',
        item: happening.item,
        time,
      }
    })
    const results = await app.sendEvents(inputs, at(clock.now()))
    statuses.push(...results.map(({ status }) => status))
  }
  return statuses
}

/** Everything that is learned and shown of an app. */
async function essence(app: App) {
  const model = await app.learnNow()
  const { equal, kept, rebuilt } = await app.verifyStatistics()
  expect(equal).toBe(true)
  expect(kept).toBe(rebuilt)
  const users = await Promise.all(
    USERS.map(async (user) => {
      try {
        const { latest } = await app.readUser(user)
        return latest.map(({ id, time }) => `${id} ${Date.parse(time)}`)
      } catch (fault) {
        expect(fault).toMatchObject({ code: 'user_unknown' })
        return []
      }
    }),
  )
  return { model: model?.id ?? null, fingerprint: kept, users }
}

/** What is to be shown of everybody, newest first: by our clock, then by id. */
function truth(history: readonly Happening[]): string[][] {
  return USERS.map((_, user) =>
    [...history.entries()]
      .filter(([, happening]) => happening.user === user)
      .map(([event, happening]) => ({ id: `e-${event}`, time: happenedAt(happening) }))
      .sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1))
      .map(({ id, time }) => `${id} ${time}`),
  )
}

test('late, out-of-order and repeated events come to the same statistics as once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(arrival, async ({ history, deliveries }) => {
      const inOrder = [...history.keys()]
        .sort((a, b) => happenedAt(history[a] as Happening) - happenedAt(history[b] as Happening))
        .map((event) => ({ user: (history[event] as Happening).user, events: [event] }))
      const expected = await withFreshApp(async (app, clock) => {
        const statuses = await deliverAll(app, clock, inOrder, history)
        expect(new Set(statuses)).toEqual(new Set(['accepted']))
        return essence(app)
      })
      expect(expected.users).toEqual(truth(history))
      await withFreshApp(async (app, clock) => {
        const seen = new Set<number>()
        const known = deliveries
          .flatMap(({ events }) => events)
          .map((event) => (seen.size < seen.add(event).size ? 'accepted' : 'duplicate'))
        expect(await deliverAll(app, clock, deliveries, history)).toEqual(known)
        expect(await essence(app)).toEqual(expected)
      })
    }),
    { numRuns: 10, seed: 20_261_121 },
  )
}, 60_000)
