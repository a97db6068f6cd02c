import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Client, createClient } from '../src/index.ts'
import { delayBeforeRetry, readRetryAfter } from '../src/retry.ts'

const BUSY = { error: { code: 'overloaded', message: 'Busy.' } }

/** A server that does as it is told, and a client that waits for nothing but notes how long. */
async function scripted(answers: readonly RequestListener[]) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(bodies.length, answers.length - 1)]
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(body)
      answer?.(request, response)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const waits: number[] = []
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createClient({
    url,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      waits.push(milliseconds)
    },
  })
  return { client, url, waits, bodies }
}

const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
const cut: RequestListener = (request) => {
  request.socket.destroy()
}

const CALLS: Record<string, (client: Client) => Promise<unknown>> = {
  sendEvents: (client) => client.sendEvents([{ type: 'watched', user: 'u' }]),
  putItems: (client) => client.putItems([{ type: 'movie', id: 'm' }]),
  listItems: (client) => client.listItems({}),
  decide: (client) => client.decide({ surface: 'home' }),
  readDecision: (client) => client.readDecision('d'),
  'reward with a time': (client) => client.reward('d', { value: 1, time: '2026-11-21T00:00:00Z' }),
  'reward without a time': (client) => client.reward('d', { value: 1 }),
  readUser: (client) => client.readUser('u'),
  eraseUser: (client) => client.eraseUser('u'),
  readReceipt: (client) => client.readReceipt('r'),
  listApps: (client) => client.listApps(),
  uploadFile: (client) => client.uploadFile('a.csv', 'a'),
  judgeFile: (client) => client.judgeFile('f', {}),
  makeApp: (client) => client.makeApp('f', { name: 'a' }),
  readJob: (client) => client.readJob('j'),
  makeBackup: (client) => client.makeBackup({}),
  checkData: (client) => client.checkData(),
  health: (client) => client.health(),
}
const ONCE = ['decide', 'reward without a time', 'uploadFile', 'judgeFile', 'makeApp', 'makeBackup']

describe.each(Object.entries(CALLS))('%s', (name, call) => {
  test('is tried three times where the server is busy, unless it may not be repeated', async () => {
    const { client, bodies } = await scripted([answer(503, BUSY)])
    await expect(call(client)).rejects.toMatchObject({ code: 'overloaded', message: 'Busy.' })
    expect(bodies).toHaveLength(ONCE.includes(name) ? 1 : 3)
    // The same request each time: an event keeps the identifier that was made for it.
    expect(new Set(bodies).size).toBe(1)
  })

  test('is tried three times where the line breaks, if twice is the same as once', async () => {
    const { client, bodies } = await scripted([cut])
    await expect(call(client)).rejects.toMatchObject({ code: 'server_unreachable' })
    expect(bodies).toHaveLength([...ONCE, 'eraseUser'].includes(name) ? 1 : 3)
  })

  test('is not tried again where the server knows what is wrong', async () => {
    const refusal = { error: { code: 'request_invalid', message: 'No.', path: 'limit' } }
    const { client, bodies, waits } = await scripted([answer(400, refusal)])
    await expect(call(client)).rejects.toMatchObject({ code: 'request_invalid', path: 'limit' })
    expect(bodies).toHaveLength(1)
    expect(waits).toEqual([])
  })
})

test('a call that succeeds at last answers as if nothing had been', async () => {
  const { client, waits } = await scripted([cut, answer(503, BUSY), answer(200, { apps: [] })])
  expect(await client.listApps()).toEqual([])
  expect(waits).toEqual([100, 200])
})

test('the server is given the time that it asks for, in seconds or as a date by its own clock', async () => {
  const date = 'Sat, 21 Nov 2026 19:03:11 GMT'
  const later = 'Sat, 21 Nov 2026 19:03:14 GMT'
  const { client, waits } = await scripted([
    answer(503, BUSY, { 'retry-after': '2' }),
    answer(503, BUSY, { 'retry-after': later, date }),
    answer(200, { apps: [] }),
  ])
  await client.listApps()
  expect(waits).toEqual([2_100, 3_200])
})

test('a server that asks for more than half a minute is not waited for', async () => {
  const { client, waits } = await scripted([answer(503, BUSY, { 'retry-after': '31' })])
  await expect(client.listApps()).rejects.toMatchObject({ code: 'overloaded' })
  expect(waits).toEqual([])
})

test('waiting grows, never exceeds what chance allows, and ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.option(fc.integer({ min: 0, max: 60_000 })),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (tries, retryAfterMs, chance) => {
        const delay = delayBeforeRetry(tries, retryAfterMs, () => chance)
        const ends = tries > 2 || (retryAfterMs ?? 0) > 30_000
        expect(delay === null).toBe(ends)
        if (delay === null) return
        expect(delay).toBeGreaterThanOrEqual(retryAfterMs ?? 0)
        expect(delay - (retryAfterMs ?? 0)).toBeLessThanOrEqual(200 * 2 ** (tries - 1))
      },
    ),
  )
})

test.each([
  [{}, null],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '7' }, 7_000],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '-1' }, null],
  [{ 'retry-after': 'Sat, 21 Nov 2026 19:03:14 GMT' }, null],
  [{ 'retry-after': 'Sat, 21 Nov 2026 19:03:10 GMT', date: 'Sat, 21 Nov 2026 19:03:11 GMT' }, 0],
])('%j asks for %s milliseconds', (headers, milliseconds) => {
  expect(readRetryAfter(new Headers(headers))).toBe(milliseconds)
})

test('a call that takes too long ends with a code, and is not tried again', async () => {
  const silent: RequestListener = () => {}
  const { client, bodies } = await scripted([silent])
  await expect(client.listApps({ timeoutMs: 50 })).rejects.toMatchObject({
    code: 'request_timeout',
    message: 'The request was not finished within 0.05 seconds.',
  })
  expect(bodies).toHaveLength(1)
})

test('the caller can end a call while it is under way, while it waits, and before it begins', async () => {
  const ending = new AbortController()
  const { client } = await scripted([() => ending.abort(new Error('changed my mind'))])
  await expect(client.listApps({ signal: ending.signal })).rejects.toThrow('changed my mind')
  await expect(client.listApps({ signal: ending.signal })).rejects.toThrow('changed my mind')

  // This one really waits: the server asks for twenty seconds.
  const waiting = new AbortController()
  const { url, bodies } = await scripted([answer(503, BUSY, { 'retry-after': '20' })])
  const call = createClient({ url }).listApps({ signal: waiting.signal })
  await vi.waitFor(() => expect(bodies).toHaveLength(1))
  setTimeout(() => waiting.abort(new Error('enough')), 50)
  await expect(call).rejects.toThrow('enough')
})

test.each([
  [200, '<html>', 'answer_unexpected'],
  [502, '<html>', 'answer_unexpected'],
  [404, '{"detail":"not found"}', 'answer_unexpected'],
  [404, 'null', 'answer_unexpected'],
  [500, '{"error":{"code":"toString","message":"x"}}', 'answer_unexpected'],
])('an answer that is not of Adsum is told as such: %s %s', async (status, body, code) => {
  const { client } = await scripted([answer(status, body)])
  await expect(client.listApps()).rejects.toMatchObject({ code })
})

test('a code of a later version keeps its sentence', async () => {
  const later = { error: { code: 'quota_spent', message: 'No more today.' } }
  const { client } = await scripted([answer(429, later)])
  await expect(client.listApps()).rejects.toMatchObject({
    code: 'answer_unexpected',
    message: 'quota_spent: No more today.',
  })
})
