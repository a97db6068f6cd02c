import { type ErrorCode, errorBodySchema, errorTable } from '@adsum/protocol'
import { expect, test } from 'vitest'
import { codeOf, dial, errorOf, listen, SECRET, send, serveMemory } from '../src/testing/index.ts'

test('a path or a method that no route takes is unknown', async () => {
  const { url } = await serveMemory()
  const answer = await send(`${url}/v1/nothing?user=u-17`)
  expect(answer.status).toBe(404)
  expect(errorOf(answer.body)).toEqual({
    code: 'route_unknown',
    message: 'There is nothing at GET /v1/nothing. The routes are listed in /openapi.json.',
  })
  expect(codeOf(await send(`${url}/v1/decisions`))).toBe('route_unknown')
  expect(codeOf(await send(`${url}/v1/nothing`, 'POST', '{'))).toBe('route_unknown')
  expect(codeOf(await send(`${url}/v1/users/%zz`))).toBe('route_unknown')
  expect(codeOf(await send(`${url}/v1/users/${'x'.repeat(2_305)}`))).toBe('route_unknown')
})

test.each([
  ['POST', '/v1/events', {}, 'events'],
  ['POST', '/v1/events', { events: [] }, 'events'],
  ['POST', '/v1/events', { events: Array(501).fill({}) }, 'events'],
  ['PUT', '/v1/items', { items: [{ type: 'movie', id: 'm-1' }, { type: 'movie' }] }, 'items[1].id'],
  [
    'PUT',
    '/v1/items',
    { items: [{ type: 'a', id: 'b', attributes: { 'on tv': {} } }] },
    'items[0].attributes["on tv"]',
  ],
  ['POST', '/v1/decisions', { surface: 'home', limit: 0 }, 'limit'],
  ['POST', '/v1/decisions', { surface: 'home', limit: 101 }, 'limit'],
  ['POST', '/v1/decisions', { surface: 'home', user: '' }, 'user'],
  ['POST', '/v1/decisions', { surface: 'home', user: 'a\u0000' }, 'user'],
  ['POST', '/v1/decisions', { surface: 'home', user: '\ud800' }, 'user'],
  ['POST', '/v1/decisions', { surface: 'home', context: { device: [] } }, 'context.device'],
  ['POST', '/v1/decisions', { surface: 'home', colour: 1 }, 'colour'],
  ['POST', '/v1/decisions', [], ''],
  ['POST', '/v1/decisions/d_1/reward', { value: '1' }, 'value'],
  ['POST', '/v1/files/f_1/app', { name: 'No' }, 'name'],
  ['GET', `/v1/users/${'x'.repeat(101)}`, undefined, 'id'],
  ['GET', '/v1/items?limit=many', undefined, 'limit'],
  ['GET', '/v1/items?colour=red', undefined, 'colour'],
])('%s %s with %j is refused at %s', async (method, path, body, place) => {
  const { url } = await serveMemory()
  const answer = await send(url + path, method, body)
  expect(answer.status).toBe(400)
  const { code, path: said = '' } = errorOf(answer.body)
  expect({ code, path: said }).toEqual({ code: 'request_invalid', path: place })
})

test('a flood of unknown keys is refused in a few words', async () => {
  const { url } = await serveMemory()
  const keys = Array.from({ length: 1_900 }, (_, index) => [`key-${index}`, 0])
  const body = { surface: 'home', ...Object.fromEntries(keys) }
  const answer = await send(`${url}/v1/decisions`, 'POST', body)
  expect(codeOf(answer)).toBe('request_invalid')
  expect(JSON.stringify(answer.body).length).toBeLessThan(1_000)
})

test('a body must be JSON, say so, and not be compressed', async () => {
  const { url } = await serveMemory()
  const decide = (body: string, headers: Record<string, string> = {}) =>
    send(`${url}/v1/decisions`, 'POST', body, headers)
  const home = '{"surface":"home"}'
  expect(codeOf(await decide('{"surface":'))).toBe('body_not_json')
  expect(codeOf(await decide('['.repeat(33) + ']'.repeat(33)))).toBe('body_too_deep')
  expect(codeOf(await decide(`[${'0,'.repeat(250_000)}0]`))).toBe('body_too_wide')
  const lists = Array(100)
    .fill(`[${'0,'.repeat(1_500)}0]`)
    .join(',')
  expect(codeOf(await decide(`[${lists}]`))).toBe('body_too_complex')
  expect(codeOf(await decide('{"__proto__":{"limit":1},"surface":"home"}'))).toBe('request_invalid')
  expect((await decide(home, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(
    200,
  )
  const plain = await decide(home, { 'content-type': 'text/plain' })
  expect(plain.status).toBe(415)
  expect(errorOf(plain.body)).toEqual({
    code: 'content_type_unsupported',
    message: 'Send the body as application/json.',
  })
  expect(codeOf(await decide(home, { 'content-encoding': 'gzip' }))).toBe(
    'content_type_unsupported',
  )
  const none = await fetch(`${url}/v1/decisions`, { method: 'POST', body: Buffer.from(home) })
  expect(none.status).toBe(415)
  expect((await send(`${url}/v1/decisions`, 'POST')).status).toBe(400)
})

test.each([
  ['evil.example', undefined],
  ['evil.example:3000', undefined],
  ['127.0.0.1.evil.example', undefined],
  ['localhost@evil.example', undefined],
  ['', undefined],
  ['localhost', 'https://evil.example'],
  ['localhost', 'http://localhost.evil.example'],
  ['localhost', 'null'],
])(
  'a request for the host "%s" from the origin %s is refused on every path',
  async (host, origin) => {
    const { port } = await serveMemory()
    for (const path of ['/v1/apps', '/healthz', '/metrics', '/openapi.json', '/nothing']) {
      const socket = await dial(port)
      const from = origin === undefined ? '' : `origin: ${origin}\r\n`
      socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${from}connection: close\r\n\r\n`)
      const text = await listen(socket)
      expect(text).toMatch(/^HTTP\/1\.1 403 /)
      expect(text).toContain('"host_not_allowed"')
    }
  },
)

test.each([
  ['127.0.0.1:80', undefined],
  ['localhost', 'http://localhost:5173'],
  ['LOCALHOST:1', 'http://127.0.0.1'],
  ['[::1]:4000', 'http://[::1]:4000'],
])('a request for %s from %s is taken', async (host, origin) => {
  const { port } = await serveMemory()
  const socket = await dial(port)
  const from = origin === undefined ? '' : `origin: ${origin}\r\n`
  socket.write(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\n${from}connection: close\r\n\r\n`)
  expect(await listen(socket)).toMatch(/^HTTP\/1\.1 200 /)
})

test('an unforeseen fault is answered with a reference, and only the log has the rest', async () => {
  const { url, log } = await serveMemory()
  const answer = await send(`${url}/v1/decisions`, 'POST', { surface: 'unforeseen', user: 'u-17' })
  expect(answer.status).toBe(500)
  expect(codeOf(answer)).toBe('internal')
  expect(JSON.stringify(answer.body)).not.toContain(SECRET)
  const reference = answer.headers.get('x-request-id')
  expect(errorOf(answer.body).message).toContain(`under ${reference}`)
  expect(log).toHaveLength(1)
  const line = JSON.parse(log[0] ?? '')
  expect(line).toMatchObject({ reference, level: 50, route: 'POST /v1/decisions' })
  expect(line.err.message).toBe(SECRET)
  expect(line.err.stack).toContain('memory-engine.ts')
})

test('the log tells no addresses: they hold the names of people', async () => {
  const { url, log } = await serveMemory()
  await send(`${url}/v1/users/unforeseen?secret=1`)
  expect(log).toHaveLength(1)
  expect(JSON.parse(log[0] ?? '')).toMatchObject({ route: 'GET /v1/users/:id' })
  expect(log[0]).not.toContain('users/unforeseen')
})

test('what clients do wrong is not logged', async () => {
  const { url, log } = await serveMemory()
  await send(`${url}/nothing`)
  await send(`${url}/v1/decisions`, 'POST', '{')
  await send(`${url}/v1/users/overloaded`)
  expect(log).toEqual([])
})

test.each(Object.keys(errorTable) as ErrorCode[])(
  'an engine that fails with %s is answered with its status, and has no other effect',
  async (code) => {
    const { url } = await serveMemory()
    const answer = await send(`${url}/v1/events`, 'POST', {
      events: [{ id: 'e-1', type: code, user: 'u-1' }],
    })
    expect(answer.status).toBe(errorTable[code].status)
    expect(errorBodySchema.parse(answer.body)).toEqual(answer.body)
    expect(codeOf(answer)).toBe(code)
    const mayRetry = code === 'overloaded' || code === 'data_directory_full'
    expect(Number(answer.headers.get('retry-after')) > 0).toBe(mayRetry)
  },
)

test('what is not HTTP, or too much of it, is refused in the same words', async () => {
  const { port } = await serveMemory()
  const say = async (text: string): Promise<string> => {
    const socket = await dial(port)
    socket.write(text)
    return listen(socket)
  }
  const malformed = await say('HELLO?\r\n\r\n')
  expect(malformed).toMatch(/^HTTP\/1\.1 400 /)
  expect(malformed).toContain('{"error":{"code":"request_malformed"')
  const long = await say(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`)
  expect(long).toMatch(/^HTTP\/1\.1 431 /)
  expect(long).toContain('{"error":{"code":"headers_too_large"')
})
