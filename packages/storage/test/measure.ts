import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { AppStore, LoggedEvent } from '@adsum/engine'
import { RandomStream } from '../src/random-stream.ts'
import { newFolder, openAt } from './fixture.ts'

/**
 * The store's speed on this machine, on a log of the shape of MovieLens-1M: `node measure.ts`. Other
 * work on the machine shows in the figures; user and system seconds of the processor show less of it.
 */
const PEOPLE = 6040
const EVENTS = 1_000_000
const EVENTS_PER_PERSON_MAX = 2300
const BATCH = 20_000
const ERASED = 300
const SECONDS = 4
const RECORDS_PER_SECOND = 3000
const RECORD_BYTES = 4096

const random = new RandomStream(new Uint8Array(32))
const uniform = () => random.bytes(4).readUInt32LE() / 2 ** 32
const path = newFolder()
let storage = await openAt(path)
let store = await storage.openApp('cinema')

await measureImport()
await report('read all people', async () => `${await countAll()} events`)
await report('close', async () => {
  await storage.close()
  return 'done'
})
await report('open', async () => {
  storage = await openAt(path)
  store = await storage.openApp('cinema')
  return 'ready'
})
for (const [clients, size] of [
  [1, 1],
  [64, 1],
  [1, 500],
  [8, 500],
] as const) {
  await measureAppending(clients, size)
}
await measureRecords()
await measureErasing()
await storage.close()
rmSync(path, { recursive: true })

async function measureImport(): Promise<void> {
  let batch: LoggedEvent[] = []
  let milliseconds = 0
  const append = async () => {
    milliseconds += await timed(async () => store.appendEvents(batch))
    batch = []
  }
  await report(`append in batches of ${BATCH}`, async () => {
    for (const [person, size] of personSizes().entries()) {
      for (let at = 0; at < size; at++) {
        batch.push(eventOf(`u-${person}`, at))
        if (batch.length === BATCH) await append()
      }
    }
    await append()
    const { events } = await store.totals()
    return `${events} events, ${(milliseconds / 1000).toFixed(2)} s in the store`
  })
}

/** Sizes of histories: log-normal as in MovieLens-1M, scaled to the number of events. */
function personSizes(): number[] {
  const sizes = Array.from({ length: PEOPLE }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
    return Math.min(EVENTS_PER_PERSON_MAX, Math.max(20, Math.exp(4.57 + 0.98 * normal)))
  })
  const scale = EVENTS / sizes.reduce((sum, size) => sum + size)
  return sizes.map((size) => Math.round(size * scale))
}

async function countAll(): Promise<number> {
  let count = 0
  for await (const { events } of store.readPeople()) count += events.length
  return count
}

async function measureAppending(clients: number, size: number): Promise<void> {
  const times: number[] = []
  const end = performance.now() + SECONDS * 1000
  let sent = 0
  await report(`${clients} clients, ${size} events a request`, async () => {
    const client = async (number: number) => {
      while (performance.now() < end) {
        const user = () => `u-${Math.floor(uniform() * PEOPLE)}`
        const prefix = `${clients}-${size}-${number}-`
        const batch = Array.from({ length: size }, () => eventOf(user(), sent++, prefix))
        times.push(await timed(async () => store.appendEvents(batch)))
      }
    }
    await Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
    return `${Math.round(sent / SECONDS)} events/s, ${quantiles(times)}`
  })
}

async function measureRecords(): Promise<void> {
  const times: number[] = []
  const waiting: Promise<void>[] = []
  await report(`records of ${RECORD_BYTES} bytes`, async () => {
    const start = performance.now()
    for (let sent = 0; sent < SECONDS * RECORDS_PER_SECOND; ) {
      const due = ((performance.now() - start) / 1000) * RECORDS_PER_SECOND
      for (; sent < due; sent++) waiting.push(writeRecord(store, sent, times))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(waiting)
    const rate = (times.length / (performance.now() - start)) * 1000
    return `${Math.round(rate)} records/s, ${quantiles(times)}`
  })
}

async function writeRecord(to: AppStore, at: number, times: number[]): Promise<void> {
  const user = at % 4 === 0 ? null : `u-${at % PEOPLE}`
  const record = { id: `d_${at}`, user, time: at, body: randomBytes(RECORD_BYTES) }
  times.push(await timed(async () => to.appendRecords([record])))
}

async function measureErasing(): Promise<void> {
  const times: number[] = []
  await report(`erase ${ERASED} people`, async () => {
    let events = 0
    for (let at = 0; at < ERASED; at++) {
      const user = `u-${Math.floor((at / ERASED) * PEOPLE)}`
      times.push(
        await timed(async () => {
          events += (await store.eraseUser(user)).events
        }),
      )
    }
    return `${Math.round(events / ERASED)} events each, ${quantiles(times)}`
  })
}

function eventOf(user: string, at: number, prefix = '0192f0c1-0000-7000-8000-'): LoggedEvent {
  const time = Date.parse('2000-12-31T22:12:40Z') + at * 60_000
  return {
    id: `${prefix}${user}-${String(at).padStart(6, '0')}`,
    type: 'watched',
    user,
    item: `m-${Math.floor(uniform() * 3706)}`,
    value: 4.5,
    time,
    timeKnown: true,
    original: time,
    sent: null,
    received: time,
    context: null,
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function report(what: string, work: () => Promise<string>): Promise<void> {
  const before = process.cpuUsage()
  const start = performance.now()
  const result = await work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(before)
  const processor = `${(user / 1e6).toFixed(2)} + ${(system / 1e6).toFixed(2)} s of processor`
  console.log(`${what}: ${result}, ${seconds.toFixed(2)} s, ${processor}`)
}

function quantiles(times: number[]): string {
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
}
