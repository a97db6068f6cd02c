/**
 * What lets pages of other origins ask (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol). An
 * origin is named back only where a key lists it; credentials of the browser are never asked for.
 */

import { AdsumError } from '@adsum/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessRule } from './access.ts'
import type { Authenticator } from './authenticate.ts'

/** Seconds that a browser may keep the answer to a preflight. */
const PREFLIGHT_SECONDS = 600
const ALLOWED_HEADERS = 'authorization, content-type, x-retry-count, adsum-app'
const EXPOSED_HEADERS = 'retry-after, x-request-id'

/** Whether pages may ask a route: with a write key, or with an end-user token. */
export function isForPages(rule: AccessRule | undefined): boolean {
  return rule === 'body' || (typeof rule === 'object' && (rule.self || rule.scope === 'record'))
}

/** Lets the page read the answer. */
export function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin)
  reply.header('access-control-expose-headers', EXPOSED_HEADERS)
}

/** Answers preflights for the methods of a path that pages may ask. */
export function registerPreflight(
  server: FastifyInstance,
  url: string,
  methods: readonly string[],
  access: 'preflight' | 'body-preflight' = 'preflight',
): void {
  const config = { access, watchedAs: 'preflight' }
  server.options(url, { config }, (_request, reply) =>
    reply.header('access-control-allow-methods', methods.join(', ')).code(204).send(),
  )
}

/**
 * Judges a preflight, which names no key: any key that is taken now may list the origin, and the
 * request that follows is held to its own.
 * @throws AdsumError `origin_not_allowed`
 */
export function answerPreflight(
  { headers: { origin = 'null' } }: FastifyRequest,
  reply: FastifyReply,
  authenticator: Authenticator,
  needsNoKey: boolean,
): void {
  reply.header('vary', 'origin')
  if (!needsNoKey && !authenticator.knowsOrigin(origin))
    throw new AdsumError('origin_not_allowed', { origin })
  allowOrigin(reply, origin)
  reply.header('access-control-allow-headers', ALLOWED_HEADERS)
  reply.header('access-control-max-age', PREFLIGHT_SECONDS)
}
