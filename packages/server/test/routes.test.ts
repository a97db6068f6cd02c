import { errorTable, type RouteName, routes } from '@adsum/protocol'
import { openApiDocument } from '@adsum/protocol/openapi'
import { expect, test } from 'vitest'
import { served } from '../src/dialects/azure/operations.ts'
import { MESSAGE_PATHS, SELF_METRICS_PATH, SETTINGS_PATH } from '../src/dialects/segment/paths.ts'
import { createServer } from '../src/index.ts'
import {
  type Answer,
  codeOf,
  errorOf,
  MemoryEngine,
  send,
  serve,
  serveMemory,
} from '../src/testing/index.ts'
import { routesIn } from './routes-in.ts'

const EVENT = { id: 'e-1', type: 'watched', user: 'u-1', item: 'm-1' }
const UNHEARD_OF = { ...EVENT, id: 'e-2', type: 'unheard-of' }

test('the routes that answer are those of the table, of operations and of the dialects', async () => {
  const server = createServer({ engine: new MemoryEngine('cinema'), version: '1' })
  await server.ready()
  const answering = routesIn(server.printRoutes({ commonPrefix: false }))
  const table = Object.values(routes).map(
    ({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  )
  const operations = ['GET /metrics', 'GET /openapi.json']
  const segment = [
    ...[...Object.keys(MESSAGE_PATHS), SELF_METRICS_PATH].map((path) => `POST ${path}`),
    `GET ${SETTINGS_PATH}`,
  ]
  const personalizer = served.map(
    ({ prefix, operation: { method, path } }) => `${method} ${prefix}${path}`,
  )
  const dialects = [...segment, ...personalizer]
  expect(answering.sort()).toEqual([...table, ...operations, ...dialects].sort())
  await server.close()
})

test('every route answers what the table says', async () => {
  const { engine, url } = await serveMemory()
  const ask: Record<RouteName, () => Promise<Answer>> = {
    sendEvents: () => send(`${url}/v1/events`, 'POST', { events: [EVENT] }),
    putItems: () => send(`${url}/v1/items`, 'PUT', { items: [{ type: 'movie', id: 'm-1' }] }),
    listItems: () => send(`${url}/v1/items?search=m`),
    decide: () => send(`${url}/v1/decisions`, 'POST', { surface: 'home' }),
    readDecision: () => send(`${url}/v1/decisions/d_1`),
    reward: () => send(`${url}/v1/decisions/d_1/reward`, 'POST', { value: 1 }),
    activateDecision: () => send(`${url}/v1/decisions/d_1/activate`, 'POST'),
    readSurface: () => send(`${url}/v1/surfaces/home`),
    readUser: () => send(`${url}/v1/users/u-1`),
    eraseUser: () => send(`${url}/v1/users/u-1`, 'DELETE'),
    readReceipt: () => send(`${url}/v1/receipts/r_1`),
    readQuarantine: () => send(`${url}/v1/quarantine?limit=10&code=item_unknown`),
    replayQuarantine: () => send(`${url}/v1/quarantine/replay`, 'POST', {}),
    removeQuarantined: async () => {
      await send(`${url}/v1/events`, 'POST', { events: [UNHEARD_OF] })
      return send(`${url}/v1/quarantine/q_0`, 'DELETE')
    },
    listApps: () => send(`${url}/v1/apps`),
    uploadFile: () =>
      send(`${url}/v1/files?name=events.csv`, 'POST', 'a,b\n', { 'content-type': 'text/csv' }),
    judgeFile: () => send(`${url}/v1/files/f_1/verdict`, 'POST', {}),
    makeApp: () => send(`${url}/v1/files/f_1/app`, 'POST', { name: 'shop' }),
    readJob: () => send(`${url}/v1/jobs/j_1`),
    listKeys: () => send(`${url}/v1/keys`),
    createKey: () => send(`${url}/v1/keys`, 'POST', { kind: 'write', app: 'cinema' }),
    addKeyOrigin: () =>
      send(`${url}/v1/keys/${keyId(engine)}/origins`, 'POST', { origin: 'https://a.example' }),
    revokeKey: () => send(`${url}/v1/keys/${keyId(engine)}`, 'DELETE'),
    makeBackup: () => send(`${url}/v1/backups`, 'POST', { withKeys: true }),
    checkData: () => send(`${url}/v1/checks`, 'POST', {}),
    health: () => send(`${url}/healthz`),
  }
  for (const name of Object.keys(ask) as RouteName[]) {
    const { status, body, headers } = await ask[name]()
    expect({ name, status }).toEqual({ name, status: routes[name].status })
    expect(routes[name].answer.parse(body), name).toEqual(body)
    expect(headers.get('cache-control'), name).toBe('no-store')
    expect(headers.get('x-content-type-options'), name).toBe('nosniff')
  }
  expect(engine.app('cinema').items.get('m-1')).toEqual({
    type: 'movie',
    id: 'm-1',
    attributes: {},
  })
  expect(engine.files.uploads.get('f_1')).toEqual({ name: 'events.csv', bytes: 4 })
})

/** The key that was made last. */
function keyId({ accessKeys }: MemoryEngine): string {
  return accessKeys.list()[0]?.id ?? ''
}

test('each event is answered for itself, with 207 when not all are recorded', async () => {
  const { url } = await serveMemory()
  const sendEvents = (...events: unknown[]) => send(`${url}/v1/events`, 'POST', { events })
  const one = { ...EVENT, id: 'e-0' }
  expect((await sendEvents(one)).status).toBe(200)
  expect((await sendEvents(one, { ...EVENT, id: 'e-9' })).status).toBe(200)
  expect((await sendEvents({ id: 7 }, { ...one, item: 'm-2' })).status).toBe(207)
  expect((await sendEvents(one, { ...one, item: 'm-2' })).status).toBe(207)
  const { status, body } = await sendEvents(EVENT, EVENT, { ...EVENT, item: 'm-2' }, UNHEARD_OF, {
    id: 7,
  })
  expect(status).toBe(207)
  expect(body).toEqual({
    results: [
      { id: 'e-1', status: 'accepted' },
      { id: 'e-1', status: 'duplicate' },
      { id: 'e-1', status: 'conflict' },
      { id: 'e-2', status: 'quarantined', code: 'event_type_unknown' },
      { id: null, status: 'rejected', code: 'request_invalid' },
    ],
  })
})

test('when a request was sent is told to the app, and has to be a time', async () => {
  const { engine, url } = await serveMemory()
  const sent = '2026-11-21T19:03:10.500+01:00'
  await send(`${url}/v1/events`, 'POST', { events: [UNHEARD_OF], sent })
  expect([...engine.app('cinema').quarantined.values()]).toEqual([{ event: UNHEARD_OF, sent }])
  for (const wrong of ['now', '2026-13-01', 1_763_985_600_000]) {
    const answer = await send(`${url}/v1/events`, 'POST', { events: [EVENT], sent: wrong })
    expect(answer.status).toBe(400)
    expect(errorOf(answer.body)).toMatchObject({ code: 'request_invalid', path: 'sent' })
  }
})

test('quarantined events are shown, replayed and discarded one by one', async () => {
  const { url } = await serveMemory()
  const quarantine = `${url}/v1/quarantine`
  await send(`${url}/v1/events`, 'POST', { events: [UNHEARD_OF, { ...UNHEARD_OF, id: 'e-3' }] })
  const shown = await send(`${quarantine}?limit=1`)
  expect(shown.body).toMatchObject({ total: 2, events: [{ id: 'q_1', event: 'e-3', user: 'u-1' }] })
  expect((await send(`${quarantine}?limit=0`)).status).toBe(400)
  const replay = (body: unknown) => send(`${quarantine}/replay`, 'POST', body)
  expect((await replay({ ids: ['q_1'] })).body).toEqual({ accepted: 0, duplicate: 0, kept: 1 })
  expect(codeOf(await replay({ ids: ['q_7'] }))).toBe('quarantine_unknown')
  expect((await replay({ ids: [] })).status).toBe(400)
  expect((await send(`${quarantine}/q_1`, 'DELETE')).body).toEqual({ removed: 1 })
  expect((await send(`${quarantine}/q_1`, 'DELETE')).status).toBe(404)
})

test('a decision without a limit has the usual number of choices', async () => {
  const { url } = await serveMemory()
  const { body } = await send(`${url}/v1/decisions`, 'POST', { surface: 'home' })
  expect(routes.decide.answer.parse(body).choices).toHaveLength(20)
})

test('one app needs no name, several do', async () => {
  const one = await serveMemory()
  const several = await serve(new MemoryEngine('cinema', 'music'))
  const ask = (url: string, app?: string): Promise<Answer> =>
    send(`${url}/v1/users/u-1`, 'GET', undefined, app === undefined ? {} : { 'adsum-app': app })
  expect((await ask(one.url)).status).toBe(200)
  expect((await ask(several.url, 'music')).status).toBe(200)
  expect(codeOf(await ask(several.url))).toBe('app_required')
  expect(errorOf((await ask(several.url, 'shop')).body)).toEqual({
    code: 'app_unknown',
    message: 'There is no app called "shop". Known apps: cinema, music.',
  })
})

test.each(['u 17', 'a/b', 'ü-日本', '100%', 'u?x=1#y', '\u{1F600}'.repeat(50), '日'.repeat(100)])(
  'an identifier in the path comes through as it is: %s',
  async (id) => {
    const { url } = await serveMemory()
    const { body } = await send(`${url}/v1/users/${encodeURIComponent(id)}`)
    expect(body).toMatchObject({ user: id })
  },
)

test('items are looked up by repeated id, by ids with commas, and by search', async () => {
  const { engine, url } = await serveMemory()
  const ids = ['m-1', 'm-2', 'Alien, The']
  await engine.app('cinema').putItems(ids.map((id) => ({ type: 'movie', id, attributes: {} })))
  const found = async (query: string): Promise<string[]> => {
    const { body } = await send(`${url}/v1/items?${query}`)
    return routes.listItems.answer.parse(body).items.map(({ id }) => id)
  }
  expect(await found('id=m-2&id=Alien%2C%20The')).toEqual(['m-2', 'Alien, The'])
  expect(await found('id=m-1')).toEqual(['m-1'])
  expect(await found('ids=m-1,m-2')).toEqual(['m-1', 'm-2'])
  expect(await found('search=Alien')).toEqual(['Alien, The'])
  expect(await found('limit=2')).toEqual(['m-1', 'm-2'])
  const many = Array.from({ length: 101 }, (_, index) => index).join(',')
  expect(errorOf((await send(`${url}/v1/items?ids=${many}`)).body)).toMatchObject({
    code: 'request_invalid',
    path: 'ids',
  })
})

test('the OpenAPI document has every route, and every reference in it leads somewhere', async () => {
  const { url } = await serveMemory()
  const { body } = await send(`${url}/openapi.json`)
  expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument('1.2.3'))))
  const document = body as {
    paths: Record<string, Record<string, { operationId: string }>>
    components: Record<string, Record<string, unknown>>
  }
  const operations = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  )
  expect(operations.sort()).toEqual(Object.keys(routes).sort())
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(operations.length)
  for (const [, kind = '', name = ''] of references) {
    expect(document.components[kind]?.[name], `${kind}/${name}`).toBeDefined()
  }
  expect(JSON.stringify(body)).toContain(Object.keys(errorTable).join(', '))
  expect(document.paths['/v1/events']?.post).toMatchObject({
    parameters: expect.arrayContaining([
      expect.objectContaining({ name: 'key', in: 'query', required: false }),
    ]),
    requestBody: { content: { 'application/json': {}, 'text/plain': {} } },
  })
})
