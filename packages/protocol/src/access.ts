/**
 * Who may ask what. Keys are texts with a fixed beginning, so that scanners of repositories and logs
 * find one that was left lying about:
 *
 *   adsum_wk_<id>_<secret>    write key: public, it only records events
 *   adsum_sk_<id>_<secret>    secret key: for servers, with the scopes that it was made with
 *
 * `id` finds the record; `secret` is 256 random bits. Only a keyed hash of the secret is kept.
 */

/** What a key may be allowed to do. */
export const SCOPES = ['record', 'catalogue', 'decide', 'people', 'operate'] as const
export type Scope = (typeof SCOPES)[number]

/** What the access key is: a write key, a secret key, or the public key that proves end-user tokens. */
export const ACCESS_KEY_KINDS = ['write', 'secret', 'verify'] as const
export type AccessKeyKind = (typeof ACCESS_KEY_KINDS)[number]

/** Stands for every app in a key that is bound to none. */
export const EVERY_APP = '*'

/** Scopes that a write key has. */
export const WRITE_KEY_SCOPES: readonly Scope[] = ['record']
/** Scopes that end-user tokens have, each for the person who is the token's subject only. */
export const END_USER_SCOPES: readonly Scope[] = ['record', 'decide', 'people']

/** The scopes that a key of a kind has; only those of secret keys are chosen, and are all unless they are. */
export function keyScopes(
  kind: AccessKeyKind,
  chosen: readonly Scope[] = SCOPES,
): readonly Scope[] {
  const scopes = { write: WRITE_KEY_SCOPES, secret: chosen, verify: END_USER_SCOPES }[kind]
  return [...new Set(scopes)]
}

/** Milliseconds between the signing of an end-user token and its end, at most. */
export const TOKEN_MS_MAX = 15 * 60_000
/** Milliseconds that the clocks of a signer and of the server may differ. */
export const TOKEN_TOLERANCE_MS = 60_000
/** Milliseconds since its signing within which an end-user token may erase. */
export const TOKEN_ERASE_MS_MAX = 5 * 60_000

const PREFIXES = { write: 'adsum_wk_', secret: 'adsum_sk_' } as const
const KEY_TEXT = /^adsum_(wk|sk)_([a-z0-9]{16})_([A-Za-z0-9_-]{43})$/

/** A key text taken apart. */
export interface KeyText {
  readonly kind: 'write' | 'secret'
  readonly id: string
  /** 256 bits in base64url. */
  readonly secret: string
}

/** The text of a key; shown once, when it is made. */
export function formatKeyText({ kind, id, secret }: KeyText): string {
  return `${PREFIXES[kind]}${id}_${secret}`
}

/** `null` where the text is no key. */
export function parseKeyText(text: string): KeyText | null {
  const [, kind, id, secret] = KEY_TEXT.exec(text) ?? []
  if (id === undefined || secret === undefined) return null
  return { kind: kind === 'wk' ? 'write' : 'secret', id, secret }
}
