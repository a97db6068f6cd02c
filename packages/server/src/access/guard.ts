/**
 * The gate that every request comes through before its body is read:
 *
 *   Host ─▶ preflight? ─▶ key or token presented? ─▶ origin, scope, app ─▶ request.access
 *                                 │ none
 *                                 └─▶ development, this machine only: everything
 *                                     production: nothing but what is open
 */

import { AdsumError, APP_HEADER, type Endpoint, parseKeyText } from '@adsum/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  isLocalOrigin,
  refuseForeignHosts,
  refuseForeignOrigins,
  requireThisMachine,
} from '../local-hosts.ts'
import { type Access, type AccessRule, NO_ACCESS } from './access.ts'
import { keyInAddress } from './address-key.ts'
import { type Authenticator, namesForeignKey } from './authenticate.ts'
import { allowOrigin, answerPreflight, isForPages } from './cross-origin.ts'
import { subscriptionKey } from './subscription-key.ts'

/** A key with the scope `record` for its app: what routes ask whose key may stand in the body. */
const RECORD_RULE = { scope: 'record', ofApp: true, self: false } as const

/**
 * Lets nothing through that its route's rule does not allow. Hooks that are added later find
 * `request.access` set.
 * @param publicHost the host under which a production server is reached; `null` in development
 */
export function guardAccess(
  server: FastifyInstance,
  authenticator: Authenticator,
  publicHost: string | null,
): void {
  server.decorateRequest('access')
  requireRules(server)
  server.addHook('onRequest', (request, reply, done) => {
    request.access = NO_ACCESS
    const rule = request.routeOptions.config.access
    requireHost(request, rule, publicHost)
    if (rule === 'preflight' || rule === 'body-preflight') {
      const isLocal = publicHost === null && isLocalOrigin(request.headers.origin)
      answerPreflight(request, reply, authenticator, isLocal && rule === 'body-preflight')
      done()
      return
    }
    const access = accessOf(request, reply, rule, authenticator, publicHost)
    if (!(access instanceof Promise)) {
      request.access = admit(access, request, rule)
      done()
      return
    }
    access
      .then((known) => {
        request.access = admit(known, request, rule)
      })
      .then(() => done(), done)
  })
}

/** The rule of a route of the table. */
export function ruleOf({ app, scope, self, keepsToApp = false }: Endpoint): AccessRule {
  return scope === null ? 'open' : { scope, ofApp: app || keepsToApp, self }
}

/** A route that forgot to say who may ask it would let everybody: such a server does not start. */
function requireRules(server: FastifyInstance): void {
  const known: { readonly url: string; readonly method: unknown; readonly config?: object }[] = []
  server.addHook('onRoute', (route) => void known.push(route))
  server.addHook('onReady', (done) => {
    const bare = known.find(({ config }) => config === undefined || !('access' in config))
    const problem = `the route ${bare?.method} ${bare?.url} does not say who may ask it (config.access)`
    done(bare === undefined ? undefined : new Error(problem))
  })
}

function requireHost(
  { headers: { host }, socket }: FastifyRequest,
  rule: AccessRule | undefined,
  publicHost: string | null,
): void {
  if (publicHost === null) {
    requireThisMachine(socket.remoteAddress)
    refuseForeignHosts(host)
    return
  }
  // Whoever watches over the process asks for its health under its own address.
  if (rule === 'open' || host?.toLowerCase() === publicHost) return
  throw new AdsumError('host_not_allowed')
}

function accessOf(
  request: FastifyRequest,
  reply: FastifyReply,
  rule: AccessRule | undefined,
  authenticator: Authenticator,
  publicHost: string | null,
): Access | Promise<Access> {
  const { authorization, origin } = request.headers
  const mayAnswerPages = isForPages(rule)
  if (mayAnswerPages) reply.header('vary', 'origin')
  const takesAnyKey = rule === 'body' && publicHost === null
  const isPresented =
    authorization !== undefined && !(takesAnyKey && namesForeignKey(authorization))
  if (origin !== undefined && mayAnswerPages && (isPresented || rule === 'body')) {
    // Also where the key turns out not to hold: the page must be able to read why.
    if (authenticator.knowsOrigin(origin)) allowOrigin(reply, origin)
  }
  if (isPresented) return authenticator.authenticate(authorization, origin)
  const subscription = subscriptionKey(request)
  // Clients cannot leave theirs out; where no key is needed they may say anything.
  if (subscription !== undefined && (publicHost !== null || parseKeyText(subscription) !== null)) {
    return authenticator.authenticate(`Bearer ${subscription}`, origin)
  }
  const writeKey = keyInAddress(request)
  if (writeKey !== undefined) return authenticator.authenticateWriteKey(writeKey, origin)
  if (publicHost !== null) return NO_ACCESS
  if (rule === 'body' && origin !== undefined && authenticator.knowsOrigin(origin)) return NO_ACCESS
  refuseForeignOrigins(origin)
  if (takesAnyKey && origin !== undefined) allowOrigin(reply, origin)
  return authenticator.keyless()
}

/**
 * The access, if it is enough for the rule.
 * @throws AdsumError `key_required`, `key_forbidden`, `app_unknown`
 */
function admit(access: Access, { headers }: FastifyRequest, rule: AccessRule | undefined): Access {
  const { kind, app, scopes } = access
  const named = headers[APP_HEADER]
  if (app !== null && typeof named === 'string' && named !== '' && named !== app) {
    throw new AdsumError('app_unknown', { app: named, known: app })
  }
  if (typeof rule !== 'object' && rule !== 'body') return access
  const { scope, ofApp, self } = rule === 'body' ? RECORD_RULE : rule
  if (kind === 'keyless' && rule === 'body') return access
  if (kind === 'keyless' && scopes.size === 0) throw new AdsumError('key_required')
  if (!scopes.has(scope) || (kind === 'end-user' && !self)) {
    throw new AdsumError('key_forbidden', { scope })
  }
  if (!ofApp && app !== null)
    throw new AdsumError('key_forbidden', { scope: `${scope} of every app` })
  return access
}
