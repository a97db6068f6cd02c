import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createRandom, sampleIndices } from '@adsum/learning'
import autocannon from 'autocannon'
import { movielens1m } from '../accuracy/movielens-1m.ts'
import { APP_NAME, serve } from '../served-movielens.ts'
import type { Measured } from './main.ts'

const CONNECTIONS = 32
const SECONDS = 20
const WARM_UP_SECONDS = 5
const TITLES = 20
/** Different requests that the load generator draws from. */
const REQUESTS = 6_040
const SERVER = join(import.meta.dirname, 'decision-server.ts')

/**
 * Decisions over HTTP: 20 titles with reasons on MovieLens-1M, each decision logged. One server process,
 * the load generator in this one on the same machine, people asked in random order.
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
    const order = sampleIndices(split.cases.length, REQUESTS, createRandom(options.seed))
    const asking = (limit: number) =>
      Array.from(order, (index) => ({
        body: JSON.stringify({ surface: 'home', user: split.cases[index]?.user, limit }),
      }))
    const seconds = options.count ?? SECONDS
    await load(url, asking(10), { duration: WARM_UP_SECONDS })
    // Answers are kept until the person does something: asked for the first time, none is.
    const first = await load(url, asking(TITLES), { amount: REQUESTS })
    const result = await load(url, asking(TITLES), { duration: seconds })
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
        firstAsk: {
          perSecond: Math.round(first.requests.total / first.duration),
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

async function load(
  url: string,
  requests: readonly { readonly body: string }[],
  extent: { readonly duration: number } | { readonly amount: number },
) {
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    ...extent,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'adsum-app': APP_NAME },
    requests: [...requests],
  })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${result.non2xx} refusals and ${result.errors} errors`)
  }
  return result
}
