import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { registerPreflight } from '../../access/cross-origin.ts'
import { handleError, ownAnswer } from '../../error-handler.ts'
import type { Metrics } from '../../metrics.ts'
import { answerMessages, statusForClients } from './answer.ts'
import { readDelivery } from './batch.ts'
import { readSegmentBody } from './body.ts'
import { RETRY_SECONDS } from './limits.ts'
import { MESSAGE_PATHS, SELF_METRICS_PATH, SETTINGS_PATH } from './paths.ts'
import { recordMessages } from './record.ts'
import { settingsFor } from './settings.ts'
import { appOf, type WriteKeyParts } from './write-key.ts'

/** The header, and the name in the query, with which a test asks to be told what was refused. */
const STRICT = { header: 'adsum-strict', query: 'strict' } as const

export interface SegmentParts extends WriteKeyParts {
  readonly metrics: Metrics
}

/** Makes the server answer released Segment clients. */
export function registerSegment(server: FastifyInstance, parts: SegmentParts): void {
  const { engine, metrics } = parts
  void server.register(async (dialect) => {
    dialect.addContentTypeParser('application/json', readSegmentBody)
    dialect.addHook('onRequest', takeAsJson)
    dialect.setErrorHandler((error, request, reply) => {
      handleError(error, request, reply, (known) => ({
        ...ownAnswer(known),
        status: statusForClients(known),
      }))
    })
    dialect.addHook('onSend', sayWhenToRetry)
    for (const [path, type] of Object.entries(MESSAGE_PATHS)) {
      dialect.post(path, watched(path), async (request, reply) => {
        const delivery = readDelivery(request.body ?? null, type === 'batch' ? null : type)
        const app = await appOf(request, delivery.writeKey, parts)
        const clock = { sent: delivery.sent, received: engine.clock.now() }
        const reports = await recordMessages(delivery.messages, app, clock)
        for (const { type, outcome, results } of reports) {
          metrics.countSegmentMessage(type, outcome)
          metrics.countEvents(results)
        }
        const { status, body } = answerMessages(reports, isStrict(request))
        return reply.code(status).send(body)
      })
      registerPreflight(dialect, path, ['POST'], 'body-preflight')
    }
    registerBrowserRoutes(dialect, parts)
  })
}

/** What browser clients ask beside. */
function registerBrowserRoutes(dialect: FastifyInstance, parts: WriteKeyParts): void {
  dialect.post(SELF_METRICS_PATH, watched(SELF_METRICS_PATH), async () => ({ success: true }))
  registerPreflight(dialect, SELF_METRICS_PATH, ['POST'], 'body-preflight')
  dialect.get<{ Params: { writeKey: string } }>(
    SETTINGS_PATH,
    watched('/v1/projects/{writeKey}/settings'),
    async (request) => {
      const { writeKey } = request.params
      await appOf(request, writeKey, parts)
      const isSecure = request.headers['x-forwarded-proto'] === 'https'
      return settingsFor(writeKey, request.host, isSecure ? 'https' : request.protocol)
    },
  )
}

function watched(path: string) {
  return { config: { watchedAs: path, access: 'body' as const, accepts: 'JSON' } }
}

function isStrict({ headers, query }: FastifyRequest): boolean {
  const asked = typeof query === 'object' && query !== null && STRICT.query in query
  return asked || headers[STRICT.header] === '1'
}

/** Whatever type a body is said to have, it is JSON; types that cannot be read would be refused unread. */
async function takeAsJson({ method, raw }: FastifyRequest): Promise<void> {
  if (method === 'POST') raw.headers['content-type'] = 'application/json'
}

/** Clients pause for as long as they are told; without a word some of them give up sooner. */
async function sayWhenToRetry(_request: FastifyRequest, reply: FastifyReply, payload: unknown) {
  if (reply.statusCode === 429 || reply.statusCode === 503) {
    const seconds = reply.getHeader('retry-after') ?? RETRY_SECONDS
    reply.header('retry-after', seconds)
    if (reply.statusCode === 429) reply.header('x-ratelimit-reset', seconds)
  }
  return payload
}
