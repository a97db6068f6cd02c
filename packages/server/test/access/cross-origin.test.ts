import { type KeyRequest, keyRequestSchema } from '@adsum/protocol'
import { beforeEach, expect, test } from 'vitest'
import { MemoryEngine, type Served, serve } from '../../src/testing/index.ts'
import { ed25519 } from './signer.ts'

const SHOP = 'https://shop.example'
const EVENTS = JSON.stringify({ events: [{ id: 'e-1', type: 'watched', user: 'u-1' }] })

let served: Served<MemoryEngine>

beforeEach(async () => {
  served = await serve(new MemoryEngine('cinema', 'music'))
})

async function newKey(request: Omit<KeyRequest, 'app'>): Promise<string> {
  const order = keyRequestSchema.parse({ app: 'cinema', ...request })
  return (await served.engine.accessKeys.create(order)).text ?? ''
}

/** What a browser asks before it lets a page ask. */
function preflight(path: string, origin: string, method = 'POST'): Promise<Response> {
  return fetch(served.url + path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization, content-type',
    },
  })
}

function record(key: string | null, origin?: string): Promise<Response> {
  return fetch(`${served.url}/v1/events`, {
    method: 'POST',
    body: EVENTS,
    headers: {
      'content-type': 'application/json',
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(origin !== undefined && { origin }),
    },
  })
}

const allowed = ({ headers }: Response): string | null => headers.get('access-control-allow-origin')

async function code(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code
}

test('a listed origin may ask, under that very name', async () => {
  const key = await newKey({ kind: 'write', origins: [SHOP] })
  const asked = await preflight('/v1/events', SHOP)
  expect(asked.status).toBe(204)
  expect(allowed(asked)).toBe(SHOP)
  expect(asked.headers.get('vary')).toContain('origin')
  expect(asked.headers.get('access-control-allow-methods')).toBe('POST')
  expect(asked.headers.get('access-control-allow-headers')).toBe(
    'authorization, content-type, x-retry-count, adsum-app',
  )
  expect(asked.headers.get('access-control-max-age')).toBe('600')
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
  const sent = await record(key, SHOP)
  expect([sent.status, allowed(sent)]).toEqual([200, SHOP])
  expect(sent.headers.get('vary')).toContain('origin')
})

test.each([
  'https://shop.example.evil.example',
  'https://evil.example',
  'http://shop.example',
  'https://shop.example:8443',
  'https://sub.shop.example',
  'https://SHOP.example',
  'null',
])('the origin %s is not the listed one', async (origin) => {
  const key = await newKey({ kind: 'write', origins: [SHOP] })
  const asked = await preflight('/v1/events', origin)
  expect([asked.status, allowed(asked)]).toEqual([403, null])
  const sent = await record(key, origin)
  expect([sent.status, allowed(sent), await code(sent)]).toEqual([403, null, 'origin_not_allowed'])
  expect(served.engine.app('cinema').events.size).toBe(0)
})

test('a key lists no origin by itself, takes one later, and "*" means every one', async () => {
  const key = await newKey({ kind: 'write' })
  expect((await record(key, SHOP)).status).toBe(403)
  const { id = '' } = served.engine.accessKeys.list()[0] ?? {}
  await served.engine.accessKeys.addOrigin(id, SHOP)
  expect((await record(key, SHOP)).status).toBe(200)
  const open = await newKey({ kind: 'write', origins: ['*'] })
  const anywhere = await record(open, 'https://anywhere.example')
  expect([anywhere.status, allowed(anywhere)]).toEqual([200, 'https://anywhere.example'])
})

test('the origins of one key are not those of another', async () => {
  await newKey({ kind: 'write', origins: [SHOP] })
  const strict = await newKey({ kind: 'write', name: 'strict', origins: ['https://b.example'] })
  const sent = await record(strict, SHOP)
  // The page may read why: another key lets it ask.
  expect([sent.status, allowed(sent)]).toEqual([403, SHOP])
})

test('without an origin, as servers and apps ask, a key is taken unless it is for browsers', async () => {
  const key = await newKey({ kind: 'write', origins: [SHOP] })
  const browsers = await newKey({ kind: 'write', origins: [SHOP], browsersOnly: true })
  expect((await record(key)).status).toBe(200)
  expect(await code(await record(browsers))).toBe('key_forbidden')
  expect((await record(browsers, SHOP)).status).toBe(200)
})

test('a secret key that got into a page is refused there', async () => {
  await newKey({ kind: 'write', origins: [SHOP] })
  const secret = await newKey({ kind: 'secret' })
  expect(await code(await record(secret, SHOP))).toBe('origin_not_allowed')
})

test('a listed page without a key gets nothing, and may not even ask what is for servers', async () => {
  await newKey({ kind: 'write', origins: [SHOP] })
  const sent = await record(null, SHOP)
  expect([sent.status, allowed(sent), await code(sent)]).toEqual([403, null, 'host_not_allowed'])
  for (const path of ['/v1/items', '/v1/keys', '/v1/apps', '/metrics', '/nothing']) {
    const asked = await preflight(path, SHOP, 'GET')
    expect([path, asked.status, allowed(asked)]).toEqual([path, 403, null])
  }
})

test('preflights name every method that pages may use on a path', async () => {
  await newKey({ kind: 'write', origins: [SHOP] })
  const methods = async (path: string): Promise<string | null> =>
    (await preflight(path, SHOP)).headers.get('access-control-allow-methods')
  expect(await methods('/v1/users/u-1')).toBe('GET, DELETE')
  expect(await methods('/v1/decisions')).toBe('POST')
  expect(await methods('/v1/decisions/d_1')).toBe('GET')
  expect(await methods('/v1/decisions/d_1/reward')).toBe('POST')
})

test('an end-user token comes from the pages that the keys of its app list', async () => {
  const signer = ed25519('backend-1')
  await newKey({ kind: 'verify', jwk: signer.jwk, origins: [SHOP] })
  const seconds = served.engine.now / 1000
  const token = signer.sign({
    sub: 'u-1',
    aud: 'cinema',
    iat: seconds,
    exp: seconds + 60,
    jti: 't-1',
  })
  expect((await record(token, SHOP)).status).toBe(200)
  expect((await record(token)).status).toBe(200)
  const music = { app: 'music', kind: 'write', origins: ['https://music.example'] } as const
  await served.engine.accessKeys.create(keyRequestSchema.parse(music))
  expect(await code(await record(token, 'https://music.example'))).toBe('origin_not_allowed')
})

test('a page may read that its token has ended', async () => {
  const signer = ed25519('backend-1')
  await newKey({ kind: 'verify', jwk: signer.jwk, origins: [SHOP] })
  const sent = await record('a.b.c', SHOP)
  expect([sent.status, allowed(sent)]).toEqual([401, SHOP])
})
