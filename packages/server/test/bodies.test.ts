import { once } from 'node:events'
import { setTimeout as aWhile } from 'node:timers/promises'
import { BODY_BYTES_MAX, FILE_BYTES_MAX, KEYS_MAX, TEXT_LENGTH_MAX } from '@adsum/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { LARGE_BODY_BYTES } from '../src/limits.ts'
import { codeOf, dial, errorOf, listen, send, serveMemory } from '../src/testing/index.ts'

const HEAD = 'host: localhost\r\ncontent-type: application/json\r\n'
const MEGABYTE = new Uint8Array(1024 * 1024).fill(0x20)

/** A body in chunks, without a length in its headers. */
function chunks(count: number): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull: (controller) => {
      sent += 1
      if (sent > count) controller.close()
      else controller.enqueue(MEGABYTE)
    },
  })
}

async function stream(url: string, count: number, type: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: chunks(count),
    // Node asks for this with a stream; the types of browsers do not know it.
    ...{ duplex: 'half' },
  })
  return { status: response.status, body: (await response.json()) as unknown }
}

afterEach(() => {
  vi.useRealTimers()
})

test('the largest body is read; one that announces more is refused by its header', async () => {
  const { url } = await serveMemory()
  const padded = (length: number): string => '{"surface":"home"}'.padEnd(length)
  expect((await send(`${url}/v1/decisions`, 'POST', padded(BODY_BYTES_MAX))).status).toBe(200)
  const refused = await send(`${url}/v1/decisions`, 'POST', padded(BODY_BYTES_MAX + 1))
  expect(refused.status).toBe(413)
  expect(codeOf(refused)).toBe('body_too_large')
})

test('a header is enough for a refusal: not a byte of the body is awaited', async () => {
  const { port } = await serveMemory()
  const socket = await dial(port)
  socket.write(
    `POST /v1/decisions HTTP/1.1\r\n${HEAD}content-length: ${BODY_BYTES_MAX + 1}\r\n\r\n`,
  )
  const text = await listen(socket, (so) => so.includes('}}'))
  expect(text).toMatch(/^HTTP\/1\.1 413 /)
})

test('a body of unknown length is counted while it arrives', async () => {
  const { url } = await serveMemory()
  const refused = await stream(`${url}/v1/decisions`, 6, 'application/json')
  expect(refused.status).toBe(413)
  expect(codeOf(refused)).toBe('body_too_large')
})

test('the connection outlives a refusal, so that the next request is answered on it', async () => {
  const { port } = await serveMemory()
  const socket = await dial(port)
  const long = BODY_BYTES_MAX + 1
  socket.write(`POST /v1/decisions HTTP/1.1\r\n${HEAD}content-length: ${long}\r\n\r\n`)
  socket.write(new Uint8Array(long))
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const text = await listen(socket, (so) => so.includes('"ok"'))
  expect(text).toMatch(/^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 /)
})

test('a body that stops half-way is given up after thirty seconds', async () => {
  const { port, server } = await serveMemory()
  const socket = await dial(port)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const arrived = once(server.server, 'request')
  socket.write(`POST /v1/decisions HTTP/1.1\r\n${HEAD}content-length: 10\r\n\r\n{`)
  await arrived
  await vi.advanceTimersByTimeAsync(29_999)
  expect(socket.bytesRead).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  const text = await listen(socket)
  expect(text).toMatch(/^HTTP\/1\.1 408 /)
  expect(text).toContain('"request_timeout"')
})

test('headers that do not come are given up', async () => {
  const { port, server } = await serveMemory()
  expect(server.server.headersTimeout).toBe(10_000)
  server.server.headersTimeout = 100
  const socket = await dial(port)
  socket.write('GET /healthz HTTP/1.1\r\nhost: local')
  const text = await listen(socket)
  expect(text).toMatch(/^HTTP\/1\.1 408 /)
  expect(text).toContain('"request_timeout"')
})

test('a client that goes away in the middle of its body leaves no trace in the log', async () => {
  const { port, server, log } = await serveMemory()
  const socket = await dial(port)
  const arrived = once(server.server, 'request')
  socket.write(`POST /v1/decisions HTTP/1.1\r\n${HEAD}content-length: 10\r\n\r\n{`)
  const [request] = await arrived
  const gone = new Promise((resolve) => request.once('close', resolve))
  socket.destroy()
  await gone
  await send(`http://127.0.0.1:${port}/healthz`)
  expect(log).toEqual([])
})

test('bodies that arrive together may not fill the memory', async () => {
  const { port, url } = await serveMemory()
  const head = `POST /v1/decisions HTTP/1.1\r\n${HEAD}content-length: ${BODY_BYTES_MAX}\r\n\r\n{`
  const sockets = await Promise.all(Array.from({ length: 64 }, () => dial(port)))
  for (const socket of sockets) socket.write(head)
  await vi.waitFor(async () => {
    const refused = await send(`${url}/v1/decisions`, 'POST', { surface: 'home' })
    expect(refused.status).toBe(503)
    expect(codeOf(refused)).toBe('overloaded')
  })
  for (const socket of sockets) socket.destroy()
  await vi.waitFor(async () => {
    const taken = await send(`${url}/v1/decisions`, 'POST', { surface: 'home' })
    expect(taken.status).toBe(200)
  })
})

test('a file is passed on while it arrives', async () => {
  const { engine, url } = await serveMemory()
  const taken = await stream(`${url}/v1/files?name=a.csv`, 20, 'text/csv')
  expect(taken.status).toBe(200)
  expect(engine.files.uploads.get('f_1')).toEqual({ name: 'a.csv', bytes: 20 * MEGABYTE.length })
})

test('a file that is too large is refused, announced or not', async () => {
  const { engine, url, port } = await serveMemory()
  const socket = await dial(port)
  socket.write(
    'POST /v1/files?name=a.csv HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\n' +
      `content-length: ${FILE_BYTES_MAX + 1}\r\n\r\n`,
  )
  expect(await listen(socket, (text) => text.includes('}}'))).toContain('"file_too_large"')
  const parts = FILE_BYTES_MAX / MEGABYTE.length
  const refused = await stream(`${url}/v1/files?name=a.csv`, parts + 1, 'text/csv')
  expect(refused.status).toBe(413)
  expect(codeOf(refused)).toBe('file_too_large')
  expect(engine.files.uploads.size).toBe(0)
})

test('an engine that gives up half-way through a file gets its refusal through', async () => {
  const { engine, port } = await serveMemory()
  engine.files.giveUpAfter = 1
  const socket = await dial(port)
  const long = 4 * MEGABYTE.length
  socket.write(
    'POST /v1/files?name=a.csv HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\n' +
      `content-length: ${long}\r\n\r\n`,
  )
  socket.write(new Uint8Array(long / 2))
  const refusal = await listen(socket, (text) => text.includes('}}'))
  expect(refusal).toMatch(/^HTTP\/1\.1 507 /)
  expect(refusal).toContain('"data_directory_full"')
  // The rest is thrown away, and the connection serves on.
  socket.write(new Uint8Array(long / 2))
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
  expect(await listen(socket, (text) => text.includes('"ok"'))).toMatch(/^HTTP\/1\.1 200 /)
})

test.each([
  ['/v1/decisions', 'application/json'],
  ['/v1/files?name=a.csv', 'text/csv'],
])('whoever goes on sending to %s after a refusal is cut off', async (path, type) => {
  const { engine, port } = await serveMemory()
  engine.files.giveUpAfter = 1
  const socket = await dial(port)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\n`
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
  const length = BODY_BYTES_MAX + 1
  socket.write(`${length.toString(16)}\r\n`)
  socket.write(new Uint8Array(length))
  await listen(socket, (text) => text.includes('}}'))
  await vi.advanceTimersByTimeAsync(9_999)
  expect(socket.closed).toBe(false)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  await vi.advanceTimersByTimeAsync(1)
  await closed
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
  'a file of the type "%s", which any page could send, is refused',
  async (type) => {
    const { engine, url } = await serveMemory()
    const refused = await fetch(`${url}/v1/files?name=a.csv`, {
      method: 'POST',
      body: Buffer.from('a,b\n'),
      headers: type === '' ? {} : { 'content-type': type },
    })
    expect(refused.status).toBe(415)
    expect(errorOf(await refused.json())).toMatchObject({
      message: expect.stringContaining('text/csv'),
    })
    expect(engine.files.uploads.size).toBe(0)
  },
)

test('a file needs a name', async () => {
  const { url } = await serveMemory()
  const answer = await send(`${url}/v1/files`, 'POST', 'a', { 'content-type': 'text/csv' })
  expect(errorOf(answer.body)).toMatchObject({ code: 'request_invalid', path: 'name' })
})

test('large bodies that end together are parsed in turns of their own', async () => {
  const { engine, url } = await serveMemory()
  let turn = 0
  let isOver = false
  const countTurns = (): void => {
    turn++
    if (!isOver) setImmediate(countTurns)
  }
  countTurns()
  const parsedIn: number[] = []
  engine.app('cinema').beforeDecision = async () => void parsedIn.push(turn)
  const context = Object.fromEntries(
    Array.from({ length: KEYS_MAX }, (_, at) => [`k${at}`, 'x'.repeat(TEXT_LENGTH_MAX)]),
  )
  const body = JSON.stringify({ surface: 'home', context })
  expect(body.length).toBeGreaterThan(LARGE_BODY_BYTES)
  const head = `POST /v1/decisions HTTP/1.1\r\n${HEAD}content-length: ${body.length}\r\n\r\n`
  const sockets = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const socket = await dial(Number(new URL(url).port))
      await new Promise((resolve) => socket.write(head + body.slice(0, -1), resolve))
      return socket
    }),
  )
  // Their ends are there in one turn.
  await aWhile(100)
  for (const socket of sockets) socket.write('}')
  await Promise.all(sockets.map((socket) => listen(socket, (text) => text.includes('"choices"'))))
  isOver = true
  expect(parsedIn).toHaveLength(5)
  expect(new Set(parsedIn).size).toBe(5)
})
