import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { serveShop } from './served-shop.ts'
import { shop } from './shop.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const view = {
  event: 'Product Viewed',
  messageId: 'm-1',
  userId: 'ann',
  properties: { product_id: 'p-1' },
}

const CART_RULE = { event: 'viewed', item: 'properties.product_id', value: null, context: {} }

async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) {
  const raw = body instanceof Uint8Array || typeof body === 'string'
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: raw ? (body as BodyInit) : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

describe('the paths', () => {
  it('take each type of message under its name and under its first letter', async () => {
    const { url, recorded } = await serveShop()
    const sendings: [string, Record<string, unknown>][] = [
      ['track', { ...view }],
      ['t', { ...view, messageId: 'm-2', properties: { product_id: 'p-2' } }],
      ['identify', { messageId: 'm-3', userId: 'ann' }],
      ['i', { messageId: 'm-4', userId: 'ann' }],
      ['page', { messageId: 'm-5', userId: 'ann', name: 'Start' }],
      ['p', { messageId: 'm-6', userId: 'ann' }],
      ['screen', { messageId: 'm-7', userId: 'ann', name: 'Home' }],
      ['s', { messageId: 'm-8', userId: 'ann', name: 'Home' }],
      ['group', { messageId: 'm-9', userId: 'ann', groupId: 'g' }],
      ['g', { messageId: 'm-10', userId: 'ann', groupId: 'g' }],
      ['alias', { messageId: 'm-11', userId: 'ann', previousId: 'anon' }],
      ['a', { messageId: 'm-12', userId: 'ann', previousId: 'anon' }],
    ]
    for (const [path, message] of sendings) {
      const answer = await post(`${url}/v1/${path}`, message)
      expect([path, answer.status, answer.body]).toEqual([path, 200, { success: true }])
    }
    expect((await recorded('ann')).sort()).toEqual(
      [
        ...['viewed p-1', 'viewed p-2', 'introduced', 'introduced', 'visited', 'visited'],
        ...['opened', 'opened', 'joined', 'joined', 'renamed', 'renamed'],
      ].sort(),
    )
  })

  it('take batches, whose context counts under that of each message', async () => {
    const { url, app, recorded } = await serveShop()
    const shared = { context: { device: { type: 'tv' } }, writeKey: 'any' }
    const messages = [
      { ...view, type: 'track' },
      { ...view, type: 'track', messageId: 'm-2', context: { device: { type: 'phone' } } },
    ]
    expect((await post(`${url}/v1/batch`, { ...shared, batch: messages })).status).toBe(200)
    const other = { ...view, type: 'track', messageId: 'm-3' }
    expect((await post(`${url}/v1/b`, { batch: [other] })).status).toBe(200)
    expect(await recorded('ann')).toHaveLength(3)
    expect(await app.readQuarantine({ limit: 10 })).toMatchObject({ total: 0 })
    // A device that the app does not know shows that the context of the batch is looked at.
    const odd = { batch: [{ ...other, messageId: 'm-4' }], context: { device: { type: 'oven' } } }
    await post(`${url}/v1/batch`, odd)
    expect(await app.readQuarantine({ limit: 10 })).toMatchObject({
      events: [{ code: 'context_invalid', source: 'segment' }],
    })
  })

  it('bear needless slashes', async () => {
    const { url, recorded } = await serveShop()
    for (const [index, path] of ['//v1/track', '/v1/track/', '/v1//t//', '//v1/t?x=1'].entries()) {
      const { status } = await post(`${url}${path}`, { ...view, messageId: `s-${index}` })
      expect([path, status]).toEqual([path, 200])
    }
    expect(await recorded('ann')).toHaveLength(4)
    const settings = await fetch(`${url}//v1/projects/any/settings/`)
    expect(settings.status).toBe(200)
  })

  it('take what browser clients report on themselves, and keep nothing of it', async () => {
    const { url } = await serveShop()
    const answer = await post(`${url}/v1/m`, { series: [] }, { 'content-type': 'text/plain' })
    expect(answer.status).toBe(200)
  })

  it('tell a browser client where to send to', async () => {
    const { url } = await serveShop()
    const answer = await (await fetch(`${url}/v1/projects/KEY/settings`)).json()
    expect(answer).toEqual({
      integrations: {
        'Segment.io': { apiKey: 'KEY', apiHost: `${new URL(url).host}/v1`, protocol: 'http' },
      },
    })
  })
})

describe('a body', () => {
  it('is JSON whatever its content type says', async () => {
    const { url, recorded } = await serveShop()
    for (const [index, type] of ['text/plain', 'text/plain;charset=UTF-8', 'x', ''].entries()) {
      const body = JSON.stringify({ ...view, messageId: `c-${index}` })
      const { status } = await post(`${url}/v1/t`, Buffer.from(body), { 'content-type': type })
      expect([type, status]).toEqual([type, 200])
    }
    const bare = Buffer.from(JSON.stringify({ ...view, messageId: 'c-bare' }))
    expect((await post(`${url}/v1/t`, bare, {})).status).toBe(200)
    expect(await recorded('ann')).toHaveLength(5)
  })

  it('may be compressed', async () => {
    const { url, recorded } = await serveShop()
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    expect((await post(`${url}/v1/t`, gzipSync(JSON.stringify(view)), headers)).status).toBe(200)
    expect(await recorded('ann')).toEqual(['viewed p-1'])
  })

  it('is refused with 400 when it is no JSON, too large, or expands without end', async () => {
    const { url } = await serveShop()
    const gzip = { 'content-encoding': 'gzip' }
    const refused = [
      await post(`${url}/v1/t`, '{"event":'),
      await post(`${url}/v1/t`, '[]'),
      await post(`${url}/v1/batch`, { batch: 'all' }),
      await post(`${url}/v1/batch`, `{"batch":[]${' '.repeat(500 * 1024)}}`),
      await post(`${url}/v1/batch`, Buffer.from('no gzip'), gzip),
      await post(`${url}/v1/batch`, gzipSync(`{"batch":[]${' '.repeat(5 * 1024 * 1024)}}`), gzip),
      await post(`${url}/v1/batch`, { batch: Array.from({ length: 2_501 }, () => ({})) }),
      await post(`${url}/v1/t`, '{}', { 'content-encoding': 'br' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 400))
    // Compressed well, more may be said than without.
    const long = gzipSync(`{"batch":[]${' '.repeat(3 * 1024 * 1024)}}`)
    expect((await post(`${url}/v1/batch`, long, gzip)).status).toBe(200)
  })
})

describe('messages that make too many events', () => {
  it('are refused before any is recorded', async () => {
    const { url, recorded } = await serveShop()
    const properties = { products: Array.from({ length: 200 }, () => ({ product_id: 'p-1' })) }
    const order = { type: 'track', event: 'Order Completed', userId: 'ann', properties }
    const body = gzipSync(JSON.stringify({ batch: Array.from({ length: 51 }, () => order) }))
    const { status } = await post(`${url}/v1/batch`, body, { 'content-encoding': 'gzip' })
    expect(status).toBe(400)
    expect(await recorded('ann')).toEqual([])
  })
})

describe('a key', () => {
  it('may be anything on this machine while one app maps messages', async () => {
    const { url, recorded } = await serveShop()
    const keys = [basic('anything:'), basic('anything'), basic(':'), basic('')]
    for (const [index, authorization] of keys.entries()) {
      const { status } = await post(
        `${url}/v1/t`,
        { ...view, messageId: `k-${index}` },
        { authorization },
      )
      expect([authorization, status]).toEqual([authorization, 200])
    }
    expect(await recorded('ann')).toHaveLength(keys.length)
  })

  it('is needed when two apps map messages', async () => {
    const { url, engine } = await serveShop()
    await engine.declare({ ...shop, name: 'other-shop' })
    expect((await post(`${url}/v1/t`, view)).status).toBe(401)
    expect((await post(`${url}/v1/t`, view, { authorization: basic('anything:') })).status).toBe(
      401,
    )
    expect((await fetch(`${url}/v1/projects/anything/settings`)).status).toBe(401)
  })

  it('that looks like one of ours is checked', async () => {
    const { url, recorded } = await serveShop()
    const unknown = `adsum_wk_${'a'.repeat(16)}_${'b'.repeat(43)}`
    const answers = [
      await post(`${url}/v1/t`, view, { authorization: basic(`${unknown}:`) }),
      await post(`${url}/v1/t`, { ...view, writeKey: unknown }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
    expect(await recorded('ann')).toEqual([])
  })

  it('names the app, in the header or in the body, and the header wins', async () => {
    const { url, engine, app, recorded } = await serveShop()
    const other = await engine.declare({ ...shop, name: 'other-shop' })
    const keyOf = async (name: string) =>
      (
        await engine.accessKeys.create({
          kind: 'write',
          app: name,
          name,
          origins: [],
          browsersOnly: false,
        })
      ).text ?? ''
    const [key, otherKey] = [await keyOf('shop'), await keyOf('other-shop')]
    const sendings = [
      await post(`${url}/v1/t`, { ...view, messageId: 'h-1' }, { authorization: basic(`${key}:`) }),
      await post(`${url}/v1/t`, { ...view, messageId: 'h-2' }, { authorization: basic(key) }),
      await post(`${url}/v1/t`, { ...view, messageId: 'h-3', writeKey: key }),
      await post(
        `${url}/v1/t`,
        { ...view, messageId: 'h-4', writeKey: otherKey },
        { authorization: basic(`${key}:`) },
      ),
    ]
    expect(sendings.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await recorded('ann')).toHaveLength(4)
    expect(app.declaration.name).toBe('shop')
    await expect(other.readUser('ann')).rejects.toMatchObject({ code: 'user_unknown' })
  })
})

describe('a preflight', () => {
  const ask = async (url: string, origin: string) => {
    const { status, headers } = await fetch(`${url}/v1/t/`, {
      method: 'OPTIONS',
      headers: { origin },
    })
    return [status, headers.get('access-control-allow-origin')]
  }

  it('lets in pages of this machine, and of origins that a key lists', async () => {
    const { url, engine } = await serveShop()
    const [local, foreign] = ['http://localhost:1234', 'https://shop.example']
    expect(await ask(url, local)).toEqual([204, local])
    expect(await ask(url, foreign)).toEqual([403, null])
    const order = { kind: 'write', app: 'shop', name: 'pages', browsersOnly: true } as const
    await engine.accessKeys.create({ ...order, origins: [foreign] })
    expect(await ask(url, foreign)).toEqual([204, foreign])
  })
})

describe('an answer', () => {
  it('is 200 for messages that are refused, which the quarantine then shows', async () => {
    const { url, app, counted } = await serveShop()
    const batch = [
      { type: 'track', messageId: 'q-1', userId: 'ann', event: 'Cart Viewed' },
      { ...view, type: 'track', messageId: 'q-2', properties: { product_id: 'p-9' } },
      { type: 'track', messageId: 'q-3', userId: 'ann' },
      { type: 'track', event: 'Product Viewed' },
      { type: 'record', userId: 'ann' },
      { type: 'alias', userId: 'ann', previousId: 'ann' },
      null,
      7,
    ]
    expect((await post(`${url}/v1/batch`, { batch })).body).toEqual({ success: true })
    const { events } = await app.readQuarantine({ limit: 10 })
    expect(events.map(({ event, code, user }) => [event, code, user]).sort()).toEqual([
      ['q-1', 'message_unmapped', 'ann'],
      ['q-2', 'item_unknown', 'ann'],
      ['q-3', 'message_invalid', 'ann'],
    ])
    expect(await counted('track', 'quarantined')).toBe(3)
    expect(await counted('track', 'rejected')).toBe(1)
    expect(await counted('other', 'ignored')).toBe(1)
    expect(await counted('other', 'rejected')).toBe(2)
    expect(await counted('alias', 'no-op')).toBe(1)
  })

  it('is 200 for what a replay takes in later', async () => {
    const { url, app, engine, recorded, counted } = await serveShop()
    const order = {
      products: [{ product_id: 'p-1' }, { product_id: 'p-8' }, { product_id: 'p-9' }],
    }
    await post(`${url}/v1/t`, { ...view, event: 'Order Completed', properties: order })
    // One message, of which the worst is counted.
    expect(await counted('track', 'quarantined')).toBe(1)
    await post(`${url}/v1/t`, { ...view, event: 'Cart Viewed', messageId: 'm-2' })
    expect(await recorded('ann')).toEqual(['bought p-1'])
    await app.putItems([{ type: 'product', id: 'p-8', attributes: {} }])
    const replayed = await post(`${url}/v1/quarantine/replay`, {})
    expect(replayed.body).toEqual({ accepted: 1, duplicate: 0, kept: 2 })
    // A message that no rule took is mapped by the rules of the day.
    const { segment: mapping } = shop.dialects ?? {}
    const track = { ...mapping?.messages.track, 'Cart Viewed': { ...CART_RULE } }
    const messages = { ...mapping?.messages, track }
    const dialects = { segment: { messages, consent: {} } }
    await engine.declare({ ...shop, dialects })
    const again = await post(`${url}/v1/quarantine/replay`, {})
    expect(again.body).toEqual({ accepted: 1, duplicate: 0, kept: 1 })
    const { latest } = await engine.app('shop').readUser('ann')
    expect(latest.map(({ type, item }) => `${type} ${item}`).sort()).toEqual([
      'bought p-1',
      'bought p-8',
      'viewed p-1',
    ])
  })

  it('tells what was refused when it is asked to be strict', async () => {
    const { url } = await serveShop()
    const strict = { 'adsum-strict': '1' }
    const unmapped = { ...view, event: 'Cart Viewed' }
    const answer = await post(`${url}/v1/t`, unmapped, strict)
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({
      success: false,
      results: [{ id: 'm-1', status: 'quarantined', code: 'message_unmapped', path: 'event' }],
    })
    expect((await post(`${url}/v1/t?strict`, unmapped, {})).status).toBe(422)
    expect((await post(`${url}/v1/t`, { ...view, messageId: 'm-2' }, strict)).status).toBe(200)
  })

  it('counts what a person has withheld, and records nothing of it', async () => {
    const { url, recorded, counted } = await serveShop()
    const consent = { categoryPreferences: { personalization: false } }
    await post(`${url}/v1/t`, { ...view, context: { consent } })
    expect(await recorded('ann')).toEqual([])
    expect(await counted('track', 'withheld')).toBe(1)
  })
})

describe('the time of an event', () => {
  it('is corrected by what the sender takes for now', async () => {
    const received = Date.parse('2026-11-25T09:00:00Z')
    const { url, app } = await serveShop(() => received)
    // A clock that is a day ahead: sent at once, happened ten minutes before.
    const message = {
      ...view,
      timestamp: '2026-11-26T08:50:00.000Z',
      sentAt: '2026-11-26T09:00:00.000Z',
    }
    await post(`${url}/v1/t`, message)
    const { latest } = await app.readUser('ann')
    expect(latest[0]?.time).toBe('2026-11-25T08:50:00.000Z')
  })
})
