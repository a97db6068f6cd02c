import { loadavg } from 'node:os'
import { EventBodies } from './event-bodies.ts'
import { load } from './load.ts'
import type { Measured } from './main.ts'
import { ITEMS, ServerProcess } from './server-process.ts'
import { SqliteCeiling } from './sqlite-ceiling.ts'

const EVENTS_PER_REQUEST = 100
export const USERS = 10_000
/** Enough for a group to be under way while the next one is collected. */
export const BATCH_CONNECTIONS = 16
const SINGLE_CONNECTIONS = 64
/** Seconds measured in all, each kind; rounds of ours and of the ceiling take turns. */
const SECONDS = 12
const ROUNDS = 4
const WARM_UP_SECONDS = 4
/** Share of the capacity at which acknowledgements are timed. */
const LOADED_SHARE = 0.7
/** Numbers of the first ids of the generators, far enough apart never to meet. */
const FIRST_ID = { batch: 0, single: 1e10, ceiling: 2e10 }

/**
 * Durable events over HTTP: batches of 100 and single events, against a bare loop of SQLite inserts on
 * the same disk, with groups and payloads of the same size and as many rows stored, in turns.
 */
export async function ingest(options: {
  readonly seed: number
  readonly count: number | null
}): Promise<Measured> {
  const seconds = (options.count ?? SECONDS) / ROUNDS
  const shape = { seed: options.seed, users: USERS, items: ITEMS }
  const batches = new EventBodies(
    { ...shape, eventsPerRequest: EVENTS_PER_REQUEST },
    FIRST_ID.batch,
  )
  const singles = new EventBodies({ ...shape, eventsPerRequest: 1 }, FIRST_ID.single)
  const server = await ServerProcess.start()
  const ceiling = await SqliteCeiling.open(batches.eventBytes, FIRST_ID.ceiling)
  const { port } = server
  const batch = { port, connections: BATCH_CONNECTIONS, take: () => batches.take() }
  const single = { port, connections: SINGLE_CONNECTIONS, take: () => singles.take() }
  try {
    const rounds = []
    for (let round = 0; round < ROUNDS; round++) {
      // While the ceiling has its turn the server folds what waits; only when as much waits again as may
      // does recording cost what it costs in the long run.
      await load({ ...batch, seconds: WARM_UP_SECONDS })
      const before = await server.usage()
      const ours = await load({ ...batch, seconds })
      const after = await server.usage()
      const groups = after.groups - before.groups
      const group = Math.max(1, Math.round((after.stored - before.stored) / Math.max(1, groups)))
      ceiling.fill(after.stored)
      rounds.push({
        ours: (ours.accepted * EVENTS_PER_REQUEST) / ours.seconds,
        withId: ceiling.measure(seconds, group, true),
        withoutId: ceiling.measure(seconds / 4, group, false),
        group,
        cpu: (after.cpuSeconds - before.cpuSeconds) / ours.seconds,
        failed: ours.failed,
      })
    }
    const perSecond = mean(rounds.map(({ ours }) => ours))
    const withId = mean(rounds.map((round) => round.withId))
    const timed = await load({
      ...batch,
      seconds: seconds * 2,
      connections: 2 * BATCH_CONNECTIONS,
      perSecond: (LOADED_SHARE * perSecond) / EVENTS_PER_REQUEST,
    })
    await load({ ...single, seconds: 1 })
    const one = await load({ ...single, seconds: seconds * 2 })
    const onePerSecond = one.accepted / one.seconds
    const oneTimed = await load({
      ...single,
      seconds: seconds * 2,
      perSecond: LOADED_SHARE * onePerSecond,
    })
    return {
      ours: Math.round(perSecond),
      peer: Math.round(withId),
      ratio: round2(perSecond / withId),
      unit: 'events/s',
      figures: {
        batch: {
          perSecond: Math.round(perSecond),
          ofCeiling: round2(perSecond / withId),
          ackP50Ms: timed.ackP50Ms,
          ackP99Ms: timed.ackP99Ms,
          refused: timed.refused,
          group: Math.round(mean(rounds.map(({ group }) => group))),
          processors: round2(mean(rounds.map(({ cpu }) => cpu))),
        },
        single: {
          perSecond: Math.round(onePerSecond),
          ackP50Ms: oneTimed.ackP50Ms,
          ackP99Ms: oneTimed.ackP99Ms,
          connections: SINGLE_CONNECTIONS,
        },
        ceiling: {
          perSecond: Math.round(withId),
          withoutIdPerSecond: Math.round(mean(rounds.map(({ withoutId }) => withoutId))),
          payloadBytes: batches.eventBytes,
        },
        loadAverage: loadavg().map(round2),
        seed: options.seed,
      },
      details: { rounds, timed, oneTimed, usage: await server.usage() },
    }
  } finally {
    await server.remove()
    await ceiling.close()
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
