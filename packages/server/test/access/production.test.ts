import { keyRequestSchema } from '@adsum/protocol'
import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createServer } from '../../src/index.ts'
import { MemoryEngine } from '../../src/testing/index.ts'

const HOST = 'adsum.example'
const PUBLIC_URL = `https://${HOST}`

let engine: MemoryEngine
let server: FastifyInstance

beforeEach(() => {
  engine = new MemoryEngine('cinema')
  server = createServer({ engine, version: '1', publicUrl: PUBLIC_URL })
  onTestFinished(() => server.close())
})

async function ask(url: string, headers: Record<string, string> = {}) {
  const answer = await server.inject({ url, headers: { host: HOST, ...headers } })
  const { error } = answer.headers['content-type']?.toString().includes('json')
    ? answer.json<{ error?: { code: string } }>()
    : {}
  return { status: answer.statusCode, code: error?.code, headers: answer.headers }
}

async function secretKey(app: string): Promise<Record<string, string>> {
  const order = keyRequestSchema.parse({ kind: 'secret', app })
  return { authorization: `Bearer ${(await engine.accessKeys.create(order)).text}` }
}

describe('a production server', () => {
  test('answers nobody without a key, but for its health and its routes', async () => {
    for (const path of ['/v1/apps', '/v1/items', '/v1/users/u-1', '/v1/keys', '/metrics']) {
      expect(await ask(path)).toMatchObject({ status: 401, code: 'key_required' })
    }
    expect((await ask('/healthz')).status).toBe(200)
    expect((await ask('/openapi.json')).status).toBe(200)
    expect((await ask('/')).status).toBe(404)
  })

  test('shows its metrics to a key that reaches every app', async () => {
    expect((await ask('/metrics', await secretKey('*'))).status).toBe(200)
    expect((await ask('/metrics', await secretKey('cinema'))).status).toBe(403)
  })

  test('is reached under its public name alone, but tells its health under any', async () => {
    const key = await secretKey('*')
    for (const host of ['localhost', '127.0.0.1:7460', 'evil.example', `${HOST}:8443`, '']) {
      expect(await ask('/v1/apps', { ...key, host })).toMatchObject({
        status: 403,
        code: 'host_not_allowed',
      })
      expect((await ask('/healthz', { host })).status).toBe(200)
    }
    expect((await ask('/v1/apps', { ...key, host: 'ADSUM.example' })).status).toBe(200)
  })

  test.each(['/v1/apps', '/healthz', '/nothing'])(
    'hardens browsers in its answer to %s',
    async (path) => {
      const { headers } = await ask(path)
      expect(headers['strict-transport-security']).toBe('max-age=31536000')
      expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['x-frame-options']).toBe('DENY')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['cache-control']).toBe('no-store')
    },
  )
})

test('a development server asks nobody for https', async () => {
  const here = createServer({ engine, version: '1' })
  onTestFinished(() => here.close())
  const { headers } = await here.inject({ url: '/healthz', headers: { host: 'localhost' } })
  expect(headers['strict-transport-security']).toBeUndefined()
  expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'")
})

test('a development server answers no other machine, whatever host that names', async () => {
  const here = createServer({ engine, version: '1' })
  onTestFinished(() => here.close())
  const key = await secretKey('*')
  for (const remoteAddress of ['10.0.0.7', '192.168.1.2', '::ffff:10.0.0.7', '2001:db8::1']) {
    const headers = { host: 'localhost', ...key }
    const answer = await here.inject({ url: '/v1/apps', headers, remoteAddress })
    expect(answer.statusCode).toBe(403)
  }
})

test.each(['http://adsum.example', 'https://adsum.example/path', 'adsum.example', ''])(
  'the public URL "%s" is none',
  (publicUrl) => {
    expect(() => createServer({ engine, version: '1', publicUrl })).toThrow()
  },
)
