import { generateKeyPairSync, sign } from 'node:crypto'
import { keyRequestSchema, TOKEN_ERASE_MS_MAX } from '@adsum/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { SpentTokens } from '../../src/access/spent-tokens.ts'
import {
  type Answer,
  codeOf,
  errorOf,
  MemoryEngine,
  type Served,
  send,
  serve,
} from '../../src/testing/index.ts'
import { type Claims, ed25519, es256, hmac, type Signer, token } from './signer.ts'

const signer = ed25519('backend-1')
const other = ed25519('music-1')
const NOW = Date.parse('2026-11-21T19:03:11Z')
const SECONDS = NOW / 1000

let served: Served<MemoryEngine>
let nextId = 0

beforeEach(async () => {
  const engine = new MemoryEngine('cinema', 'music')
  engine.now = NOW
  await register(engine, 'cinema', signer)
  await register(engine, 'music', other)
  served = await serve(engine)
})

async function register(engine: MemoryEngine, app: string, { jwk }: Signer): Promise<void> {
  await engine.accessKeys.create(keyRequestSchema.parse({ kind: 'verify', app, jwk }))
}

/** Claims of a token that holds, but for what is changed; `undefined` leaves one out. */
function claims(changed: Claims = {}): Claims {
  nextId += 1
  const whole = { sub: 'u-1', aud: 'cinema', iat: SECONDS, exp: SECONDS + 300, jti: `t-${nextId}` }
  return { ...whole, ...changed }
}

function ask(
  text: string,
  path = '/v1/users/u-1',
  method = 'GET',
  body?: unknown,
): Promise<Answer> {
  return send(served.url + path, method, body, { authorization: `Bearer ${text}` })
}

async function refusal(text: string): Promise<string> {
  const answer = await ask(text)
  return answer.status === 401 ? codeOf(answer) : `${answer.status}`
}

describe('a token is taken', () => {
  test.each([
    ['Ed25519', signer],
    ['P-256', es256('backend-2')],
  ])('when signed with %s', async (_name, by) => {
    if (by !== signer) await register(served.engine, 'cinema', by)
    expect((await ask(by.sign(claims()))).status).toBe(200)
  })

  test('to the last second of its tolerance, and no longer', async () => {
    const text = signer.sign(claims({ iat: SECONDS, exp: SECONDS + 300 }))
    const statusAt = async (seconds: number): Promise<number> => {
      served.engine.now = NOW + seconds * 1000
      return (await ask(text)).status
    }
    expect(await statusAt(-60)).toBe(200)
    expect(await statusAt(-61)).toBe(401)
    expect(await statusAt(359)).toBe(200)
    expect(await statusAt(360)).toBe(401)
    // A clock that jumps there and back changes nothing for a token of now.
    for (const years of [10, -10]) expect(await statusAt(years * 31_536_000)).toBe(401)
    expect(await statusAt(0)).toBe(200)
  })
})

describe('a token is refused', () => {
  test('without a signature, whatever the algorithm is called', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      const bare = token({ alg, kid: 'backend-1' }, claims(), () => Buffer.alloc(0))
      expect(await refusal(bare)).toBe('token_invalid')
    }
    expect(await refusal(signer.sign(claims()).replace(/[^.]+$/, ''))).toBe('token_invalid')
  })

  test('when the public key was taken for a shared secret', async () => {
    const { publicKey, jwk } = signer
    const secrets = [
      publicKey.export({ type: 'spki', format: 'pem' }),
      publicKey.export({ type: 'spki', format: 'der' }),
      JSON.stringify(jwk),
      jwk.x,
      Buffer.from(jwk.x, 'base64url'),
    ]
    for (const secret of secrets) {
      const forged = token({ alg: 'HS256', kid: 'backend-1' }, claims(), hmac(secret))
      expect(await refusal(forged)).toBe('token_invalid')
    }
  })

  test('with RSA, and with a curve other than the key has', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const rsa = (text: string): Buffer => sign('sha256', Buffer.from(text), privateKey)
    expect(await refusal(token({ alg: 'RS256', kid: 'backend-1' }, claims(), rsa))).toBe(
      'token_invalid',
    )
    const elliptic = es256('backend-1')
    expect(await refusal(elliptic.sign(claims()))).toBe('token_invalid')
    expect(await refusal(elliptic.sign(claims(), { alg: 'EdDSA' }))).toBe('token_invalid')
  })

  test('when it brings its own key along', async () => {
    const stranger = ed25519('backend-1')
    for (const header of [{ jwk: stranger.jwk }, { jku: 'https://a.example/keys' }, { x5c: [] }]) {
      expect(await refusal(stranger.sign(claims(), header))).toBe('token_invalid')
    }
  })

  test('when it asks for an extension that is not understood', async () => {
    const header = { crit: ['mine'], mine: true }
    expect(await refusal(signer.sign(claims(), header))).toBe('token_invalid')
  })

  test.each<[string, Claims]>([
    ['is for another app than its key', { aud: 'music' }],
    ['is for nobody', { aud: undefined }],
    ['is for several apps', { aud: ['cinema', 'music'] }],
    ['is for several, of which all are one', { aud: ['cinema'] }],
    ['has no subject', { sub: undefined }],
    ['has a subject that is no identifier', { sub: '..' }],
    ['has a subject that is no text', { sub: 7 }],
    ['has no identifier', { jti: undefined }],
    ['has an empty identifier', { jti: '' }],
    ['does not say when it was signed', { iat: undefined }],
    ['does not say when it ends', { exp: undefined }],
    ['has expired', { iat: SECONDS - 400, exp: SECONDS - 61 }],
    ['was signed in the future', { iat: SECONDS + 61, exp: SECONDS + 300 }],
    ['does not hold yet', { nbf: SECONDS + 61 }],
    ['holds for too long', { exp: SECONDS + 901 }],
    ['was signed long ago and holds still', { iat: SECONDS - 1_000, exp: SECONDS + 10 }],
    ['ends before it was signed', { iat: SECONDS + 30, exp: SECONDS + 20 }],
    ['has times that are no numbers', { iat: String(SECONDS), exp: String(SECONDS + 300) }],
  ])('that %s', async (_what, changed) => {
    expect(await refusal(signer.sign(claims(changed)))).toBe('token_invalid')
  })

  test('of a key that is not registered, or for another app, in the same words', async () => {
    const unknown = await ask(ed25519('nobody').sign(claims()))
    const foreign = await ask(other.sign(claims()))
    expect(foreign.status).toBe(401)
    expect(errorOf(foreign.body)).toEqual(errorOf(unknown.body))
  })

  test('from the moment on that its key is revoked', async () => {
    const text = signer.sign(claims())
    expect((await ask(text)).status).toBe(200)
    const key = served.engine.accessKeys.list('cinema')[0]
    await served.engine.accessKeys.revoke(key?.id ?? '')
    expect(await refusal(text)).toBe('token_invalid')
  })

  test('when anything in it is changed', async () => {
    const text = signer.sign(claims())
    for (let at = 0; at < text.length; at += 5) {
      const changed = text[at] === 'A' ? 'B' : 'A'
      if (text[at] === '.') continue
      const forged = text.slice(0, at) + changed + text.slice(at + 1)
      expect({ at, code: await refusal(forged) }).toEqual({ at, code: 'token_invalid' })
    }
  })

  test('in any other writing of the same bytes', async () => {
    const text = signer.sign(claims())
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    // Of the last character of 64 bytes two bits count: sixteen texts say the same.
    const last = alphabet.indexOf(text.at(-1) ?? '')
    for (let low = 1; low < 16; low += 1) {
      expect(await refusal(text.slice(0, -1) + alphabet[(last & 48) | low])).toBe('token_invalid')
    }
    expect(await refusal(`${text}=`)).toBe('token_invalid')
    expect((await ask(text)).status).toBe(200)
  })

  test('when it is too long, or no token at all', async () => {
    expect(await refusal(signer.sign(claims({ padding: 'x'.repeat(5_000) })))).toBe('token_invalid')
    expect(await refusal('a.b.c')).toBe('token_invalid')
    expect(await refusal('..')).toBe('token_invalid')
    expect(await refusal('abc')).toBe('key_invalid')
  })
})

describe('a person asks about themselves alone', () => {
  const mine = (path: string, method = 'GET', body?: unknown): Promise<Answer> =>
    ask(signer.sign(claims()), path, method, body)
  const event = (user: unknown) => ({ id: 'e-1', type: 'watched', user })

  test('events', async () => {
    expect((await mine('/v1/events', 'POST', { events: [event('u-1')] })).status).toBe(200)
    for (const stranger of ['u-2', undefined, null, ['u-1']]) {
      const events = [event('u-1'), { ...event(stranger), id: 'e-2' }]
      const answer = await mine('/v1/events', 'POST', { events })
      expect(answer.status).toBe(403)
      expect(errorOf(answer.body)).toMatchObject({ code: 'key_forbidden', path: 'events[1].user' })
    }
    expect(served.engine.app('cinema').events.size).toBe(1)
  })

  test('decisions, their records and their rewards', async () => {
    const { body } = await mine('/v1/decisions', 'POST', { surface: 'home', user: 'u-1' })
    const { id } = body as { id: string }
    expect((await mine(`/v1/decisions/${id}`)).status).toBe(200)
    expect((await mine(`/v1/decisions/${id}/reward`, 'POST', { value: 1 })).status).toBe(202)
    for (const user of ['u-2', undefined]) {
      const question = { surface: 'home', ...(user !== undefined && { user }) }
      expect(codeOf(await mine('/v1/decisions', 'POST', question))).toBe('key_forbidden')
      const { id: strange } = await served.engine.app('cinema').decide({ ...question, limit: 1 })
      const read = await mine(`/v1/decisions/${strange}`)
      expect([read.status, codeOf(read)]).toEqual([404, 'decision_unknown'])
      const rewarded = await mine(`/v1/decisions/${strange}/reward`, 'POST', { value: 1 })
      expect([rewarded.status, codeOf(rewarded)]).toEqual([404, 'decision_unknown'])
    }
  })

  test('what is recorded, and to be forgotten', async () => {
    expect((await mine('/v1/users/u-1')).status).toBe(200)
    expect(codeOf(await mine('/v1/users/u-2'))).toBe('key_forbidden')
    expect((await mine('/v1/users/u-1', 'DELETE')).status).toBe(200)
    expect(codeOf(await mine('/v1/users/u-2', 'DELETE'))).toBe('key_forbidden')
  })

  test.each([
    ['PUT', '/v1/items', { items: [{ type: 'movie', id: 'm-1' }] }],
    ['GET', '/v1/items', undefined],
    ['GET', '/v1/receipts/r_1', undefined],
    ['GET', '/v1/apps', undefined],
    ['GET', '/v1/keys', undefined],
    ['GET', '/v1/jobs/j_1', undefined],
    ['GET', '/metrics', undefined],
  ])('and not %s %s', async (method, path, body) => {
    const answer = await mine(path, method, body)
    expect([answer.status, codeOf(answer)]).toEqual([403, 'key_forbidden'])
  })
})

describe('a token erases', () => {
  const erase = (text: string): Promise<Answer> => ask(text, '/v1/users/u-1', 'DELETE')

  test('once, although it may still read', async () => {
    const text = signer.sign(claims())
    expect((await erase(text)).status).toBe(200)
    const again = await erase(text)
    expect([again.status, codeOf(again)]).toEqual([401, 'token_spent'])
    expect((await ask(text)).status).toBe(200)
    // Signed anew with the same identifier it is the same token.
    const { jti } = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())
    expect(codeOf(await erase(signer.sign(claims({ jti, exp: SECONDS + 200 }))))).toBe(
      'token_spent',
    )
  })

  test('soon after its signing', async () => {
    const text = signer.sign(claims({ exp: SECONDS + 900 }))
    served.engine.now = NOW + TOKEN_ERASE_MS_MAX + 1_000
    expect(codeOf(await erase(text))).toBe('token_stale')
    expect((await ask(text)).status).toBe(200)
    served.engine.now = NOW + TOKEN_ERASE_MS_MAX
    expect((await erase(text)).status).toBe(200)
  })

  test('only on the server under whose eyes it was signed: another does not know what is spent', async () => {
    const text = signer.sign(claims())
    served.engine.now = NOW + 2_000
    const restarted = await serve(served.engine)
    const path = `${restarted.url}/v1/users/u-1`
    const headers = { authorization: `Bearer ${text}` }
    expect(codeOf(await send(path, 'DELETE', undefined, headers))).toBe('token_stale')
  })

  test('without being spent by what it may not erase', async () => {
    const text = signer.sign(claims())
    expect(codeOf(await ask(text, '/v1/users/u-2', 'DELETE'))).toBe('key_forbidden')
    expect((await erase(text)).status).toBe(200)
  })
})

test('spent tokens are forgotten when they would have ended, and are never too many', () => {
  const spent = new SpentTokens(2)
  const facts = (id: string, ends: number) => ({ id, issuedAt: ends - 300, expiresAt: ends })
  spent.spend(facts('a', SECONDS + 10), NOW)
  spent.spend(facts('b', SECONDS + 100), NOW)
  expect(() => spent.spend(facts('c', SECONDS + 300), NOW)).toThrow(/more work/)
  spent.spend(facts('c', SECONDS + 300), NOW + 71_000)
  expect(spent.size).toBe(2)
  expect(() => spent.spend(facts('b', SECONDS + 100), NOW + 71_000)).toThrow(/used for this/)
})
