import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort, MadeWorld, shop } from './made-world.ts'

/** Milliseconds for tests that make apps of files and start servers. */
const SLOW_MS = 120_000
const PUBLIC_URL = 'https://adsum.example'

let world: MadeWorld

beforeEach(() => {
  world = new MadeWorld()
})
afterEach(() => world.remove())

async function makeShop(): Promise<void> {
  world.write('orders.csv', shop())
  expect((await world.adsum('import', 'orders.csv', '--app', 'shop', '--yes')).code).toBe(0)
}

/** What leads https to the server's port, as a proxy with the certificate does. */
function proxyTo(port: number): typeof globalThis.fetch {
  return async (input, init) => {
    const { pathname, search, host } = new URL(String(input))
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), host }
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port,
          path: pathname + search,
          method: init?.method ?? 'GET',
          headers,
        },
        async (answer) => {
          const body = Buffer.concat(await Array.fromAsync(answer))
          const headers = answer.headersDistinct as Record<string, string[]>
          const flat = Object.entries(headers).flatMap(([name, values]) =>
            values.map((value): [string, string] => [name, value]),
          )
          resolve(new Response(body, { status: answer.statusCode ?? 0, headers: flat }))
        },
      )
      asked.on('error', reject)
      asked.end(typeof init?.body === 'string' ? init.body : undefined)
    })
  }
}

describe('keys', () => {
  test(
    'are made, listed and revoked on the files and through the server alike',
    async () => {
      await makeShop()
      const port = String(await freePort())
      const ask = async (...words: string[]) => world.adsum('--port', port, 'keys', ...words)
      const there = async () =>
        (await ask('list', '--json'))
          .json<{ keys: { id: string; revoked: string | null; origins: string[] }[] }>()
          .keys.map(({ id, revoked, origins }) => ({ id, isRevoked: revoked !== null, origins }))
      const made = await ask('create', '--write', '--app', 'shop')
      expect(made.code).toBe(0)
      expect(made.output).toMatch(/adsum_wk_[a-z2-7]{16}_[\w-]{43}/)
      const [{ id } = { id: '' }] = await there()
      const server = world.begin(['--port', port, 'start', '--no-demo'])
      await server.listening()
      try {
        expect((await ask('add-origin', id, 'https://shop.example')).code).toBe(0)
        expect(await there()).toEqual([{ id, isRevoked: false, origins: ['https://shop.example'] }])
        expect((await ask('revoke', id)).output).toContain('is not taken any more')
      } finally {
        server.interrupt()
        await server.ended
      }
      expect(await there()).toEqual([{ id, isRevoked: true, origins: ['https://shop.example'] }])
      const kept = readFileSync(join(world.folder, 'data/access-keys.json'), 'utf8')
      const [text = ''] = /adsum_wk_[\w-]+/.exec(made.output) ?? []
      expect(kept).toContain(id)
      expect(kept).not.toContain(text.slice(-43))
    },
    SLOW_MS,
  )

  test.each([
    [['create', '--app', 'shop'], /--write, --secret and --verify/],
    [['create', '--write', '--secret', '--app', 'shop'], /--write, --secret and --verify/],
    [['create', '--write'], /--app/],
    [['create', '--write', '--app', 'shop', '--origin', 'shop.example'], /origins/],
    [['create', '--secret', '--app', 'shop', '--scopes', 'everything'], /scopes/],
    [['create', '--verify', 'nowhere.json', '--app', 'shop'], /nowhere\.json/],
    [['add-origin', 'abc', 'shop.example'], /no origin/],
  ])('%j is wrong usage', async (words, said) => {
    const ended = await world.adsum('keys', ...words)
    expect([ended.code, ended.errors]).toEqual([2, expect.stringMatching(said)])
  })
})

describe('the first start', () => {
  test(
    'makes keys for the demonstration and shows them, once',
    async () => {
      const port = await freePort()
      const start = async (): Promise<string> => {
        const server = world.begin(['--port', String(port), 'start'])
        const said = await server.listening()
        const keyless = await fetch(`http://127.0.0.1:${port}/v1/apps`)
        expect(keyless.status).toBe(200)
        for (const [key = ''] of said.matchAll(/adsum_\w+_[\w-]+/g)) {
          const keyed = await fetch(`http://127.0.0.1:${port}/v1/apps`, {
            headers: { authorization: `Bearer ${key}` },
          })
          expect(keyed.status).toBe(key.startsWith('adsum_sk_') ? 200 : 403)
        }
        server.interrupt()
        await server.ended
        return said
      }
      const first = await start()
      expect(first).toMatch(/adsum_wk_\S+ {2}records events/)
      expect(first).toMatch(/adsum_sk_\S+ {2}may do everything/)
      expect(await start()).not.toContain('adsum_')
      // What the demonstration was given is no reason to serve it to the world.
      world.environment = {
        ADSUM_DATA: join(world.folder, 'data'),
        ADSUM_HOST: '127.0.0.1',
        ADSUM_PUBLIC_URL: PUBLIC_URL,
      }
      const production = await world.adsum('start', '--production')
      expect([production.code, production.errors]).toEqual([
        2,
        expect.stringContaining('a data directory without the demonstration'),
      ])
    },
    SLOW_MS,
  )
})

describe('production', () => {
  test('says everything that is missing at once, and makes nothing', async () => {
    for (const words of [['start', '--production'], ['start']]) {
      if (words.length === 1) world.environment = { ADSUM_MODE: 'production' }
      const ended = await world.adsum(...words)
      expect(ended.code).toBe(2)
      expect(ended.errors).toContain('production_unconfigured')
      for (const each of ['ADSUM_DATA', 'ADSUM_HOST', 'ADSUM_PUBLIC_URL']) {
        expect(ended.errors).toContain(each)
      }
      expect(existsSync(join(world.folder, 'data'))).toBe(false)
    }
  })

  test('takes no other word for it', async () => {
    world.environment = { ADSUM_MODE: 'prodution' }
    const ended = await world.adsum('start')
    expect([ended.code, ended.errors]).toEqual([2, expect.stringContaining('ADSUM_MODE')])
  })

  test.each([['http://adsum.example'], ['https://adsum.example/path'], ['adsum.example']])(
    'takes %s for no public URL',
    async (url) => {
      world.environment = { ADSUM_PUBLIC_URL: url, ADSUM_HOST: '127.0.0.1', ADSUM_DATA: 'own' }
      const ended = await world.adsum('start', '--production')
      expect(ended.errors).toContain('ADSUM_PUBLIC_URL')
      expect(ended.errors).not.toContain('ADSUM_HOST')
    },
  )

  test(
    'starts with a secret key, asks everybody for one, and makes no demonstration',
    async () => {
      await makeShop()
      const port = await freePort()
      world.environment = {
        PORT: String(port),
        ADSUM_DATA: join(world.folder, 'data'),
        ADSUM_HOST: '127.0.0.1',
        ADSUM_PUBLIC_URL: PUBLIC_URL,
        ADSUM_MODE: 'production',
      }
      world.fetch = proxyTo(port)
      const refused = await world.adsum('start')
      expect([refused.code, refused.errors]).toEqual([
        2,
        expect.stringContaining('Still missing: an active secret key'),
      ])
      const made = await world.adsum('keys', 'create', '--secret', '--every-app', '--json')
      const { text } = made.json<{ text: string }>()
      const server = world.begin(['start'])
      const said = await server.listening()
      try {
        expect(said).toContain(`Adsum is ready: ${PUBLIC_URL}`)
        expect((await world.fetch(`${PUBLIC_URL}/healthz`)).status).toBe(200)
        expect((await world.fetch(`${PUBLIC_URL}/v1/apps`)).status).toBe(401)
        expect((await fetch(`http://127.0.0.1:${port}/v1/apps`)).status).toBe(403)
        const without = await world.adsum('ask', '--app', 'shop')
        expect([without.code, without.errors]).toEqual([1, expect.stringContaining('key_required')])
        world.environment.ADSUM_KEY = text
        const asked = await world.adsum('ask', '--app', 'shop', '--json')
        expect([asked.code, asked.json<{ surface: string }>().surface]).toEqual([0, 'home'])
        const listed = await world.adsum('keys', 'list', '--json')
        expect(listed.json<{ keys: unknown[] }>().keys).toHaveLength(1)
      } finally {
        server.interrupt()
        await server.ended
      }
    },
    SLOW_MS,
  )
})
