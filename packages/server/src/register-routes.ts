import {
  APP_HEADER,
  FILE_CONTENT_TYPES,
  idSchema,
  type Route,
  type RouteBody,
  type RouteName,
  type RouteQuery,
  routes,
} from '@adsum/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createJsonReader, openFileBody } from './body.ts'
import type { EngineApi } from './engine-api.ts'
import type { Call, Handlers } from './handlers.ts'
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
): void {
  void server.register(async (json) => {
    json.addContentTypeParser('application/json', createJsonReader())
    for (const name of Object.keys(routes) as RouteName[]) {
      if (name !== 'uploadFile') registerRoute(json, engine, handlers, name)
    }
  })
  void server.register(async (files) => {
    files.addContentTypeParser([...FILE_CONTENT_TYPES], (request, payload, done) => {
      done(null, openFileBody(request, payload))
    })
    registerRoute(files, engine, handlers, 'uploadFile')
  })
}

function registerRoute<Name extends RouteName>(
  server: FastifyInstance,
  engine: EngineApi,
  handlers: Handlers,
  name: Name,
): void {
  const route: Route = routes[name]
  const handle: Handlers[Name] = handlers[name]
  const hasId = route.path.includes('{id}')
  server.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    config: {
      watchedAs: route.path,
      accepts: name === 'uploadFile' ? FILE_CONTENT_TYPES.join(' or ') : 'application/json',
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const call = {
        app: route.app ? engine.app(appName(request)) : undefined,
        id: hasId ? readId(request.params) : '',
        query: readQuery(route, request.query) as RouteQuery<Name>,
        body: readBody(route, request.body) as RouteBody<Name>,
      }
      const answer = await handle(call as Call<Name>)
      reply.code(route.status)
      return answer
    },
  })
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
