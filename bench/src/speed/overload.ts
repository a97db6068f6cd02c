import { loadavg } from 'node:os'
import { EventBodies } from './event-bodies.ts'
import { BATCH_CONNECTIONS, USERS } from './ingest.ts'
import { type LoadResult, load } from './load.ts'
import type { Measured } from './main.ts'
import { ITEMS, ServerProcess } from './server-process.ts'

const EVENTS_PER_REQUEST = 100
const SECONDS = 60
const WARM_UP_SECONDS = 4
const CAPACITY_SECONDS = 10
/** How many times the capacity is asked for. */
const FACTOR = 5
/** Enough that a timetable of refusals is kept. */
const CONNECTIONS = 128
/** Seconds within which everything must be as before. */
const RECOVERY_SECONDS = 5
/** Share of the capacity that is asked for after the overload, and by each of the modest keys. */
const CALM_SHARE = 0.5
const MODEST_SHARE = 0.15
const MODEST_KEYS = 3
const ID_STEP = 1e10

/**
 * Far more than the server can take: how much it still does, how soon it refuses the rest, and whether
 * keys that stay within their share notice that another one floods.
 */
export async function overload(options: {
  readonly seed: number
  readonly count: number | null
}): Promise<Measured> {
  const seconds = options.count ?? SECONDS
  const server = await ServerProcess.start()
  let bodies = 0
  const bodiesOf = (headers: readonly string[] = []) => {
    const shape = { seed: options.seed + bodies, users: USERS, items: ITEMS, headers }
    return new EventBodies({ ...shape, eventsPerRequest: EVENTS_PER_REQUEST }, bodies++ * ID_STEP)
  }
  const { port } = server
  try {
    const plain = bodiesOf()
    const take = () => plain.take()
    await load({ port, connections: BATCH_CONNECTIONS, take, seconds: WARM_UP_SECONDS })
    const sampled = sampleMemory(server)
    const calm = await load({
      port,
      connections: BATCH_CONNECTIONS,
      take,
      seconds: CAPACITY_SECONDS,
    })
    const calmMb = await sampled.end()
    const capacity = calm.accepted / calm.seconds
    const flooded = sampleMemory(server)
    const flood = await load({
      port,
      connections: CONNECTIONS,
      take,
      seconds,
      perSecond: FACTOR * capacity,
    })
    const floodMb = await flooded.end()
    const after = await load({
      port,
      connections: BATCH_CONNECTIONS,
      take,
      seconds: RECOVERY_SECONDS,
      perSecond: CALM_SHARE * capacity,
    })
    const fair = await fairness(server, bodiesOf, capacity, seconds / 4)
    const goodput = flood.accepted / flood.seconds / capacity
    return {
      ours: round2(goodput),
      peer: null,
      ratio: null,
      unit: 'of the capacity',
      figures: {
        capacityPerSecond: Math.round(capacity * EVENTS_PER_REQUEST),
        goodput: round2(goodput),
        admittedP99Ms: flood.ackP99Ms,
        refusalP99Ms: flood.refusalP99Ms,
        refused: flood.refused,
        withoutRetryAfter: flood.withoutRetryAfter,
        failed: flood.failed,
        memory: { calmMb, floodMb, ratio: round2(floodMb / calmMb) },
        afterwards: {
          seconds: RECOVERY_SECONDS,
          served: round2(after.accepted / Math.max(1, after.sent)),
          ackP99Ms: after.ackP99Ms,
        },
        keys: fair,
        loadAverage: loadavg(),
        seed: options.seed,
      },
      details: { calm, flood, after },
    }
  } finally {
    await server.remove()
  }
}

/** Three keys within their share beside one that asks for five times the capacity. */
async function fairness(
  server: ServerProcess,
  bodiesOf: (headers: readonly string[]) => EventBodies,
  capacity: number,
  seconds: number,
) {
  const loadOf = (key: string, perSecond: number, connections: number): Promise<LoadResult> => {
    const bodies = bodiesOf([`authorization: Bearer ${key}`])
    return load({
      port: server.port,
      connections,
      seconds,
      perSecond,
      take: () => bodies.take(),
    })
  }
  const [hostile = '', ...modest] = server.keys
  const [flood, ...others] = await Promise.all([
    loadOf(hostile, FACTOR * capacity, CONNECTIONS),
    ...modest.slice(0, MODEST_KEYS).map((key) => loadOf(key, MODEST_SHARE * capacity, 8)),
  ])
  const served = others.map(({ accepted, sent }) => round2(accepted / Math.max(1, sent)))
  return {
    hostile: {
      asked: flood.sent,
      accepted: flood.accepted,
      refused: flood.refused,
      refusalP99Ms: flood.refusalP99Ms,
    },
    modestDemandShare: MODEST_SHARE,
    served,
    servedMin: Math.min(...served),
    refused: others.map(({ refused }) => refused),
    ackP99Ms: others.map(({ ackP99Ms }) => ackP99Ms),
  }
}

/** The most memory that a server has resident while something goes on, MB. */
function sampleMemory(server: ServerProcess): { end(): Promise<number> } {
  let most = 0
  let isOver = false
  const sampling = (async () => {
    while (!isOver) {
      most = Math.max(most, (await server.usage()).residentMb)
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  })()
  return {
    end: async () => {
      isOver = true
      await sampling
      return most
    },
  }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
