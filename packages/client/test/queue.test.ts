import type { EventInput } from '@adsum/protocol'
import { serveMemory } from '@adsum/server/testing'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  type Client,
  type ClientOptions,
  createClient,
  createMemoryStore,
  type Loss,
  type QueueStore,
  type Refusal,
} from '../src/index.ts'
import { delayOfQueue } from '../src/retry.ts'
import { type Fault, startFaultyProxy } from './faulty-proxy.ts'

const EVENT = { type: 'watched', user: 'u-17', item: 'm-1' }
/** Milliseconds for anything to happen on a busy machine. */
const PATIENCE_MS = 10_000
const START = Date.parse('2026-11-21T12:00:00Z')

/** A clock that moves only when somebody waits for it; whoever waits is served in order. */
class VirtualTime {
  now = START
  readonly waits: number[] = []

  readonly sleep = async (milliseconds: number, signal: AbortSignal | undefined): Promise<void> => {
    this.waits.push(milliseconds)
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
    this.now += milliseconds
  }
}

interface Told {
  readonly refusals: Refusal[]
  readonly losses: Loss[]
  readonly stops: unknown[]
}

/** A client whose line to a real server breaks as `fault` says. */
async function onFaultyLine(
  fault: (body: string, request: number) => Fault = () => 'pass',
  options: Partial<ClientOptions> = {},
) {
  const { engine, url } = await serveMemory()
  const proxy = await startFaultyProxy(url, (_, body) => fault(body, proxy.bodies.length - 1))
  const time = new VirtualTime()
  const told: Told = { refusals: [], losses: [], stops: [] }
  const client: Client = createClient({
    url: proxy.url,
    random: () => 0.5,
    now: () => time.now,
    sleep: time.sleep,
    onRefused: (refusal) => told.refusals.push(refusal),
    onDropped: (loss) => told.losses.push(loss),
    onStopped: (error) => told.stops.push(error),
    ...options,
  })
  onTestFinished(async () => {
    await client.close()
    await proxy.close()
  })
  const stored = () => [...engine.app('cinema').events.keys()]
  return { client, time, told, proxy, stored, engine }
}

const eventsOf = (body: string): EventInput[] => JSON.parse(body).events

async function untilEmpty(client: Client): Promise<void> {
  await vi.waitFor(async () => expect(await client.pending()).toEqual({ events: 0, bytes: 0 }), {
    timeout: PATIENCE_MS,
  })
}

test('a tracked event is sent by itself, with its own time, an id, and the time of sending', async () => {
  const { client, proxy, stored } = await onFaultyLine()
  await client.track(EVENT)
  await untilEmpty(client)
  const { sent, events } = JSON.parse(proxy.bodies[0] ?? '')
  expect(events).toEqual([{ ...EVENT, id: stored()[0], time: new Date(START).toISOString() }])
  // It waited a quarter of a second for company.
  expect(Date.parse(sent)).toBe(START + 250)
})

test('events that come together go together, in order, at most a hundred at a time', async () => {
  const { client, proxy, stored } = await onFaultyLine()
  await Promise.all(Array.from({ length: 250 }, (_, n) => client.track({ ...EVENT, id: `e-${n}` })))
  await untilEmpty(client)
  expect(proxy.bodies.map((body) => eventsOf(body).length)).toEqual([100, 100, 50])
  expect(stored()).toEqual(Array.from({ length: 250 }, (_, n) => `e-${n}`))
})

test('a request stays below 400 kB however large its events are', async () => {
  const { client, proxy } = await onFaultyLine()
  const context = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [n, 'x'.repeat(2_000)]))
  await Promise.all(Array.from({ length: 45 }, () => client.track({ ...EVENT, context })))
  await untilEmpty(client)
  expect(proxy.bodies.map((body) => eventsOf(body).length)).toEqual([19, 19, 7])
  for (const body of proxy.bodies) expect(body.length).toBeLessThan(401_000)
})

test('every try carries the same events and a time of its own; waits grow', async () => {
  const { client, time, proxy } = await onFaultyLine((_, n) => (n < 4 ? 'refuse' : 'pass'))
  await client.track(EVENT)
  await untilEmpty(client)
  expect(time.waits).toEqual([250, 250, 500, 1_000, 2_000])
  const bodies = proxy.bodies.map((body) => JSON.parse(body))
  expect(new Set(bodies.map(({ events }) => JSON.stringify(events))).size).toBe(1)
  expect(bodies.map(({ sent }) => Date.parse(sent) - START)).toEqual([
    250, 500, 1_000, 2_000, 4_000,
  ])
})

test.each([429, 503])(
  'with %s nothing is sent before the time that was asked for',
  async (status) => {
    const { client, time, proxy, stored } = await onFaultyLine((_, n) =>
      n === 0 ? { status, retryAfterSeconds: 7 } : 'pass',
    )
    await client.track({ ...EVENT, id: 'first' })
    await vi.waitFor(() => expect(proxy.bodies.length).toBeGreaterThan(0), PATIENCE_MS)
    await client.track({ ...EVENT, id: 'second' })
    await untilEmpty(client)
    expect(time.waits.slice(0, 3)).toEqual([250, 7_000, 250])
    expect(stored()).toEqual(['first', 'second'])
  },
)

test('an impatient flush cuts chance short, but not what the server asked for', async () => {
  const waits: { readonly milliseconds: number; readonly go: () => void }[] = []
  const sleep = (milliseconds: number, signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
      waits.push({ milliseconds, go: resolve })
    })
  const { client, proxy } = await onFaultyLine(
    (_, n) => (n === 0 ? { status: 503, retryAfterSeconds: 9 } : n === 1 ? 'refuse' : 'pass'),
    { sleep },
  )
  await client.track(EVENT)
  expect(await client.flush()).toMatchObject({ events: 1 })
  await vi.waitFor(() => expect(waits.at(-1)?.milliseconds).toBe(9_000), PATIENCE_MS)
  const second = client.flush()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(proxy.bodies).toHaveLength(1)
  waits.at(-1)?.go()
  expect(await second).toMatchObject({ events: 1 })
  expect(await client.flush()).toEqual({ events: 0, bytes: 0 })
  expect(proxy.bodies).toHaveLength(3)
})

test.each([
  [400, 'request_invalid'],
  [401, 'key_invalid'],
  [403, 'key_forbidden'],
  [404, 'app_unknown'],
] as const)(
  'after %s the queue stops, keeps everything, says so once, and goes on when told',
  async (status, code) => {
    let mended = false
    const { client, proxy, told, stored } = await onFaultyLine(() => (mended ? 'pass' : { status }))
    await client.track({ ...EVENT, id: 'a' })
    await vi.waitFor(() => expect(told.stops).toHaveLength(1), PATIENCE_MS)
    await client.track({ ...EVENT, id: 'b' })
    expect(await client.flush()).toMatchObject({ events: 2 })
    expect(told.stops).toMatchObject([{ code }])
    expect(proxy.bodies).toHaveLength(2)
    mended = true
    expect(await client.flush()).toEqual({ events: 0, bytes: 0 })
    expect(stored()).toEqual(['a', 'b'])
    expect(told.losses).toEqual([])
  },
)

test('where a request is too large, smaller ones follow; an event too large alone is refused', async () => {
  const { client, proxy, told, stored } = await onFaultyLine((body) =>
    body.length > 1_000 ? { status: 413 } : 'pass',
  )
  const long = { ...EVENT, id: 'long', context: { note: 'x'.repeat(1_000) } }
  await Promise.all([
    ...Array.from({ length: 10 }, (_, n) => client.track({ ...EVENT, id: `e-${n}` })),
    client.track(long),
    client.track({ ...EVENT, id: 'last' }),
  ])
  await untilEmpty(client)
  expect(stored()).toEqual([...Array.from({ length: 10 }, (_, n) => `e-${n}`), 'last'])
  expect(told.refusals).toMatchObject([
    { event: { id: 'long' }, result: { id: 'long', status: 'rejected' } },
  ])
  expect(proxy.bodies.length).toBeLessThan(15)
})

test('what the server will not take is told, with the reason, and no longer sent', async () => {
  const { client, told, stored } = await onFaultyLine()
  await client.track({ ...EVENT, id: 'a' })
  await client.track({ ...EVENT, id: 'a', item: 'other' })
  await client.track({ ...EVENT, id: 'b', value: Number.NaN })
  await untilEmpty(client)
  expect(stored()).toEqual(['a'])
  expect(told.refusals).toMatchObject([
    { event: { id: 'a', item: 'other' }, result: { status: 'conflict' } },
    { event: { id: 'b' }, result: { status: 'rejected', code: 'request_invalid' } },
  ])
})

test('a full queue drops the oldest, and says which', async () => {
  const { client, told, stored } = await onFaultyLine(() => ({ status: 401 }), {
    queueMost: { events: 3, bytes: 10_000 },
  })
  for (const id of ['a', 'b', 'c', 'd', 'e']) await client.track({ ...EVENT, id })
  expect(await client.pending()).toMatchObject({ events: 3 })
  expect(told.losses.map(({ reason, events }) => [reason, events[0]?.id])).toEqual([
    ['full', 'a'],
    ['full', 'b'],
  ])
  expect(stored()).toEqual([])
})

test('an event that would hold up all others is refused at once, and nobody need wait to hear it', async () => {
  const { client, told, proxy } = await onFaultyLine()
  const nested = JSON.parse('{"context":{"place":{"lat":1}}}')
  const poison = JSON.parse('{"context":{"__proto__":1}}')
  await expect(client.track({ ...EVENT, ...nested })).rejects.toMatchObject({
    code: 'request_invalid',
    path: 'context.place',
  })
  await expect(client.track({ ...EVENT, ...poison })).rejects.toMatchObject({
    code: 'request_invalid',
  })
  void client.track({ ...EVENT, context: { note: 'x'.repeat(33_000) } })
  await vi.waitFor(() => expect(told.losses).toHaveLength(3), PATIENCE_MS)
  expect(told.losses[2]).toMatchObject({ reason: 'unkept', cause: { code: 'event_too_large' } })
  expect(proxy.bodies).toEqual([])
})

test('a listener that throws does not end the queue', async () => {
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => complaint.mockRestore())
  const { client, stored } = await onFaultyLine(() => 'pass', {
    onRefused: () => {
      throw new Error('of the app')
    },
  })
  await client.track({ ...EVENT, id: 'a', value: Number.NaN })
  await client.track({ ...EVENT, id: 'b' })
  await untilEmpty(client)
  expect(stored()).toEqual(['b'])
  expect(complaint).toHaveBeenCalledWith(new Error('of the app'))
})

test('what waits of a person is thrown away before the person is erased', async () => {
  let busy = true
  const { client, proxy, stored } = await onFaultyLine((body) =>
    busy && body !== '' ? { status: 401 } : 'pass',
  )
  await client.track({ ...EVENT, id: 'a' })
  await client.track({ ...EVENT, id: 'b', user: 'u-18' })
  await client.track({ ...EVENT, id: 'c', context: { user: 'u-17' }, user: 'u-18' })
  await client.eraseUser('u-17')
  expect(proxy.bodies).toContain('')
  expect(await client.pending()).toMatchObject({ events: 2 })
  busy = false
  await client.flush()
  expect(stored()).toEqual(['b', 'c'])
})

test('what the store does not keep is told, and what it fails to give is tried again', async () => {
  const store = createMemoryStore()
  const broken = { append: false, peek: false }
  const failing: QueueStore = {
    ...store,
    append: async (...given) => {
      if (broken.append) throw new Error('the disk is full')
      return store.append(...given)
    },
    peek: async (most) => {
      if (broken.peek) throw new Error('the disk is gone')
      return store.peek(most)
    },
  }
  const { client, told, stored } = await onFaultyLine(() => 'pass', { store: failing })
  broken.append = true
  await expect(client.track({ ...EVENT, id: 'a' })).rejects.toThrow('the disk is full')
  expect(told.losses).toMatchObject([{ reason: 'unkept', events: [{ id: 'a' }] }])
  broken.append = false
  broken.peek = true
  await client.track({ ...EVENT, id: 'b' })
  await vi.waitFor(() => expect(told.stops).toEqual([new Error('the disk is gone')]), PATIENCE_MS)
  broken.peek = false
  await client.track({ ...EVENT, id: 'c' })
  await untilEmpty(client)
  expect(stored()).toEqual(['b', 'c'])
})

test('closing sends what waits, and keeps nothing from anybody', async () => {
  const { client, stored, told } = await onFaultyLine()
  void client.track({ ...EVENT, id: 'a' })
  expect(await client.close()).toEqual({ events: 0, bytes: 0 })
  expect(stored()).toEqual(['a'])
  await expect(client.track(EVENT)).rejects.toThrow('closed')
  expect(told.losses).toHaveLength(1)
})

test('the key or the token of the moment is sent as a bearer', async () => {
  const seen: (string | undefined)[] = []
  const { url } = await serveMemory()
  let tries = 0
  const proxy = await startFaultyProxy(url, ({ headers }) => {
    seen.push(headers.authorization)
    return ++tries === 2 ? { status: 503 } : { status: 404 }
  })
  onTestFinished(() => proxy.close())
  await createClient({ url: proxy.url, key: 'adsum_sk_x' })
    .listApps()
    .catch(() => {})
  let signed = 0
  const token = async () => `token-${++signed}`
  const sleep = async () => {}
  await createClient({ url: proxy.url, key: 'k', token, sleep })
    .listApps()
    .catch(() => {})
  await createClient({ url: proxy.url, token: 'fixed' })
    .listApps()
    .catch(() => {})
  expect(seen).toEqual(['Bearer adsum_sk_x', 'Bearer token-1', 'Bearer token-2', 'Bearer fixed'])
})

test('a token that cannot be had just now is asked for again', async () => {
  let asked = 0
  const token = async () => {
    asked += 1
    if (asked < 3) throw new Error('the backend is away')
    return 'fine'
  }
  const proxied = await startFaultyProxy('http://127.0.0.1:9', () => ({ status: 401 }))
  onTestFinished(() => proxied.close())
  const stops: unknown[] = []
  const client = createClient({
    url: proxied.url,
    token,
    sleep: new VirtualTime().sleep,
    onStopped: (error) => stops.push(error),
  })
  await client.track(EVENT)
  await vi.waitFor(() => expect(stops).toHaveLength(1), PATIENCE_MS)
  expect(asked).toBe(3)
})

test('under any order of failures every event arrives, and counts once', async () => {
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.constantFrom<Fault>('pass', 'refuse', 'lose', 'half', 'nonsense'),
    fc.record({
      status: fc.constantFrom(408, 413, 429, 500, 502, 503, 507),
      retryAfterSeconds: fc.integer({ min: 0, max: 20 }),
    }),
  )
  let faults: Fault[] = []
  const { engine, url } = await serveMemory()
  // A body that is refused as too large is taken where it has only one event, or it would be lost.
  const proxy = await startFaultyProxy(url, (_, body) => {
    const next = faults.shift() ?? 'pass'
    const alone = eventsOf(body).length === 1
    return typeof next === 'object' && next.status === 413 && alone ? 'pass' : next
  })
  onTestFinished(() => proxy.close())
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      async (planned, bursts, chance) => {
        faults = [...planned]
        const known = new Set(engine.app('cinema').events.keys())
        const time = new VirtualTime()
        const told: unknown[] = []
        const tell = (what: unknown) => void told.push(what)
        const client = createClient({
          url: proxy.url,
          random: () => chance,
          now: () => time.now,
          sleep: time.sleep,
          store: createMemoryStore(),
          onRefused: tell,
          onDropped: tell,
          onStopped: tell,
        })
        let tracked = 0
        for (const length of bursts) {
          await Promise.all(Array.from({ length }, () => client.track(EVENT)))
          tracked += length
        }
        await untilEmpty(client)
        await client.close()
        const arrived = [...engine.app('cinema').events.keys()].filter((id) => !known.has(id))
        expect(arrived).toHaveLength(tracked)
        expect(told).toEqual([])
      },
    ),
    { numRuns: 60 },
  )
})

test('a queue waits at random up to a ceiling that doubles, and at least as long as it was asked to', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 0, max: 10_000_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (failures, afterMs, chance) => {
        const { askedMs, spreadMs } = delayOfQueue(failures, afterMs, () => chance)
        expect(askedMs).toBe(Math.min(afterMs, 3_600_000))
        expect(spreadMs).toBeGreaterThanOrEqual(0)
        expect(spreadMs).toBeLessThanOrEqual(
          Math.min(300_000, 500 * 2 ** Math.min(failures - 1, 60)),
        )
      },
    ),
  )
})
