import type { IncomingMessage } from 'node:http'
import { AdsumError } from '@adsum/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { handleError } from '../../error-handler.ts'
import { Fault, type FaultBody, type FaultCode, faultOf } from './faults.ts'
import type { Operation } from './operation.ts'
import { PREVIEW_PREFIX, type Prefix, ROOT } from './paths.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of routes of the Personalizer dialect: the code for a request that does not fit. */
    readonly personalizer?: {
      readonly prefix: Prefix
      readonly invalid: FaultCode
      readonly takes: Operation['takes']
    }
  }
}

/** Header in which a client names its request; it is told back. */
const REQUEST_ID_HEADER = 'x-ms-client-request-id'
const ERROR_CODE_HEADER = 'x-ms-error-code'
/** What may stand in a header: a client that sends other bytes is not told them back. */
const PLAIN = /^[\x21-\x7e]{1,2600}$/

/** Answers a fault in the protocol's shape and statuses. */
export function answerFault(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const invalid = request.routeOptions.config.personalizer?.invalid
  const known = error instanceof Fault ? withCause(error) : error
  const toFault = (cause: AdsumError): Fault =>
    error instanceof Fault ? error : faultOf(cause, invalid)
  handleError(known, request, reply, (cause) => {
    const fault = toFault(cause)
    reply.header(ERROR_CODE_HEADER, fault.code)
    return { status: fault.status, body: fault.body satisfies FaultBody }
  })
}

/** Our own word for it, which the metrics count. */
function withCause(fault: Fault): AdsumError {
  if (fault.cause instanceof AdsumError) return fault.cause
  if (fault.status === 404) {
    return new AdsumError('route_unknown', { method: '', path: '' }, { cause: fault })
  }
  return new AdsumError('request_invalid', { problem: fault.message }, { cause: fault })
}

/** Headers that clients look for on every answer. */
export function addHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const id = request.headers[REQUEST_ID_HEADER]
  if (typeof id === 'string' && PLAIN.test(id)) reply.header(REQUEST_ID_HEADER, id)
  const { config, url } = request.routeOptions
  if (config.personalizer?.prefix !== PREVIEW_PREFIX || url?.includes(':') !== true) return
  // The released preview client compares its template of the path with the path that it asked, prefix
  // included, and takes every answer for a wrong one unless it is told the path without it.
  const [path = ''] = pathOf(request.raw).split('?', 1)
  if (PLAIN.test(path)) {
    reply.header('x-ms-original-url', `http://${ROOT.slice(1)}${path.slice(PREVIEW_PREFIX.length)}`)
  }
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url
}
