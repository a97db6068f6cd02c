import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createRandom } from '@adsum/learning'
import { readApp } from './asking.ts'
import { after } from './clients.ts'
import type { FaultOptions, Verdict } from './fault.ts'
import { KeepAlive, type RawAnswer, sendAlone } from './keep-alive.ts'
import type { LoopReport, Stall } from './loop-watch.ts'
import { type Made, RequestMaker } from './malformed-requests.ts'
import { ServerProcess } from './server-process.ts'
import { APP, openStorage } from './small-app.ts'

const REQUESTS = 1_000_000
/** Connections that send at once, each waiting for its answers. */
const CONNECTIONS = 16
/** Milliseconds that requests may keep the server's event loop from others, see `loop-watch.ts`. */
const STALL_MS_MAX = 50
/** Milliseconds of rest before, to know what the machine itself does to the event loop. */
const REST_MS = 1_000
const REQUESTS_PER_REPORT = 100_000
/** The documented way to say that there is too much to do, or no room. */
const BUSY = /"code":"(overloaded|data_directory_full|production_unconfigured)"/
/** Examples of each kind of failure that are told. */
const EXAMPLES_MAX = 5
const EXAMPLE_LENGTH_MAX = 400

/** What came back, counted. */
class Answers {
  refused = 0
  accepted = 0
  /** Of the refused: with a documented code for too much work, or no room. */
  busy = 0
  serverErrors = 0
  /** Refusals without a code. */
  uncoded = 0
  /** Connections closed without an answer, which is an answer to what is not HTTP only. */
  unanswered = 0
  /** Events that the answers say are stored, less those that receipts say are erased. */
  events = 0
  readonly statuses: Record<string, number> = {}
  readonly examples: string[] = []

  take(made: Made, { status, body }: RawAnswer): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1
    if (made.route === 'sendEvents' || made.route === 'raw') {
      this.events += body.split('"status":"accepted"').length - 1
    } else if (made.route === 'replayQuarantine') {
      this.events += Number(/"accepted":(\d+)/.exec(body)?.[1] ?? 0)
    } else if (made.route === 'eraseUser' && status === 200) {
      this.events -= Number(/"events":(\d+)/.exec(body)?.[1] ?? 0)
    }
    if (status === 0) {
      if (!made.isRaw) this.unanswered += this.#example('unanswered', made, body)
    } else if (status < 400) this.accepted++
    else if (status < 500) {
      this.refused++
      const isCoded = body.includes('{"error":{"code":"')
      if (!isCoded && !made.isRaw) this.uncoded += this.#example('uncoded', made, body)
    } else if (BUSY.test(body)) {
      this.refused++
      this.busy++
    } else this.serverErrors += this.#example('server error', made, body)
  }

  #example(what: string, made: Made, body: string): 1 {
    if (this.examples.length < EXAMPLES_MAX) {
      const sent = made.bytes.toString('latin1').slice(0, EXAMPLE_LENGTH_MAX)
      this.examples.push(`${what}: ${JSON.stringify(sent)} -> ${body.slice(0, EXAMPLE_LENGTH_MAX)}`)
    }
    return 1
  }
}

/** Requests that are wrong in every way that we could think of, over every route. */
export async function malformed({ seed, count, say }: FaultOptions): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'adsum-malformed-'))
  const { server, url } = await ServerProcess.start(join(folder, 'data'))
  try {
    await server.ask('stalls')
    await after(REST_MS)
    const atRest = await server.ask('stalls')
    const requests = count ?? REQUESTS
    const began = performance.now()
    const answers = await sendAll(Number(new URL(url).port), { seed, requests, say })
    const seconds = (performance.now() - began) / 1000
    const crashes = server.isRunning ? 0 : 1
    const stalls = await server.ask('stalls')
    const counted = (await readApp(url)).events
    const stored = await storedEvents(server, join(folder, 'data'))
    const { examples, events, ...counts } = answers
    for (const example of examples) say(example)
    const halfStored = Math.abs(stored - events)
    const miscounted = Math.abs(counted - stored)
    const isWhole = [
      crashes,
      counts.serverErrors,
      counts.uncoded,
      counts.unanswered,
      halfStored,
      miscounted,
    ].every((times) => times === 0)
    return {
      passed: isWhole && ranMs(stalls) <= STALL_MS_MAX,
      seen: {
        requests,
        ...counts,
        crashes,
        halfStored,
        miscounted,
        stallMsMax: rounded(stalls.longest?.ms ?? 0),
        stallMsP999: rounded(stalls.p999Ms),
        stallRanMsMax: rounded(ranMs(stalls)),
        longest: inWords(stalls.longest),
        busiest: inWords(stalls.busiest),
        collectionMsMax: rounded(stalls.collectionMaxMs),
        stallAtRestMsMax: rounded(atRest.longest?.ms ?? 0),
        loadAverage: rounded(loadavg()[0] ?? 0),
        perSecond: Math.round(requests / seconds),
      },
    }
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Events in the log, counted one by one when the server has let go of it. */
async function storedEvents(server: ServerProcess, path: string): Promise<number> {
  await server.close()
  const storage = await openStorage(path)
  const store = await storage.openApp(APP)
  let stored = 0
  for await (const { events } of store.readPeople()) stored += events.length
  await storage.close()
  return stored
}

async function sendAll(
  port: number,
  { seed, requests, say }: { seed: number; requests: number; say: (line: string) => void },
): Promise<Answers> {
  const maker = new RequestMaker(createRandom(seed))
  const answers = new Answers()
  let sent = 0
  const client = async (): Promise<void> => {
    const connection = new KeepAlive(port)
    while (sent < requests) {
      if (++sent % REQUESTS_PER_REPORT === 0) say(`${sent} requests`)
      const made = maker.next()
      if (made.isRaw) {
        for (const answer of await sendAlone(port, made.bytes)) answers.take(made, answer)
      } else answers.take(made, await connection.send(made.bytes))
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, client))
  return answers
}

/**
 * How long requests kept the thread from everything else. Where the system does not tell how long a thread
 * ran, all of the longest stall counts.
 */
function ranMs({ longest, busiest }: LoopReport): number {
  return busiest === null || busiest.ranMs === 0 ? (longest?.ms ?? 0) : busiest.ranMs
}

function inWords(stall: Stall | null) {
  if (stall === null) return null
  const { steps, ...times } = stall
  const all = Object.entries(times).map(([name, ms]) => [name, rounded(ms)] as const)
  return { ...Object.fromEntries(all), steps }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
