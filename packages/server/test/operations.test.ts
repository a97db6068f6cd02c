import { expect, test, vi } from 'vitest'
import { dial, listen, send, serveMemory } from '../src/testing/index.ts'

async function metrics(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
  return response.text()
}

test('requests, events and decisions are counted under bounded names', async () => {
  const { url } = await serveMemory()
  const event = { id: 'e-1', type: 'watched', user: 'u-1' }
  await send(`${url}/v1/events`, 'POST', { events: [event, event, 7] })
  await send(`${url}/v1/decisions`, 'POST', { surface: 'home' })
  await send(`${url}/v1/decisions`, 'POST', { surface: 'surface_unknown' })
  for (const path of ['/v1/users/a', '/v1/users/b', '/nothing', '/nowhere']) await send(url + path)
  const text = await metrics(url)
  const count = (series: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1],
    )
  const requests = (route: string, status: number): number =>
    count(`adsum_request_duration_seconds_count{route="${route}",status="${status}"}`)
  expect(requests('/v1/users/{id}', 200)).toBe(2)
  expect(requests('unknown', 404)).toBe(2)
  expect(requests('/v1/decisions', 200)).toBe(1)
  expect(requests('/v1/decisions', 404)).toBe(1)
  expect(count('adsum_events_total{status="accepted",code=""}')).toBe(1)
  expect(count('adsum_events_total{status="duplicate",code=""}')).toBe(1)
  expect(count('adsum_events_total{status="rejected",code="request_invalid"}')).toBe(1)
  expect(count('adsum_decisions_total{app="cinema",surface="home",baseline="false"}')).toBe(1)
  expect(text).not.toContain('surface="surface_unknown"')
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
  expect(text).toContain('process_resident_memory_bytes')
})

test('two servers count apart', async () => {
  const [one, other] = [await serveMemory(), await serveMemory()]
  await send(`${one.url}/v1/decisions`, 'POST', { surface: 'home' })
  expect(await metrics(one.url)).toContain('adsum_decisions_total{')
  expect(await metrics(other.url)).not.toContain('adsum_decisions_total{')
})

test('every answer carries a reference of its own', async () => {
  const { url } = await serveMemory()
  const references = new Set<string | null>()
  for (const path of ['/healthz', '/healthz', '/nothing', '/v1/users/%zz']) {
    references.add((await send(url + path)).headers.get('x-request-id'))
  }
  expect(references.size).toBe(4)
  expect(references).not.toContain(null)
})

test('closing lets requests under way finish and takes no more connections', async () => {
  const { engine, server, port } = await serveMemory()
  let release = (): void => {}
  let asked = (): void => {}
  const underWay = new Promise<void>((resolve) => {
    asked = resolve
  })
  engine.app('cinema').beforeDecision = () => {
    asked()
    return new Promise((resolve) => {
      release = resolve
    })
  }
  const socket = await dial(port)
  const body = '{"surface":"home","limit":1}'
  socket.write(
    `POST /v1/decisions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\n\r\n${body}`,
  )
  const begun = await dial(port)
  begun.write('GET /healthz HTTP/1.1\r\n')
  await underWay
  const started = performance.now()
  const closed = server.close()
  await vi.waitFor(() => expect(dial(port)).rejects.toThrow(/ECONNREFUSED/))
  begun.write('host: localhost\r\n\r\n')
  expect(await listen(begun)).toMatch(/^HTTP\/1\.1 200 /)
  release()
  expect(await listen(socket)).toMatch(/^HTTP\/1\.1 200 /)
  await closed
  // Connections that would be kept alive are closed after their answers, not by running out of time.
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('closing cuts off what does not end', async () => {
  const { server, port } = await serveMemory()
  const socket = await dial(port)
  const arrived = new Promise((resolve) => server.server.once('request', resolve))
  socket.write('POST /v1/files?name=a.csv HTTP/1.1\r\nhost: localhost\r\n')
  socket.write('content-type: text/csv\r\ncontent-length: 10\r\n\r\na')
  await arrived
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const closed = server.close()
    await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(10_000)
    await closed
  } finally {
    vi.useRealTimers()
  }
})
