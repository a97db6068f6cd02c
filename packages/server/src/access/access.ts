import type { Scope } from '@adsum/protocol'

/** Who asks, as found out before anything of the body is read. */
export interface Access {
  readonly kind: 'keyless' | 'write' | 'secret' | 'end-user'
  /** The app that the key is bound to; `null` where it is bound to none. */
  readonly app: string | null
  /** The id of the key's record; of the verification key for end-user tokens; `keyless` without one. */
  readonly keyId: string
  readonly scopes: ReadonlySet<Scope>
  /** The person that an end-user token speaks for. */
  readonly subject: string | null
  /** Of an end-user token: what its erasure is checked against. */
  readonly token: TokenFacts | null
}

/** What is kept of an end-user token while its request is answered. */
export interface TokenFacts {
  /** Its identifier, together with the key that signed it. */
  readonly id: string
  /** Seconds since 1970 UTC. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/**
 * What a route asks of whoever asks it; every route says so in its `config.access`.
 *
 * - `open`: anybody, in production too.
 * - `page`: anybody who may reach this server without a key.
 * - `preflight`: browsers, before they let a page of another origin ask.
 * - `body`: a key with the scope `record`, which may also stand in the body. The handler then hands it
 *   to `Authenticator.authenticateWriteKey`; without one it goes by `request.access`, which has the
 *   scope only where no key is needed; there its credentials may be any text that is no key of ours.
 * - `body-preflight`: as `preflight`, for such a route.
 * - otherwise a key with the scope.
 */
export type AccessRule =
  | 'open'
  | 'page'
  | 'preflight'
  | 'body'
  | 'body-preflight'
  | {
      readonly scope: Scope
      /** Whether it concerns the app of the key; otherwise it takes a key of every app. */
      readonly ofApp: boolean
      /** Whether an end-user token will do. */
      readonly self: boolean
    }

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Set before the body is read. */
    access: Access
  }
  interface FastifyContextConfig {
    /** What the route asks of whoever asks it; a server with a route that says nothing does not start. */
    readonly access?: AccessRule
  }
}

/** The access of requests of which nothing is known (yet): none. */
export const NO_ACCESS: Access = {
  kind: 'keyless',
  app: null,
  keyId: 'keyless',
  scopes: new Set(),
  subject: null,
  token: null,
}
