import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createJsonReader, drain, readWhole } from '../../body.ts'
import type { EngineApi } from '../../engine-api.ts'
import { handleUnknownRoute } from '../../error-handler.ts'
import type { Metrics } from '../../metrics.ts'
import { addHeaders, answerFault } from './answers.ts'
import { Fault } from './faults.ts'
import { isFields } from './fields.ts'
import { EVENT_ID_LENGTH_MAX, MODEL_BYTES_MAX, RETRY_SECONDS } from './limits.ts'
import type { Loop } from './loop.ts'
import { Loops } from './loops.ts'
import type { Call, Operation } from './operation.ts'
import { served } from './operations.ts'
import { API_VERSION, type Prefix, ROOT } from './paths.ts'

const JSON_TYPE = 'application/json'
const BYTES_TYPE = 'application/octet-stream'

/** Makes the server answer released Personalizer clients. */
export function registerPersonalizer(
  server: FastifyInstance,
  { engine, metrics }: { readonly engine: EngineApi; readonly metrics: Metrics },
): void {
  const loops = new Loops(engine)
  void server.register(
    async (dialect) => {
      dialect.addContentTypeParser(JSON_TYPE, skipEmpty(createJsonReader()))
      dialect.addContentTypeParser(BYTES_TYPE, readBytes)
      dialect.addHook('onRequest', async (request, reply) => {
        takeAsDeclared(request)
        addHeaders(request, reply)
      })
      dialect.addHook('onSend', sayWhenToRetry)
      dialect.setErrorHandler(answerFault)
      dialect.setNotFoundHandler((request, reply) => {
        handleUnknownRoute(request, reply, answerFault)
      })
      for (const { prefix, operation } of served) {
        registerOperation(dialect, operation, prefix, { loops, metrics })
      }
    },
    { prefix: ROOT },
  )
}

function registerOperation(
  dialect: FastifyInstance,
  operation: Operation,
  prefix: Prefix,
  { loops, metrics }: { readonly loops: Loops; readonly metrics: Metrics },
): void {
  const { method, path, scope, takes, invalid } = operation
  dialect.route({
    method,
    url: `${prefix.slice(ROOT.length)}${path}`,
    config: {
      access: { scope, ofApp: true, self: false },
      takesSubscriptionKey: true,
      watchedAs: `${prefix}${path.replace(':id', '{id}')}`,
      accepts: takes === 'bytes' ? BYTES_TYPE : JSON_TYPE,
      personalizer: { prefix, invalid, takes },
    },
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const query = isFields(request.query) ? request.query : {}
      if (prefix === ROOT) requireVersion(query)
      const said = { query, prefix, id: idOf(request.params), body: request.body }
      const { status, body, headers } = await loops.during(request, (loop) =>
        operation.handle({ ...said, loop, loops, ...toldOf(request, loop, metrics) }),
      )
      reply.code(status).headers(headers ?? {})
      if (body === undefined) return reply.send()
      if (body instanceof Uint8Array) return reply.type(BYTES_TYPE).send(Buffer.from(body))
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
    },
  })
}

/** Where an operation tells what its answer does not. */
function toldOf(
  { log, id }: FastifyRequest,
  { app }: Loop,
  metrics: Metrics,
): Pick<Call, 'warn' | 'watch'> {
  return {
    warn: (facts, what) => log.warn(facts, what),
    watch: {
      report: (fault, what) => log.error({ err: fault, reference: id }, what),
      count: (decision) => metrics.countDecision(app.declaration.name, decision),
    },
  }
}

function requireVersion(query: Readonly<Record<string, unknown>>): void {
  if (query['api-version'] === API_VERSION) return
  throw new Fault('BadRequest', `Say api-version=${API_VERSION} in the query.`, 'api-version')
}

function idOf(params: unknown): string {
  const id = isFields(params) ? params.id : undefined
  if (typeof id !== 'string') return ''
  if (id.length <= EVENT_ID_LENGTH_MAX) return id
  throw new Fault('BadRequest', `Ids have at most ${EVENT_ID_LENGTH_MAX} characters.`, 'id')
}

/** Whatever type a body is said to have, it is what the operation takes: clients send JSON's even with none. */
function takeAsDeclared({ method, raw, routeOptions }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD') return
  const isBytes = routeOptions.config.personalizer?.takes === 'bytes'
  raw.headers['content-type'] = isBytes ? BYTES_TYPE : JSON_TYPE
}

type BodyReader = ReturnType<typeof createJsonReader>

/** Reads nothing where the operation has no body, whatever is sent. */
function skipEmpty(read: BodyReader): BodyReader {
  return (request, payload, done) => {
    if (request.routeOptions.config.personalizer?.takes === 'json') {
      read(request, payload, done)
      return
    }
    drain(payload)
    done(null, null)
  }
}

function readBytes(
  _request: FastifyRequest,
  payload: IncomingMessage,
  done: (error: Error | null, body?: unknown) => void,
): void {
  readWhole(payload, MODEL_BYTES_MAX, done)
}

async function sayWhenToRetry(_request: FastifyRequest, reply: FastifyReply, payload: unknown) {
  const isBusy = reply.statusCode === 429
  if (isBusy && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_SECONDS)
  return payload
}
