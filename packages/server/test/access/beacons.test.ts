import { type KeyRequest, keyRequestSchema } from '@adsum/protocol'
import { beforeEach, expect, test } from 'vitest'
import { MemoryEngine, type Served, serve } from '../../src/testing/index.ts'

const SHOP = 'https://shop.example'
const EVENTS = JSON.stringify({ events: [{ id: 'e-1', type: 'watched', user: 'u-1' }] })

let served: Served<MemoryEngine>

beforeEach(async () => {
  served = await serve(new MemoryEngine('cinema'))
})

async function newKey(request: Omit<KeyRequest, 'app'>): Promise<string> {
  const order = keyRequestSchema.parse({ app: 'cinema', ...request })
  return (await served.engine.accessKeys.create(order)).text ?? ''
}

/** What `navigator.sendBeacon` sends: a text, the page's origin, and no header of ours. */
async function beacon(path: string, origin: string, body = EVENTS): Promise<string> {
  const response = await fetch(served.url + path, {
    method: 'POST',
    headers: { 'content-type': 'text/plain;charset=UTF-8', origin },
    body,
  })
  if (response.ok) return 'ok'
  return ((await response.json()) as { error: { code: string } }).error.code
}

const recorded = () => [...served.engine.app('cinema').events.keys()]

test('a beacon with a write key in its address records events', async () => {
  const key = await newKey({ kind: 'write', origins: [SHOP] })
  expect(await beacon(`/v1/events?key=${key}`, SHOP)).toBe('ok')
  expect(recorded()).toEqual(['e-1'])
})

test("the key's origins hold for beacons, and so does its being known", async () => {
  const key = await newKey({ kind: 'write', origins: [SHOP] })
  expect(await beacon(`/v1/events?key=${key}`, 'https://evil.example')).toBe('origin_not_allowed')
  const foreign = `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`
  expect(await beacon(`/v1/events?key=${foreign}`, SHOP)).toBe('key_invalid')
  expect(await beacon('/v1/events?key=', SHOP)).toBe('key_invalid')
  expect(await beacon(`/v1/events?key=${key}&key=${key}`, SHOP)).toBe('host_not_allowed')
  expect(recorded()).toEqual([])
})

test('a secret key is not taken from an address', async () => {
  const key = await newKey({ kind: 'secret', name: 'backend', scopes: ['record', 'decide'] })
  expect(await beacon(`/v1/events?key=${key}`, SHOP)).toBe('key_invalid')
  expect(recorded()).toEqual([])
})

test('without a key, beacons come from pages of this machine only', async () => {
  expect(await beacon('/v1/events', SHOP)).toBe('host_not_allowed')
  expect(await beacon('/v1/events', 'null')).toBe('host_not_allowed')
  expect(await beacon('/v1/events', 'http://localhost:5173')).toBe('ok')
})

test('no other route takes a text, or a key in its address', async () => {
  const local = 'http://127.0.0.1:5173'
  const question = JSON.stringify({ surface: 'home' })
  expect(await beacon('/v1/decisions', local, question)).toBe('content_type_unsupported')
  const key = await newKey({ kind: 'write', origins: [SHOP] })
  expect(await beacon(`/v1/decisions?key=${key}`, SHOP, question)).toBe('host_not_allowed')
})
