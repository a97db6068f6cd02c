import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { keyRequestSchema } from '@adsum/protocol'
import { expect, test } from 'vitest'
import { codeOf, dial, listen, send } from '../src/testing/index.ts'
import { type ServedShop, serveShop } from './segment/served-shop.ts'

/** More than half of what may be in flight at first. */
const LARGE_BYTES = 3_000_000
/** Too much beside it, and little enough to wait where several keys are there. */
const WAITING_BYTES = 1_200_000
/** Milliseconds within which a refusal must be there. */
const REFUSAL_MS_MAX = 100

/** Promises a large body and sends none of it. */
async function promise(
  { url }: ServedShop,
  key?: string,
  bytes: number = LARGE_BYTES,
): Promise<Socket> {
  const socket = await dial(Number(new URL(url).port))
  socket.write(
    'POST /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
      `${key === undefined ? '' : `authorization: Bearer ${key}\r\n`}` +
      `content-length: ${bytes}\r\n\r\n`,
  )
  return socket
}

async function refusalOf(socket: Socket): Promise<string> {
  return listen(socket, (text) => text.includes('"error"'))
}

async function record({ url }: ServedShop, key?: string) {
  const event = { id: crypto.randomUUID(), type: 'nothing', user: 'ada' }
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
  return send(`${url}/v1/events`, 'POST', { events: [event] }, headers)
}

async function newKey({ engine, app }: ServedShop, name: string): Promise<string> {
  const order = { kind: 'secret', app: app.declaration.name, name, scopes: ['record'] }
  return (await engine.accessKeys.create(keyRequestSchema.parse(order))).text ?? ''
}

async function metric({ url }: ServedShop, series: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return Number(line?.slice(series.length))
}

test('what does not fit is refused by its headers, at once, and told when to come again', async () => {
  const shop = await serveShop()
  const first = await promise(shop)
  await expect.poll(() => metric(shop, 'adsum_bytes_in_flight')).toBe(LARGE_BYTES)
  const began = performance.now()
  const refusal = await refusalOf(await promise(shop))
  expect(performance.now() - began).toBeLessThan(REFUSAL_MS_MAX)
  expect(refusal).toMatch(/^HTTP\/1.1 503 /)
  expect(refusal).toMatch(/\r\nretry-after: 1\r\n/i)
  expect(refusal).toContain('"overloaded"')
  expect(await metric(shop, 'adsum_admission_refusals_total{reason="busy"}')).toBe(1)
  // What fits comes in beside it, on a machine that is late itself when the limit has recovered.
  await expect.poll(async () => (await record(shop)).status, { timeout: 10_000 }).toBe(207)
  first.destroy()
  await expect.poll(() => metric(shop, 'adsum_bytes_in_flight')).toBe(0)
})

test('a key that floods waits and is refused, and another one gets through', async () => {
  const shop = await serveShop()
  const [flood, modest] = [await newKey(shop, 'flood'), await newKey(shop, 'modest')]
  const first = await promise(shop, flood)
  await expect.poll(() => metric(shop, 'adsum_bytes_in_flight')).toBe(LARGE_BYTES)
  expect((await record(shop, modest)).status).toBe(207)
  const waiting = await promise(shop, flood, WAITING_BYTES)
  await expect.poll(() => metric(shop, 'adsum_bytes_waiting')).toBe(WAITING_BYTES)
  for (let time = 0; time < 5; time++) {
    const refusal = await refusalOf(await promise(shop, flood))
    expect(refusal).toMatch(/^HTTP\/1.1 429 /)
    expect(refusal).toMatch(/\r\nretry-after: 1\r\n/i)
    expect((await record(shop, modest)).status).toBe(207)
  }
  expect(await metric(shop, 'adsum_admission_refusals_total{reason="share"}')).toBe(5)
  first.destroy()
  await expect.poll(() => metric(shop, 'adsum_bytes_waiting')).toBe(0)
  expect(await metric(shop, 'adsum_bytes_in_flight')).toBe(WAITING_BYTES)
  waiting.destroy()
  await expect.poll(() => metric(shop, 'adsum_bytes_in_flight')).toBe(0)
})

test('what waits in vain is refused in time, and a client that goes away gives its place up', async () => {
  const shop = await serveShop()
  const [flood, modest] = [await newKey(shop, 'flood'), await newKey(shop, 'modest')]
  const first = await promise(shop, flood)
  await expect.poll(() => metric(shop, 'adsum_bytes_in_flight')).toBe(LARGE_BYTES)
  expect((await record(shop, modest)).status).toBe(207)
  const gone = await promise(shop, flood, WAITING_BYTES)
  await expect.poll(() => metric(shop, 'adsum_bytes_waiting')).toBe(WAITING_BYTES)
  gone.destroy()
  await expect.poll(() => metric(shop, 'adsum_bytes_waiting')).toBe(0)
  expect((await record(shop, modest)).status).toBe(207)
  const refusal = await refusalOf(await promise(shop, flood, WAITING_BYTES))
  expect(refusal).toMatch(/^HTTP\/1.1 503 /)
  expect(refusal).toMatch(/\r\nretry-after: 1\r\n/i)
  expect(await metric(shop, 'adsum_admission_refusals_total{reason="waited"}')).toBe(1)
  expect(await metric(shop, 'adsum_bytes_in_flight')).toBe(LARGE_BYTES)
  first.destroy()
  await expect.poll(() => metric(shop, 'adsum_bytes_in_flight')).toBe(0)
})

test('a refused body is read to its end, so that the connection can go on', async () => {
  const shop = await serveShop()
  const first = await promise(shop)
  await expect.poll(() => metric(shop, 'adsum_bytes_in_flight')).toBe(LARGE_BYTES)
  const large = 'x'.repeat(LARGE_BYTES)
  const refused = await send(`${shop.url}/v1/events`, 'POST', { events: [large] })
  expect([refused.status, codeOf(refused)]).toEqual([503, 'overloaded'])
  first.destroy()
})

test('how long writes take and what waits are among the metrics', async () => {
  const shop = await serveShop()
  const event = { id: 'e-1', type: 'nothing', user: 'ada' }
  await send(`${shop.url}/v1/events`, 'POST', { events: [event] })
  expect(await metric(shop, 'adsum_queue_bytes')).toBe(0)
  expect(await metric(shop, 'adsum_event_loop_delay_seconds')).toBeGreaterThanOrEqual(0)
  expect(await metric(shop, 'adsum_sync_duration_seconds_bucket{le="+Inf"}')).toBe(
    await metric(shop, 'adsum_sync_duration_seconds_count'),
  )
  const { name } = shop.app.declaration
  expect(await metric(shop, `adsum_quarantined_events{app="${name}"}`)).toBe(1)
  expect(await metric(shop, `adsum_learning_behind_events{app="${name}"}`)).toBe(0)
})
