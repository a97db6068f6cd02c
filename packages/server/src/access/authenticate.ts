import {
  AdsumError,
  EVERY_APP,
  parseKeyText,
  SCOPES,
  type Scope,
  TOKEN_ERASE_MS_MAX,
} from '@adsum/protocol'
import type { EngineApi } from '../engine-api.ts'
import { type Access, NO_ACCESS } from './access.ts'
import type { AccessKeyRecord } from './access-keys-api.ts'
import { verifyEndUserToken } from './end-user-token.ts'
import { SpentTokens } from './spent-tokens.ts'

/** Characters of an Authorization header that is looked at. */
const AUTHORIZATION_LENGTH_MAX = 8_192
/** Characters of a key text in Basic credentials, decoded. */
const BASIC = /^Basic(?: +([A-Za-z0-9+/_=-]+))?$/i
const BEARER = /^Bearer +(\S+)$/i

/** The access of whoever needs no key: everything. */
const EVERYTHING: Access = { ...NO_ACCESS, scopes: new Set<Scope>(SCOPES) }

/** Finds out who asks. */
export class Authenticator {
  readonly #engine: Pick<EngineApi, 'accessKeys' | 'clock'>
  readonly #spent: SpentTokens
  /** Seconds since 1970 UTC. */
  readonly #openedAt: number

  constructor(engine: Pick<EngineApi, 'accessKeys' | 'clock'>) {
    this.#engine = engine
    this.#spent = new SpentTokens()
    this.#openedAt = Math.floor(engine.clock.now() / 1000)
  }

  /** Everything: for requests that may come without a key, which the caller has made sure of. */
  keyless(): Access {
    return EVERYTHING
  }

  /**
   * Who presents an Authorization header: `Bearer` with a key or an end-user token, or `Basic` with a
   * write key as the name of the user and an empty password.
   * @throws AdsumError `key_invalid`, `token_invalid`, `origin_not_allowed`, `key_forbidden`
   */
  authenticate(authorization: string, origin: string | undefined): Access | Promise<Access> {
    if (authorization.length > AUTHORIZATION_LENGTH_MAX) throw new AdsumError('key_invalid')
    const [, basic] = BASIC.exec(authorization) ?? []
    if (basic !== undefined) return this.authenticateWriteKey(basicUser(basic), origin)
    const [, bearer] = BEARER.exec(authorization) ?? []
    if (bearer === undefined) throw new AdsumError('key_invalid')
    if (bearer.split('.').length === 3) return this.#authenticateToken(bearer, origin)
    return this.#authenticateKey(bearer, origin)
  }

  /**
   * Who presents a write key by itself, as it stands in a body.
   * @throws AdsumError `key_invalid` also for keys of other kinds, `origin_not_allowed`,
   *   `key_forbidden`
   */
  authenticateWriteKey(text: string, origin: string | undefined): Access {
    if (parseKeyText(text)?.kind !== 'write') throw new AdsumError('key_invalid')
    return this.#authenticateKey(text, origin)
  }

  /** Whether pages of an origin may use any key that is taken now; for preflights, which name none. */
  knowsOrigin(origin: string): boolean {
    return this.#engine.accessKeys.active().some((key) => listsOrigin(key, origin))
  }

  /**
   * Lets an end-user token erase: soon after its signing, and once.
   * @throws AdsumError `token_stale`, `token_spent`
   */
  spendForErasure({ token }: Access): void {
    if (token === null) return
    const now = this.#engine.clock.now()
    const seconds = TOKEN_ERASE_MS_MAX / 1000
    // What was spent is forgotten when the process ends, so tokens from before it are not taken.
    const isOld = now - token.issuedAt * 1000 > TOKEN_ERASE_MS_MAX
    if (isOld || token.issuedAt < this.#openedAt) throw new AdsumError('token_stale', { seconds })
    this.#spent.spend(token, now)
  }

  #authenticateKey(text: string, origin: string | undefined): Access {
    const parsed = parseKeyText(text)
    if (parsed === null) throw new AdsumError('key_invalid')
    const key = this.#engine.accessKeys.check(parsed)
    requireOrigin([key], origin)
    if (key.browsersOnly && origin === undefined) {
      throw new AdsumError('key_forbidden', { scope: 'requests without an origin' })
    }
    return {
      kind: parsed.kind,
      app: key.app === EVERY_APP ? null : key.app,
      keyId: key.id,
      scopes: new Set(key.scopes),
      subject: null,
      token: null,
    }
  }

  async #authenticateToken(text: string, origin: string | undefined): Promise<Access> {
    const { accessKeys, clock } = this.#engine
    const active = accessKeys.active()
    const { key, subject, id, issuedAt, expiresAt } = await verifyEndUserToken(
      text,
      active,
      clock.now(),
    )
    // A token comes from the pages of its app, whichever of the app's public keys lists them.
    const publicKeys = active.filter(({ kind, app }) => kind !== 'secret' && app === key.app)
    requireOrigin(publicKeys, origin)
    accessKeys.noteUse(key)
    return {
      kind: 'end-user',
      app: key.app,
      keyId: key.id,
      scopes: new Set(key.scopes),
      subject,
      token: { id: `${key.id}/${id}`, issuedAt, expiresAt },
    }
  }
}

/**
 * Whether Basic credentials name no key of ours. Clients of other protocols cannot leave theirs out; where
 * no key is needed they say anything.
 */
export function namesForeignKey(authorization: string): boolean {
  const basic = BASIC.exec(authorization)
  return basic !== null && parseKeyText(basicUser(basic[1] ?? '')) === null
}

function requireOrigin(keys: readonly AccessKeyRecord[], origin: string | undefined): void {
  if (origin === undefined || keys.some((key) => listsOrigin(key, origin))) return
  throw new AdsumError('origin_not_allowed', { origin: origin.slice(0, ORIGIN_SHOWN_MAX) })
}

/** Characters of an origin that its refusal repeats. */
const ORIGIN_SHOWN_MAX = 200

function listsOrigin({ origins }: AccessKeyRecord, origin: string): boolean {
  return origins.includes(origin) || origins.includes('*')
}

/** The name of the user; the colon and the empty password after it may be missing. */
function basicUser(credentials: string): string {
  const text = Buffer.from(credentials, 'base64').toString('latin1')
  const [user = '', password = ''] = text.split(':', 2)
  return password === '' ? user : ''
}
