import { type Endpoint, endpoints, errorTable, FILE_BYTES_MAX } from '@adsum/protocol'
import { MemoryEngine, serve, serveMemory } from '@adsum/server/testing'
import { expect, test } from 'vitest'
import { createClient } from '../src/index.ts'

const EVENT = { type: 'watched', user: 'u-17', item: 'm-1' }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('there is a method for every route, and each reaches its own', async () => {
  const { url } = await serve(new MemoryEngine('music', 'cinema'))
  const asked: string[] = []
  const client = createClient({
    url: `${url}/`,
    app: 'cinema',
    fetch: (input, init) => {
      const { pathname } = new URL(String(input))
      asked.push(`${init?.method} ${pathname}`)
      return fetch(input, init)
    },
  })
  const ofQueue = ['track', 'flush', 'pending', 'close']
  expect(Object.keys(client).sort()).toEqual([...Object.keys(endpoints), ...ofQueue].sort())

  expect(await client.sendEvents([{ ...EVENT, id: 'e-1' }])).toEqual([
    { id: 'e-1', status: 'accepted' },
  ])
  expect(await client.putItems([{ type: 'movie', id: 'm-1' }])).toBe(1)
  expect(await client.listItems({ search: 'm' })).toMatchObject([{ id: 'm-1' }])
  const decision = await client.decide({ surface: 'home', user: 'u/17', limit: 3 })
  expect(decision.choices).toHaveLength(3)
  expect(await client.readDecision(decision.id)).toMatchObject({ user: 'u/17' })
  expect(await client.reward(decision.id, { value: 1 })).toEqual({ status: 'accepted' })
  expect(await client.activateDecision(decision.id)).toEqual({ status: 'accepted' })
  expect(await client.readSurface('home')).toMatchObject({ surface: 'home' })
  expect(await client.readUser('ü/1 7?')).toMatchObject({ user: 'ü/1 7?' })
  const { receipt } = await client.eraseUser('u-17')
  expect(await client.readReceipt(receipt)).toMatchObject({ receipt })
  expect((await client.listApps()).map(({ name }) => name)).toEqual(['music', 'cinema'])
  const { file } = await client.uploadFile('events.csv', 'user,item\n')
  const { job } = await client.judgeFile(file, {})
  expect(await client.makeApp(file, { name: 'shop' })).toMatchObject({ kind: 'app' })
  expect(await client.readJob(job)).toMatchObject({ state: 'done' })
  const { key } = await client.createKey({ kind: 'write', app: 'cinema' })
  expect(await client.addKeyOrigin(key.id, 'https://a.example')).toMatchObject({
    origins: ['https://a.example'],
  })
  expect(await client.listKeys()).toMatchObject([{ id: key.id, revoked: null }])
  expect((await client.revokeKey(key.id)).revoked).not.toBeNull()
  expect(await client.readQuarantine()).toMatchObject({ total: 0 })
  expect(await client.replayQuarantine()).toEqual({ accepted: 0, duplicate: 0, kept: 0 })
  await expect(client.removeQuarantined('q-1')).rejects.toMatchObject({
    code: 'quarantine_unknown',
  })
  expect(await client.makeBackup({})).toHaveProperty('backup')
  expect(await client.checkData()).toHaveLength(2)
  expect(await client.health()).toEqual({ status: 'ok', version: '1.2.3' })

  const patterns = Object.values<Endpoint>(endpoints).map(({ method, path }) => ({
    place: `${method} ${path}`,
    pattern: new RegExp(`^${method} ${path.replace('{id}', '[^/]+')}$`),
  }))
  const reached = asked.map((call) => patterns.find(({ pattern }) => pattern.test(call))?.place)
  expect(reached.sort()).toEqual(patterns.map(({ place }) => place).sort())
})

test('an event without an id gets one of its own, and keeps one that it has', async () => {
  const { engine, url } = await serveMemory()
  const client = createClient({ url })
  const results = await client.sendEvents([EVENT, EVENT, { ...EVENT, id: 'e-1' }])
  const ids = [...engine.app('cinema').events.keys()]
  expect(results.map(({ id }) => id)).toEqual(ids)
  expect(ids[2]).toBe('e-1')
  expect(ids[0]).toMatch(UUID)
  expect(ids[1]).toMatch(UUID)
  expect(ids[0]).not.toBe(ids[1])
})

test('a refusal is thrown with the code, sentence and place that the server gave', async () => {
  const { url } = await serveMemory()
  const client = createClient({ url, app: 'shop' })
  await expect(client.readUser('u-17')).rejects.toMatchObject({
    name: 'AdsumError',
    code: 'app_unknown',
    status: 404,
    message: 'There is no app called "shop". Known apps: cinema.',
    path: '',
  })
  await expect(createClient({ url }).decide({ surface: 'home', limit: 0 })).rejects.toMatchObject({
    code: 'request_invalid',
    path: 'limit',
  })
})

test('identifiers with commas are looked up as they are, and none are no question', async () => {
  const { engine, url } = await serveMemory()
  const app = engine.app('cinema')
  await app.putItems(['Alien, The', 'm-1'].map((id) => ({ type: 'movie', id, attributes: {} })))
  const client = createClient({ url })
  expect(await client.listItems({ ids: ['Alien, The'] })).toMatchObject([{ id: 'Alien, The' }])
  expect(await client.listItems({ ids: [] })).toEqual([])
  expect(await client.listItems({ limit: 1 })).toHaveLength(1)
})

test.each(['', '.', '..', '\ud800'])(
  'an id that no address can carry is refused: %j',
  async (id) => {
    const { url } = await serveMemory()
    await expect(createClient({ url }).eraseUser(id)).rejects.toMatchObject({
      code: 'request_invalid',
      path: 'id',
    })
  },
)

test.each([
  ['a text', () => 'a,b\n'],
  ['bytes', () => new TextEncoder().encode('a,b\n')],
  ['a blob', () => new Blob(['a,b\n'])],
  ['a stream', () => new Blob(['a,b\n']).stream()],
])('a file is sent as %s', async (_, content) => {
  const { engine, url } = await serveMemory()
  const { bytes } = await createClient({ url }).uploadFile('ä b.csv', content())
  expect(bytes).toBe(4)
  expect([...engine.files.uploads.values()]).toEqual([{ name: 'ä b.csv', bytes: 4 }])
})

test('a file that is too large is refused before it is sent', async () => {
  const large = new Blob(Array(FILE_BYTES_MAX / 2 ** 20).fill(new Uint8Array(2 ** 20)))
  const client = createClient({ url: 'http://127.0.0.1:9' })
  await expect(client.uploadFile('a.csv', new Blob([large, 'x']))).rejects.toMatchObject({
    code: 'file_too_large',
    status: errorTable.file_too_large.status,
  })
})
