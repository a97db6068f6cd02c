/**
 * The one way out for everything that goes wrong. A known error is told as it is; anything else is
 * told as `internal` with a reference, and only the log learns what it was.
 */

import type { Socket } from 'node:net'
import { AdsumError, BODY_BYTES_MAX, type ErrorCode, errorBody } from '@adsum/protocol'
import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { AdmissionRefusal } from './admission/admission.ts'
import { HEADER_BYTES_MAX, REQUEST_MS_MAX } from './limits.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** The code with which the request was refused or failed. */
    refusal: ErrorCode | null
  }
}

/** Seconds after which it makes sense to ask again. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  overloaded: 1,
  data_directory_full: 30,
}

/** What a client is told of an error. */
export interface ErrorAnswer {
  readonly status: number
  readonly body: object
}

/** An error as it is told on our own routes. */
export function ownAnswer(known: AdsumError): ErrorAnswer {
  return { status: known.status, body: errorBody(known) }
}

/**
 * Answers a fault in a request.
 * @param answerOf for clients of other protocols, which expect other statuses and shapes
 */
export function handleError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  answerOf: (known: AdsumError) => ErrorAnswer = ownAnswer,
): void {
  const known = toKnownError(error, request)
  report(known, request)
  reply.refusal = known.code
  const retryAfter =
    known instanceof AdmissionRefusal ? known.retryAfterSeconds : RETRY_AFTER_SECONDS[known.code]
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  // Fastify closes the connection whenever a body was refused; ours are read to their end (body.ts),
  // except those that did not come in time.
  if (known.code !== 'request_timeout') reply.removeHeader('connection')
  // Addresses that cannot be read are refused before the hook that sets this.
  reply.header('x-request-id', request.id)
  const { status, body } = answerOf(known)
  reply.code(status).type('application/json; charset=utf-8').send(body)
}

/** Answers a request that no route takes. */
export function handleUnknownRoute(
  request: FastifyRequest,
  reply: FastifyReply,
  handle: (error: unknown, request: FastifyRequest, reply: FastifyReply) => void = handleError,
): void {
  handle(unknownRoute(request), request, reply)
}

function unknownRoute({ method, url }: FastifyRequest): AdsumError {
  const [path = ''] = url.split('?', 1)
  return new AdsumError('route_unknown', { method, path: path.slice(0, PATH_SHOWN_MAX) })
}

/** Characters of an unknown path that its refusal repeats. */
const PATH_SHOWN_MAX = 200

function toKnownError(error: unknown, request: FastifyRequest): AdsumError {
  if (error instanceof AdsumError) return error
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': {
      const expected = request.routeOptions.config.accepts ?? 'application/json'
      return new AdsumError('content_type_unsupported', { expected })
    }
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AdsumError('body_too_large', { limit: BODY_BYTES_MAX })
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'FST_ERR_NOT_FOUND':
      return unknownRoute(request)
    case 'ECONNRESET':
      // The client went away in the middle of its request: nobody will read this answer.
      if (request.raw.destroyed) return new AdsumError('request_malformed', {}, { cause: error })
  }
  return new AdsumError('internal', { reference: request.id }, { cause: error })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String((error as FastifyError).code) : ''
}

/** Faults of ours go to the log; what clients do wrong, and being busy, does not fill it. */
function report(error: AdsumError, request: FastifyRequest): void {
  if (error.status < 500 || error.code === 'overloaded') return
  const facts = {
    reference: request.id,
    code: error.code,
    route: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
    err: error.cause ?? error,
  }
  if (error.code === 'internal') request.log.error(facts, 'a request failed')
  else request.log.warn(facts, 'a request was refused')
}

/** Answers what is not even a request; there is no reply object yet, only the socket. */
export function handleClientError(
  log: FastifyBaseLogger,
  error: Error & { readonly code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  log.debug({ code: error.code }, 'a connection was refused')
  const refusal = clientError(error.code)
  const body = JSON.stringify(errorBody(refusal))
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${refusal.status} ${refusal.code}\r\nconnection: close\r\n` +
        `content-type: application/json; charset=utf-8\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  }
  socket.destroySoon()
}

function clientError(code: string | undefined): AdsumError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new AdsumError('request_timeout', { seconds: REQUEST_MS_MAX / 1000 })
    case 'HPE_HEADER_OVERFLOW':
      return new AdsumError('headers_too_large', { limit: HEADER_BYTES_MAX })
    default:
      return new AdsumError('request_malformed')
  }
}
