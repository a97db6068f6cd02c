import { loadavg } from 'node:os'
import { EventBodies } from './event-bodies.ts'
import { load } from './load.ts'
import type { Measured } from './main.ts'
import { ITEMS, ServerProcess } from './server-process.ts'

const USERS = 10_000
const EVENTS = 1_000_000
const EVENTS_PER_REQUEST = 500
const CONNECTIONS = 4
/** Seconds of one turn of filling. */
const TURN_SECONDS = 2
/** Milliseconds without a request until the process counts as idle: learning has come to its end. */
const QUIET_MS = 20_000
const RESIDENT_MB_MAX = 250

/**
 * Resident memory of a server with a million events of 10,000 people: after they were recorded over
 * HTTP, and after a new start on the same directory, each time at rest.
 */
export async function memory(options: {
  readonly seed: number
  readonly count: number | null
}): Promise<Measured> {
  const events = options.count ?? EVENTS
  const bodies = new EventBodies(
    { seed: options.seed, users: USERS, items: ITEMS, eventsPerRequest: EVENTS_PER_REQUEST },
    0,
  )
  const first = await ServerProcess.start()
  let stored = 0
  while (stored < events) {
    await load({
      port: first.port,
      connections: CONNECTIONS,
      seconds: TURN_SECONDS,
      take: () => bodies.take(),
    })
    stored = (await first.usage()).stored
  }
  const busy = await first.usage()
  await rest()
  const recorded = await first.usage()
  const server = await ServerProcess.start(await first.end())
  try {
    await rest()
    const opened = await server.usage()
    return {
      ours: Math.max(recorded.residentMb, opened.residentMb),
      peer: null,
      ratio: null,
      unit: 'MB',
      figures: {
        residentMb: {
          recorded: recorded.residentMb,
          opened: opened.residentMb,
          whileRecording: busy.residentMb,
          max: RESIDENT_MB_MAX,
        },
        events: opened.stored,
        users: USERS,
        loadAverage: loadavg(),
        seed: options.seed,
      },
      details: { recorded: recorded.memory, opened: opened.memory },
    }
  } finally {
    await server.remove()
  }
}

async function rest(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS))
}
