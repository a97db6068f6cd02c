import {
  AdsumError,
  type endpoints,
  ITEMS_SHOWN_MAX,
  type RouteAnswer,
  type RouteBody,
  type RouteName,
  type RouteQuery,
} from '@adsum/protocol'
import type { Access } from './access/access.ts'
import { createKey } from './access/create-key.ts'
import type { FileBody } from './body.ts'
import { mapAgain } from './dialects/segment/map-again.ts'
import type { AppApi, EngineApi, ItemQuery } from './engine-api.ts'
import type { Metrics } from './metrics.ts'

/** One request to a route, checked and taken apart. */
export interface Call<Name extends RouteName> {
  /** The app that is meant, where the route concerns one. */
  readonly app: (typeof endpoints)[Name]['app'] extends true ? AppApi : undefined
  /** The identifier in the path; empty where the path has none. */
  readonly id: string
  /** Who asks; routes of no single app keep to theirs. */
  readonly access: Access
  readonly query: RouteQuery<Name>
  readonly body: Name extends 'uploadFile' ? FileBody : RouteBody<Name>
}

/** What every route does. */
export type Handlers = {
  readonly [Name in RouteName]: (call: Call<Name>) => Promise<RouteAnswer<Name>>
}

/** Whether an answer says that not all of what was sent was done; see `partialStatus` of the routes. */
export const isPartial: { readonly [Name in RouteName]?: (answer: RouteAnswer<Name>) => boolean } =
  {
    sendEvents: ({ results }) =>
      results.some(({ status }) => status !== 'accepted' && status !== 'duplicate'),
  }

export interface HandlerParts {
  readonly engine: EngineApi
  readonly metrics: Metrics
  /** The product's version. */
  readonly version: string
}

export function createHandlers({ engine, metrics, version }: HandlerParts): Handlers {
  const { files } = engine
  return {
    sendEvents: async ({ app, body }) => {
      const results = await app.sendEvents(body.events, body.sent)
      metrics.countEvents(results)
      return { results }
    },
    putItems: async ({ app, body }) => ({ stored: await app.putItems(body.items) }),
    listItems: async ({ app, query }) => ({ items: await app.findItems(toItemQuery(query)) }),
    decide: async ({ app, body }) => {
      const decision = await app.decide(body)
      metrics.countDecision(app.declaration.name, decision)
      return decision
    },
    readDecision: ({ app, id }) => app.readDecision(id),
    reward: ({ app, id, body }) => app.reward(id, body),
    activateDecision: ({ app, id }) => app.activateDecision(id),
    readSurface: ({ app, id }) => app.readSurface(id),
    readUser: ({ app, id }) => app.readUser(id),
    eraseUser: ({ app, id }) => app.eraseUser(id),
    readReceipt: ({ app, id }) => app.readReceipt(id),
    readQuarantine: ({ app, query }) => app.readQuarantine(query),
    replayQuarantine: ({ app, body }) => app.replayQuarantine(body.ids, mapAgain(app)),
    removeQuarantined: async ({ app, id }) => {
      await app.removeQuarantined(id)
      return { removed: 1 }
    },
    listApps: async ({ access: { app } }) => {
      const apps = await engine.apps()
      return { apps: app === null ? apps : apps.filter(({ name }) => name === app) }
    },
    listKeys: async ({ access }) => ({ keys: engine.accessKeys.list(access.app) }),
    createKey: ({ access, body }) => createKey(engine, access, body),
    addKeyOrigin: ({ access, id, body }) =>
      engine.accessKeys.addOrigin(id, body.origin, access.app),
    revokeKey: ({ access, id }) => engine.accessKeys.revoke(id, access.app),
    uploadFile: async ({ query, body }) => {
      try {
        return await files.upload(query.name, body.content)
      } finally {
        body.release()
      }
    },
    judgeFile: ({ id, body }) => files.judge(id, body.mapping),
    makeApp: ({ id, body }) => files.makeApp(id, body),
    readJob: ({ id }) => files.job(id),
    makeBackup: ({ body }) => engine.backUp(body),
    checkData: async () => ({ apps: await engine.checkData() }),
    health: async () => ({ status: 'ok', version }),
  }
}

function toItemQuery({ id, ids, search, limit }: RouteQuery<'listItems'>): ItemQuery {
  const named = [...(id === undefined ? [] : [id].flat()), ...(ids?.split(',') ?? [])]
  if (named.length > ITEMS_SHOWN_MAX) {
    const problem = `more than ${ITEMS_SHOWN_MAX} items are asked for at once`
    throw new AdsumError('request_invalid', { problem }, { path: 'ids' })
  }
  return {
    limit: named.length > 0 ? named.length : limit,
    ...(named.length > 0 && { ids: named }),
    ...(search !== undefined && { search }),
  }
}
