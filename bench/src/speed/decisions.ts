import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createRandom } from '@adsum/learning'
import autocannon from 'autocannon'
import { movielens1m } from '../accuracy/movielens-1m.ts'
import { APP_NAME, serve } from '../served-movielens.ts'
import type { Measured } from './main.ts'

const CONNECTIONS = 32
const SECONDS = 20
const WARM_UP_SECONDS = 5
const TITLES = 20
const SERVER = join(import.meta.dirname, 'decision-server.ts')

/**
 * Decisions over HTTP: 20 titles with reasons on MovieLens-1M, each decision logged. One server process,
 * the load generator in this one on the same machine, each connection asking everyone in an order
 * of its own.
 */
export async function decisions(options: {
  readonly seed: number
  readonly count: number | null
}): Promise<Measured> {
  const split = movielens1m('test')
  const served = await serve(split)
  await served.engine.close()
  const server = spawn(process.execPath, [SERVER, served.path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer]
    const url = `${line.toString().trim()}/v1/decisions`
    const users = split.cases.map(({ user }) => user)
    const seconds = options.count ?? SECONDS
    const everyoneEach = Array.from({ length: CONNECTIONS }, (_, connection) =>
      shuffled(users, options.seed + connection),
    )
    await load(url, bodies(everyoneEach, 10), { duration: WARM_UP_SECONDS })
    // Answers are kept until the person does something: asked for the first time, none is.
    const people = users.length
    const portions = Array.from({ length: CONNECTIONS }, (_, connection) =>
      (everyoneEach[0] ?? []).filter((_user, at) => at % CONNECTIONS === connection),
    )
    const first = await load(url, bodies(portions, TITLES), { amount: people })
    const result = await load(url, bodies(everyoneEach, TITLES), { duration: seconds })
    return {
      ours: Math.round(result.requests.average),
      peer: null,
      ratio: null,
      unit: 'decisions/s',
      details: {
        connections: CONNECTIONS,
        seconds,
        p50Ms: result.latency.p50,
        p99Ms: result.latency.p99,
        // By Little's law: the run is too short to count by its own seconds.
        firstAsk: {
          perSecond: Math.round((1000 * CONNECTIONS) / first.latency.mean),
          p50Ms: first.latency.p50,
          p99Ms: first.latency.p99,
        },
        bytesPerAnswer: Math.round(result.throughput.total / result.requests.total),
      },
    }
  } finally {
    server.stdin.end()
    await once(server, 'exit')
    await served.close().catch(() => undefined)
  }
}

/** The people in an order of their own for each seed. */
function shuffled(users: readonly string[], seed: number): string[] {
  const random = createRandom(seed)
  const order = [...users]
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const held = order[last] as string
    order[last] = order[other] as string
    order[other] = held
  }
  return order
}

function bodies(lists: readonly (readonly string[])[], limit: number): string[][] {
  return lists.map((users) => users.map((user) => JSON.stringify({ surface: 'home', user, limit })))
}

/** Each connection asks its own list over and over. */
async function load(
  url: string,
  lists: readonly (readonly string[])[],
  extent: { readonly duration: number } | { readonly amount: number },
) {
  let opened = 0
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    ...extent,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'adsum-app': APP_NAME },
    setupClient: (client) => {
      const list = lists[opened++ % lists.length] ?? []
      client.setRequests(list.map((body) => ({ body })))
    },
  })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} refusals and ${result.errors} errors`)
  }
  return result
}
