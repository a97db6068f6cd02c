import {
  AdsumError,
  APP_HEADER,
  BEACON_CONTENT_TYPE,
  FILE_CONTENT_TYPES,
  idSchema,
  type Route,
  type RouteBody,
  type RouteName,
  type RouteQuery,
  routes,
} from '@adsum/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from './access/access.ts'
import type { Authenticator } from './access/authenticate.ts'
import { isForPages, registerPreflight } from './access/cross-origin.ts'
import { ruleOf } from './access/guard.ts'
import { requireOwnData } from './access/own-data.ts'
import { createJsonReader, openFileBody } from './body.ts'
import type { AppApi, EngineApi } from './engine-api.ts'
import { type Call, type Handlers, isPartial } from './handlers.ts'
import { validate } from './validation.ts'

/** What a route tells the hooks and the error handler about itself. */
declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its name in the metrics; pages share one. */
    readonly watchedAs?: string
    /** The content types that the route takes, in words. */
    readonly accepts?: string
  }
}

/** The route table made to answer. */
export function registerRoutes(
  server: FastifyInstance,
  engine: EngineApi,
  handlers: Handlers,
  authenticator: Authenticator,
): void {
  void server.register(async (json) => {
    const readJson = createJsonReader()
    json.addContentTypeParser('application/json', readJson)
    for (const name of Object.keys(routes) as RouteName[]) {
      if (name === 'uploadFile' || name === 'sendEvents') continue
      registerRoute(json, engine, handlers, authenticator, name)
    }
    registerPreflights(json)
    // Events alone also come as beacons of pages that are being left (access/address-key.ts).
    void json.register(async (beacons) => {
      beacons.addContentTypeParser(BEACON_CONTENT_TYPE, readJson)
      registerRoute(beacons, engine, handlers, authenticator, 'sendEvents')
    })
  })
  void server.register(async (files) => {
    files.addContentTypeParser([...FILE_CONTENT_TYPES], (request, payload, done) => {
      done(null, openFileBody(request, payload))
    })
    registerRoute(files, engine, handlers, authenticator, 'uploadFile')
  })
}

function registerRoute<Name extends RouteName>(
  server: FastifyInstance,
  engine: EngineApi,
  handlers: Handlers,
  authenticator: Authenticator,
  name: Name,
): void {
  const route: Route = routes[name]
  const handle: Handlers[Name] = handlers[name]
  const hasId = route.path.includes('{id}')
  server.route({
    method: route.method,
    url: pathOf(route),
    config: {
      access: ruleOf(route),
      watchedAs: route.path,
      takesKeyInAddress: name === 'sendEvents',
      accepts: name === 'uploadFile' ? FILE_CONTENT_TYPES.join(' or ') : 'application/json',
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { access } = request
      const call = {
        access,
        app: route.app ? appOf(engine, access, appName(request)) : undefined,
        id: hasId ? readId(request.params) : '',
        query: readQuery(route, request.query) as RouteQuery<Name>,
        body: readBody(route, request.body) as RouteBody<Name>,
      }
      await requireOwnData(access, name, call, authenticator)
      const answer = await handle(call as Call<Name>)
      const partialStatus = isPartial[name]?.(answer) === true ? route.partialStatus : undefined
      reply.code(partialStatus ?? route.status)
      return answer
    },
  })
}

/** Answers preflights where pages may ask, one for all methods of a path. */
function registerPreflights(server: FastifyInstance): void {
  const methods = new Map<string, string[]>()
  for (const route of Object.values<Route>(routes)) {
    if (!isForPages(ruleOf(route))) continue
    const path = pathOf(route)
    methods.set(path, [...(methods.get(path) ?? []), route.method])
  }
  for (const [path, asked] of methods) registerPreflight(server, path, asked)
}

function pathOf({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

/**
 * The app of the key, or the one that is named. A key that is bound to an app learns of no other, not
 * even by its name.
 */
function appOf(engine: EngineApi, { app }: Access, named: string | undefined): AppApi {
  if (app === null) return engine.app(named)
  try {
    return engine.app(app)
  } catch (error) {
    if (!(error instanceof AdsumError) || error.code !== 'app_unknown') throw error
    throw new AdsumError('app_unknown', { app, known: 'none' }, { cause: error })
  }
}

function appName(request: FastifyRequest): string | undefined {
  const header = request.headers[APP_HEADER]
  return typeof header === 'string' && header !== '' ? header : undefined
}

function readId(params: unknown): string {
  const id = typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined
  return String(validate(idSchema, id, 'id'))
}

function readQuery(route: Route, query: unknown): unknown {
  return route.query === undefined ? undefined : validate(route.query, query)
}

function readBody(route: Route, body: unknown): unknown {
  return route.body === undefined ? body : validate(route.body, body)
}
