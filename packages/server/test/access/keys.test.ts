import { type KeyRequest, keyRequestSchema, SCOPES, type Scope } from '@adsum/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Answer,
  codeOf,
  errorOf,
  MemoryEngine,
  type Served,
  send,
  serve,
} from '../../src/testing/index.ts'
import { ed25519 } from './signer.ts'

const EVENTS = { events: [{ id: 'e-1', type: 'watched', user: 'u-1' }] }

let served: Served<MemoryEngine>

beforeEach(async () => {
  served = await serve(new MemoryEngine('cinema', 'music'))
})

/** The text of a new key. */
async function newKey(request: KeyRequest): Promise<string> {
  const { text } = await served.engine.accessKeys.create(keyRequestSchema.parse(request))
  return text ?? ''
}

function ask(
  key: string,
  path: string,
  method = 'GET',
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(served.url + path, method, body, { authorization: `Bearer ${key}`, ...headers })
}

const record = (authorization: string): Promise<Answer> =>
  send(`${served.url}/v1/events`, 'POST', EVENTS, { authorization })

describe('a key', () => {
  test('is shown once, starts as scanners know it, and has 256 bits', async () => {
    const write = await newKey({ kind: 'write', app: 'cinema' })
    const secret = await newKey({ kind: 'secret', app: 'cinema' })
    expect(write).toMatch(/^adsum_wk_[a-z2-7]{16}_[\w-]{43}$/)
    expect(secret).toMatch(/^adsum_sk_[a-z2-7]{16}_[\w-]{43}$/)
    const { body } = await send(`${served.url}/v1/keys`)
    for (const text of [write, secret]) {
      expect(JSON.stringify(body)).not.toContain(text.slice(-43))
      expect(JSON.stringify(body)).toContain(text.slice(9, 25))
    }
  })

  test('is refused in the same words when it never was, is another kind, or is wrong in one place', async () => {
    const key = await newKey({ kind: 'write', app: 'cinema' })
    expect((await record(`Bearer ${key}`)).status).toBe(200)
    const last = key.endsWith('A') ? 'B' : 'A'
    const wrong = [
      key.replace('adsum_wk_', 'adsum_sk_'),
      key.slice(0, -1) + last,
      key.replace(/_[a-z2-7]{16}_/, `_${'a'.repeat(16)}_`),
      key.slice(0, -1),
      `${key}A`,
      'adsum_wk_',
      '',
    ]
    const said = new Set<string>()
    for (const text of wrong) {
      const answer = await record(`Bearer ${text}`)
      expect([text, answer.status, codeOf(answer)]).toEqual([text, 401, 'key_invalid'])
      said.add(errorOf(answer.body).message)
    }
    expect(said.size).toBe(1)
  })

  test('may be the name of the user in Basic credentials, the colon left out or not', async () => {
    const key = await newKey({ kind: 'write', app: 'cinema' })
    const secret = await newKey({ kind: 'secret', app: 'cinema' })
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
    expect((await record(basic(`${key}:`))).status).toBe(200)
    expect((await record(basic(key))).status).toBe(200)
    expect(codeOf(await record(basic(`${key}:password`)))).toBe('key_invalid')
    expect(codeOf(await record(basic(`${secret}:`)))).toBe('key_invalid')
    expect(codeOf(await record('Digest username="a"'))).toBe('key_invalid')
    expect(codeOf(await record(''))).toBe('key_invalid')
  })

  test('is refused from the next request on when it is revoked', async () => {
    const key = await newKey({ kind: 'write', app: 'cinema' })
    const { id } = served.engine.accessKeys.list()[0] ?? { id: '' }
    expect((await record(`Bearer ${key}`)).status).toBe(200)
    const revoked = await send(`${served.url}/v1/keys/${id}`, 'DELETE')
    expect(revoked.body).toMatchObject({ id, revoked: '2026-11-21T19:03:11.000Z' })
    expect(codeOf(await record(`Bearer ${key}`))).toBe('key_invalid')
    expect(codeOf(await send(`${served.url}/v1/keys/nobody`, 'DELETE'))).toBe('access_key_unknown')
  })

  test('ends when it said it would', async () => {
    const key = await newKey({ kind: 'write', app: 'cinema', expires: '2026-11-21T20:00:00+00:00' })
    served.engine.now = Date.parse('2026-11-21T19:59:59.999Z')
    expect((await record(`Bearer ${key}`)).status).toBe(200)
    served.engine.now += 1
    expect(codeOf(await record(`Bearer ${key}`))).toBe('key_invalid')
  })

  test('notes the day of its use, not each use', async () => {
    const key = await newKey({ kind: 'write', app: 'cinema' })
    const lastUsed = (): string | null | undefined => served.engine.accessKeys.list()[0]?.lastUsed
    expect(lastUsed()).toBeNull()
    await record(`Bearer ${key}`)
    expect(lastUsed()).toBe('2026-11-21')
    served.engine.now += 24 * 60 * 60 * 1000
    await record(`Bearer ${key}`)
    expect(lastUsed()).toBe('2026-11-22')
  })

  test('says which app is meant, and no other may be named', async () => {
    const key = await newKey({ kind: 'secret', app: 'music' })
    const event = { events: [{ ...EVENTS.events[0], id: 'e-2' }] }
    expect((await ask(key, '/v1/events', 'POST', event)).status).toBe(200)
    expect(served.engine.app('music').events.size).toBe(1)
    expect((await ask(key, '/v1/items', 'GET', undefined, { 'adsum-app': 'music' })).status).toBe(
      200,
    )
    const refusals = await Promise.all(
      ['cinema', 'nothing'].map((app) =>
        ask(key, '/v1/items', 'GET', undefined, { 'adsum-app': app }),
      ),
    )
    for (const { status, body } of refusals) {
      expect(status).toBe(404)
      expect(errorOf(body).code).toBe('app_unknown')
    }
    // An app that is there and one that is not are refused alike, but for their names.
    const words = refusals.map(({ body }) => errorOf(body).message.replace(/"\w+"/, ''))
    expect(words[0]).toBe(words[1])
    expect(words[0]).not.toContain('cinema')
  })
})

describe('scopes', () => {
  const routesOf: Record<Scope, readonly [method: string, path: string, body?: unknown][]> = {
    record: [['POST', '/v1/events', EVENTS]],
    catalogue: [
      ['PUT', '/v1/items', { items: [{ type: 'movie', id: 'm-1' }] }],
      ['GET', '/v1/items'],
    ],
    decide: [
      ['POST', '/v1/decisions', { surface: 'home' }],
      ['GET', '/v1/decisions/d_1'],
      ['POST', '/v1/decisions/d_1/reward', { value: 1 }],
    ],
    people: [
      ['GET', '/v1/users/u-1'],
      ['DELETE', '/v1/users/u-1'],
      ['GET', '/v1/receipts/r_1'],
    ],
    operate: [
      ['GET', '/v1/apps'],
      ['GET', '/v1/keys'],
    ],
  }

  test.each(SCOPES)('a secret key with "%s" may do that, and nothing else', async (scope) => {
    const key = await newKey({ kind: 'secret', app: 'cinema', scopes: [scope] })
    for (const each of SCOPES) {
      for (const [method, path, body] of routesOf[each]) {
        const answer = await ask(key, path, method, body)
        const forbidden = answer.status === 403 && codeOf(answer) === 'key_forbidden'
        expect({ method, path, forbidden }).toEqual({ method, path, forbidden: each !== scope })
      }
    }
  })

  test('a write key records, and does nothing else', async () => {
    const key = await newKey({ kind: 'write', app: 'cinema' })
    for (const each of SCOPES) {
      for (const [method, path, body] of routesOf[each]) {
        expect((await ask(key, path, method, body)).status).toBe(each === 'record' ? 200 : 403)
      }
    }
  })

  test('what reaches across apps takes a key of every app', async () => {
    const bound = await newKey({ kind: 'secret', app: 'cinema' })
    const free = await newKey({ kind: 'secret', app: '*' })
    for (const path of ['/v1/jobs/j_1', '/metrics']) {
      expect(codeOf(await ask(bound, path))).toBe('key_forbidden')
    }
    expect((await ask(free, '/v1/jobs/j_1')).status).toBe(200)
    const names = async (key: string): Promise<string[]> => {
      const { apps } = (await ask(key, '/v1/apps')).body as { apps: { name: string }[] }
      return apps.map(({ name }) => name)
    }
    expect(await names(bound)).toEqual(['cinema'])
    expect(await names(free)).toEqual(['cinema', 'music'])
  })
})

describe('whoever makes keys', () => {
  const make = (key: string, request: unknown): Promise<Answer> =>
    ask(key, '/v1/keys', 'POST', request)

  test('makes none that may more than theirs', async () => {
    const key = await newKey({ kind: 'secret', app: 'cinema', scopes: ['operate', 'record'] })
    expect((await make(key, { kind: 'write', app: 'cinema' })).status).toBe(201)
    const beyond = [
      { kind: 'secret', app: 'cinema' },
      { kind: 'secret', app: 'cinema', scopes: ['people'] },
      { kind: 'verify', app: 'cinema', jwk: ed25519('k').jwk },
    ]
    for (const request of beyond) expect(codeOf(await make(key, request))).toBe('key_forbidden')
    for (const app of ['music', '*', 'nothing']) {
      const answer = await make(key, { kind: 'secret', app, scopes: ['operate'] })
      expect([answer.status, codeOf(answer)]).toEqual([404, 'app_unknown'])
    }
  })

  test('sees and ends those of their app alone', async () => {
    const mine = await newKey({ kind: 'secret', app: 'cinema' })
    await newKey({ kind: 'secret', app: 'music', name: 'theirs' })
    await newKey({ kind: 'secret', app: '*', name: 'everybody' })
    const strange = served.engine.accessKeys.list().filter(({ app }) => app !== 'cinema')
    const { keys } = (await ask(mine, '/v1/keys')).body as { keys: { app: string }[] }
    expect(keys.map(({ app }) => app)).toEqual(['cinema'])
    for (const { id } of strange) {
      expect(codeOf(await ask(mine, `/v1/keys/${id}`, 'DELETE'))).toBe('access_key_unknown')
      const origin = { origin: 'https://a.example' }
      expect(codeOf(await ask(mine, `/v1/keys/${id}/origins`, 'POST', origin))).toBe(
        'access_key_unknown',
      )
    }
  })

  test('has two of a name at the most: the old one and its successor', async () => {
    const request = { kind: 'secret', app: 'cinema', name: 'backend' }
    const send_ = (): Promise<Answer> => send(`${served.url}/v1/keys`, 'POST', request)
    const [first, second, third] = [await send_(), await send_(), await send_()]
    expect([first.status, second.status, codeOf(third)]).toEqual([201, 201, 'access_key_limit'])
    const { id } = (first.body as { key: { id: string } }).key
    await send(`${served.url}/v1/keys/${id}`, 'DELETE')
    expect((await send_()).status).toBe(201)
  })

  test.each([
    [{ kind: 'write', app: '*' }, 'app'],
    [{ kind: 'write', app: 'cinema', scopes: ['people'] }, 'scopes'],
    [{ kind: 'verify', app: 'cinema' }, 'jwk'],
    [{ kind: 'secret', app: 'cinema', jwk: ed25519('k').jwk }, 'jwk'],
    [{ kind: 'verify', app: 'cinema', jwk: { ...ed25519('k').jwk, d: 'private' } }, 'jwk.d'],
    [{ kind: 'verify', app: 'cinema', jwk: { ...ed25519('k').jwk, kid: '' } }, 'jwk.kid'],
    [{ kind: 'verify', app: 'cinema', jwk: { ...ed25519('k').jwk, crv: 'P-256' } }, 'jwk'],
    [{ kind: 'write', app: 'cinema', origins: ['https://a.example/'] }, 'origins[0]'],
    [{ kind: 'write', app: 'cinema', origins: ['https://a.example/path'] }, 'origins[0]'],
    [{ kind: 'write', app: 'cinema', origins: ['a.example'] }, 'origins[0]'],
    [{ kind: 'write', app: 'cinema', origins: ['https://*.example'] }, 'origins[0]'],
    [{ kind: 'write', app: 'cinema', expires: 'tomorrow' }, 'expires'],
  ])('is told what does not fit: %j', async (request, path) => {
    const answer = await send(`${served.url}/v1/keys`, 'POST', request)
    expect(errorOf(answer.body)).toMatchObject({ code: 'request_invalid', path })
  })
})

test('refusals are counted by their codes', async () => {
  await record('Bearer nothing')
  await send(`${served.url}/nowhere`)
  const text = await (await fetch(`${served.url}/metrics`)).text()
  expect(text).toContain('adsum_refusals_total{code="key_invalid"} 1')
  expect(text).toContain('adsum_refusals_total{code="route_unknown"} 1')
})
