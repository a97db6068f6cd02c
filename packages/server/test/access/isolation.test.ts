import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppApi, EngineApi } from '../../src/index.ts'
import { createServer } from '../../src/index.ts'
import { routesIn } from '../routes-in.ts'
import { asks, credentialsOf, isPersonalizer, PUBLIC_HOST, walk } from './isolation-walk.ts'
import { openTwoApps, type Tenant, type TwoApps } from './two-apps.ts'

/** Milliseconds for a walk over all routes. */
const WALK_MS = 60_000

let apps: TwoApps
beforeAll(async () => {
  apps = await openTwoApps()
}, WALK_MS)
afterAll(() => apps.close(), WALK_MS)

/** Walks with the credentials of one app about the other. */
async function walkAbout(
  asker: Tenant,
  victim: Tenant,
  engine: EngineApi,
  asked?: (route: string) => boolean,
): Promise<string[]> {
  const { canary, decision, neighbourDecision, receipt, quarantined, keyIds, file, job } = victim
  const canaries = [canary, decision, neighbourDecision, receipt, quarantined, ...keyIds, file, job]
  return withServer(engine, (server) =>
    walk(server, credentialsOf(asker), asker, victim, canaries, asked),
  )
}

/** Walks with the token of one person about another of the same app. */
async function walkAboutNeighbour(tenant: Tenant, engine: EngineApi): Promise<string[]> {
  const { neighbour, neighbourDecision } = tenant
  const victim = { ...tenant, person: neighbour, decision: neighbourDecision }
  const tokens = credentialsOf(tenant).filter(({ name }) => name === 'end-user token')
  const canaries = [neighbour, neighbourDecision]
  return withServer(engine, (server) => walk(server, tokens, tenant, victim, canaries))
}

async function withServer<Result>(
  engine: EngineApi,
  work: (server: ReturnType<typeof createServer>) => Promise<Result>,
): Promise<Result> {
  const server = createServer({ engine, version: '1', publicUrl: `https://${PUBLIC_HOST}` })
  try {
    await server.ready()
    return await work(server)
  } finally {
    await server.close()
  }
}

/** Everything of an app that a stranger could have changed. */
async function stateOf({ app: name, person, neighbour, event }: Tenant): Promise<unknown> {
  const { engine } = apps
  const app = engine.app(name)
  const { items, events, users } = app.view()
  return {
    counts: { items, events, users },
    people: [await app.readUser(person), await app.readUser(neighbour)],
    items: await app.findItems({ limit: 100 }),
    quarantine: await app.readQuarantine({ limit: 100 }),
    // Its own walk has erased the log of the first that is walked about.
    event: await app.readDecision(event).catch(({ code }: { code: string }) => code),
    loop: await app.notes.readDocument('personalizer'),
    learned: Buffer.from(app.decideStatistics('pick')).toString('hex'),
    keys: engine.accessKeys.list(name).map(({ lastUsed: _, ...key }) => key),
  }
}

test('the walk asks every route there is', async () => {
  const answering = await withServer(apps.engine, async (server) =>
    routesIn(server.printRoutes({ commonPrefix: false })),
  )
  expect(Object.keys(asks).sort()).toEqual(answering.sort())
})

test(
  'nobody learns of another app, or changes it',
  async () => {
    const [one, other] = apps.tenants
    for (const [asker, victim] of [[one, other] as const, [other, one] as const]) {
      const before = await stateOf(victim)
      expect(await walkAbout(asker, victim, apps.engine)).toEqual([])
      expect(await stateOf(victim)).toEqual(before)
    }
  },
  WALK_MS,
)

test(
  'nobody learns of another person of the same app by a token',
  async () => {
    expect(await walkAboutNeighbour(apps.tenants[0], apps.engine)).toEqual([])
  },
  WALK_MS,
)

test('a route that does not say who may ask it keeps the server from starting', async () => {
  const server = createServer({ engine: apps.engine, version: '1' })
  server.get('/v1/everything', async () => 'everything')
  await expect(server.ready()).rejects.toThrow(/\/v1\/everything does not say who may ask it/)
  await server.close()
})

describe('a bug that lets apps run together is found:', () => {
  /** The engine with something replaced. */
  const planted = (changed: Partial<EngineApi>): EngineApi => {
    const { engine } = apps
    return {
      apps: () => engine.apps(),
      app: (name) => engine.app(name),
      files: engine.files,
      load: () => engine.load(),
      tuneSurface: (name, surface, settings) => engine.tuneSurface(name, surface, settings),
      resetLearned: (name, surface) => engine.resetLearned(name, surface),
      importLearned: (name, surface, bytes) => engine.importLearned(name, surface, bytes),
      eraseDecided: (name, surface) => engine.eraseDecided(name, surface),
      accessKeys: keysWith({}),
      backUp: (request) => engine.backUp(request),
      checkData: () => engine.checkData(),
      clock: engine.clock,
      close: async () => undefined,
      ...changed,
    }
  }
  const keysWith = (changed: Partial<EngineApi['accessKeys']>): EngineApi['accessKeys'] => {
    const { accessKeys } = apps.engine
    return {
      active: () => accessKeys.active(),
      check: (text) => accessKeys.check(text),
      noteUse: (key) => accessKeys.noteUse(key),
      list: (app) => accessKeys.list(app),
      create: (order) => accessKeys.create(order),
      addOrigin: (id, origin, app) => accessKeys.addOrigin(id, origin, app),
      revoke: (id, app) => accessKeys.revoke(id, app),
      ...changed,
    }
  }
  const bugs: Record<string, (victim: Tenant) => Partial<EngineApi>> = {
    'the engine takes no notice of the name of the app': ({ app }) => ({
      app: () => apps.engine.app(app),
    }),
    'a key is taken for one of every app': () => ({
      accessKeys: keysWith({
        check: (text) => ({ ...apps.engine.accessKeys.check(text), app: '*' }),
      }),
    }),
    'keys are listed without their app': () => ({
      accessKeys: keysWith({ list: () => apps.engine.accessKeys.list(null) }),
    }),
    'origins are added to keys of any app': () => ({
      accessKeys: keysWith({
        addOrigin: (id, origin) => apps.engine.accessKeys.addOrigin(id, origin),
      }),
    }),
    'items are looked up in another app': ({ app }) => ({
      app: (name) => appWith(name, { findItems: (query) => apps.engine.app(app).findItems(query) }),
    }),
    'refused events are looked up in another app': ({ app }) => ({
      app: (name) =>
        appWith(name, { readQuarantine: (query) => apps.engine.app(app).readQuarantine(query) }),
    }),
  }

  /** An app of the engine with a method replaced. */
  function appWith(name: string | undefined, changed: Partial<AppApi>): AppApi {
    const app = apps.engine.app(name)
    return new Proxy<AppApi>(app, {
      get: (target, property) => {
        const value: unknown =
          Reflect.get(changed, property) ?? Reflect.get(target, property, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  test.each(Object.keys(bugs))(
    '%s',
    async (bug) => {
      const [asker, victim] = apps.tenants
      const changed = bugs[bug]?.(victim) ?? {}
      const isOwn = (route: string) => !isPersonalizer(route)
      expect(await walkAbout(asker, victim, planted(changed), isOwn)).not.toEqual([])
      // And by nothing else: without the bug the same walk finds nothing.
      expect(await walkAbout(asker, victim, planted({}), isOwn)).toEqual([])
    },
    WALK_MS,
  )

  test('the loops of Personalizer clients are all those of one app', async () => {
    const [asker, victim] = apps.tenants
    const changed: Partial<EngineApi> = { app: () => apps.engine.app(victim.app) }
    const isRead = (route: string) => route.startsWith('GET') && isPersonalizer(route)
    expect(await walkAbout(asker, victim, planted(changed), isRead)).not.toEqual([])
    expect(await walkAbout(asker, victim, planted({}), isRead)).toEqual([])
  })

  test(
    'a stored decision is not held to the person of the token',
    async () => {
      const [tenant] = apps.tenants
      const changed: Partial<EngineApi> = {
        app: (name) =>
          appWith(name, {
            readDecision: async (id) => ({
              ...(await apps.engine.app(name).readDecision(id)),
              user: tenant.person,
            }),
          }),
      }
      expect(await walkAboutNeighbour(tenant, planted(changed))).not.toEqual([])
      expect(await walkAboutNeighbour(tenant, planted({}))).toEqual([])
    },
    WALK_MS,
  )
})
