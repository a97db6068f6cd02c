import { randomBytes } from 'node:crypto'
import { openApiDocument } from '@adsum/protocol/openapi'
import { type FastifyInstance, fastify, LogController } from 'fastify'
import { Authenticator } from './access/authenticate.ts'
import { guardAccess } from './access/guard.ts'
import { apiHeaders } from './access/headers.ts'
import { guardAdmission } from './admission/guard.ts'
import { EVENT_ID_LENGTH_MAX } from './dialects/azure/limits.ts'
import { plainPersonalizerAddress } from './dialects/azure/paths.ts'
import { registerPersonalizer } from './dialects/azure/routes.ts'
import { plainAddress } from './dialects/segment/paths.ts'
import { registerSegment } from './dialects/segment/routes.ts'
import type { EngineApi } from './engine-api.ts'
import { handleClientError, handleError, handleUnknownRoute } from './error-handler.ts'
import { createHandlers } from './handlers.ts'
import {
  CLOSE_MS_MAX,
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_MS_MAX,
  OVERDUE_CHECK_MS,
  REQUEST_MS_MAX,
  URL_BYTES_PER_CHARACTER_MAX,
} from './limits.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { registerPages } from './pages.ts'
import { registerRoutes } from './register-routes.ts'

export interface ServerOptions {
  readonly engine: EngineApi
  /** The product's version, as the health route and the OpenAPI document tell it. */
  readonly version: string
  /** Absolute path of the built console; without it only the API answers. */
  readonly pages?: string
  /**
   * Makes this a production server: the https origin under which it is reached. Without it the server
   * is for this machine alone, which needs no key.
   */
  readonly publicUrl?: string
  /** Takes what goes wrong, warnings and worse, as lines of JSON; standard error by default. */
  readonly log?: { write(line: string): unknown }
}

/**
 * The engine over HTTP. The server does not listen yet, and closing it leaves the engine open. Unless it
 * has a public URL it answers this machine only, whatever it is bound to.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const { engine, version, pages, log, publicUrl } = options
  const server = openFastify(log ?? process.stderr)
  const metrics = createMetrics()
  const authenticator = new Authenticator(engine)
  guardEveryRequest(server, metrics, publicUrl !== undefined)
  guardAccess(server, authenticator, publicUrl === undefined ? null : hostOf(publicUrl))
  guardAdmission(server, engine, metrics)
  registerRoutes(server, engine, createHandlers({ engine, metrics, version }), authenticator)
  registerSegment(server, { engine, metrics, authenticator })
  registerPersonalizer(server, { engine, metrics })
  registerOperations(server, metrics, version)
  if (pages !== undefined) registerPages(server, pages)
  closeInTime(server)
  return server
}

function openFastify(log: NonNullable<ServerOptions['log']>): FastifyInstance {
  // Request ids are references into the log: unique among the processes that wrote it.
  const instance = randomBytes(4).toString('hex')
  let requests = 0
  const server: FastifyInstance = fastify({
    logger: { level: 'warn', stream: { write: (line) => void log.write(line) } },
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent) => parent,
    rewriteUrl: ({ url = '/' }) => plainPersonalizerAddress(plainAddress(url)),
    genReqId: () => `${instance}-${(++requests).toString(36)}`,
    routerOptions: { maxParamLength: EVENT_ID_LENGTH_MAX * URL_BYTES_PER_CHARACTER_MAX },
    requestTimeout: REQUEST_MS_MAX,
    http: {
      headersTimeout: HEADERS_MS_MAX,
      connectionsCheckingInterval: OVERDUE_CHECK_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    return503OnClosing: false,
    frameworkErrors: handleError,
    clientErrorHandler: (error, socket) => handleClientError(server.log, error, socket),
  })
  server.server.maxConnections = CONNECTIONS_MAX
  // Each kind of body has its own reader (register-routes.ts); without one a body is not read at all.
  server.removeAllContentTypeParsers()
  return server
}

/** @throws Error when the address is no https origin */
function hostOf(publicUrl: string): string {
  const { protocol, host, origin } = new URL(publicUrl)
  if (protocol !== 'https:' || origin !== publicUrl.replace(/\/$/, '')) {
    throw new Error(`${publicUrl} is no https origin`)
  }
  return host
}

function guardEveryRequest(server: FastifyInstance, metrics: Metrics, isProduction: boolean): void {
  const harden = apiHeaders(isProduction)
  server.decorateReply('refusal', null)
  server.setErrorHandler(handleError)
  server.setNotFoundHandler(handleUnknownRoute)
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    reply.header('cache-control', 'no-store')
    harden(request, reply)
    done()
  })
  server.addHook('onResponse', (request, reply, done) => {
    const { url, config } = request.routeOptions
    const route = url === undefined ? 'unknown' : (config.watchedAs ?? 'page')
    metrics.observeRequest(route, reply.statusCode, reply.elapsedTime / 1000)
    if (reply.refusal !== null) metrics.countRefusal(reply.refusal)
    done()
  })
}

/** What machines ask about the process itself. */
function registerOperations(server: FastifyInstance, metrics: Metrics, version: string): void {
  let openApi: string | undefined
  const document = { watchedAs: '/openapi.json', access: 'open' } as const
  server.get('/openapi.json', { config: document }, (_request, reply) => {
    openApi ??= JSON.stringify(openApiDocument(version))
    return reply.type('application/json; charset=utf-8').send(openApi)
  })
  const access = { scope: 'operate', ofApp: false, self: false } as const
  server.get('/metrics', { config: { watchedAs: '/metrics', access } }, async (_request, reply) => {
    reply.type(metrics.contentType)
    return metrics.expose()
  })
}

/** Lets requests under way finish when the server closes, but not for ever. */
function closeInTime(server: FastifyInstance): void {
  let closing = false
  server.addHook('preClose', (done) => {
    closing = true
    const cut = setTimeout(() => server.server.closeAllConnections(), CLOSE_MS_MAX)
    server.server.once('close', () => clearTimeout(cut))
    done()
  })
  // A connection that is kept alive would hold up the closing although nothing is asked on it.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
}
