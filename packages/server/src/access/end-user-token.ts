/**
 * End-user tokens: a page lets a person act for themselves, and the app's backend has vouched for who
 * they are. A token is a compact JWS whose claims are
 *
 *   sub  the person    aud  the app    iat, exp  seconds, at most 15 minutes apart    jti  its identifier
 *
 * The algorithm follows from the registered key alone; what the token says about it only has to agree.
 */

import {
  AdsumError,
  idSchema,
  type PublicJwk,
  TOKEN_MS_MAX,
  TOKEN_TOLERANCE_MS,
} from '@adsum/protocol'
import { type CryptoKey, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { JWTClaimValidationFailed, JWTExpired } from 'jose/errors'
import type { AccessKeyRecord } from './access-keys-api.ts'

/** Characters of a token: its claims are five short ones. */
export const TOKEN_LENGTH_MAX = 4_096

/** A token that holds. */
export interface EndUserToken {
  readonly key: AccessKeyRecord
  readonly subject: string
  readonly id: string
  /** Seconds since 1970 UTC. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/**
 * Checks a token against the keys that are registered now.
 * @param now milliseconds since 1970 UTC
 * @throws AdsumError `token_invalid`
 */
export async function verifyEndUserToken(
  text: string,
  keys: readonly AccessKeyRecord[],
  now: number,
): Promise<EndUserToken> {
  if (text.length > TOKEN_LENGTH_MAX) throw invalid('it is too long')
  if (!text.split('.').every(isCanonical)) throw invalid('it is no compact JWS')
  const { key, jwk } = signer(text, keys)
  const algorithm = jwk.kty === 'OKP' ? 'EdDSA' : 'ES256'
  const claims = await verified(text, await publicKey(jwk, algorithm), {
    algorithms: [algorithm],
    audience: key.app,
    currentDate: new Date(now),
    clockTolerance: TOKEN_TOLERANCE_MS / 1000,
    maxTokenAge: TOKEN_MS_MAX / 1000,
    requiredClaims: ['sub', 'aud', 'iat', 'exp', 'jti'],
  })
  const { sub, aud, jti, iat, exp } = claims
  if (typeof aud !== 'string') throw invalid('"aud" is more than one app')
  if (!idSchema.safeParse(sub).success || sub === undefined) throw invalid('"sub" is no person')
  if (!idSchema.safeParse(jti).success || jti === undefined) throw invalid('"jti" is no identifier')
  if (iat === undefined || exp === undefined || exp <= iat || exp - iat > TOKEN_MS_MAX / 1000) {
    throw invalid(`"exp" is not within ${TOKEN_MS_MAX / 60_000} minutes after "iat"`)
  }
  return { key, subject: sub, id: jti, issuedAt: iat, expiresAt: exp }
}

/** The registered key that the token says it is signed with, of the app that it says it is for. */
function signer(
  text: string,
  keys: readonly AccessKeyRecord[],
): { readonly key: AccessKeyRecord; readonly jwk: PublicJwk } {
  const { kid, aud } = claimed(text)
  for (const key of keys) {
    const { jwk } = key
    if (jwk !== null && key.kind === 'verify' && jwk.kid === kid && key.app === aud) {
      return { key, jwk }
    }
  }
  // One answer for a kid nobody has and for one of another app: it tells nothing about other apps.
  throw invalid('it names no key that is registered for the app it is for')
}

function claimed(text: string): { readonly kid: unknown; readonly aud: unknown } {
  try {
    return { kid: decodeProtectedHeader(text).kid, aud: decodeJwt(text).aud }
  } catch (cause) {
    throw invalid('it is no compact JWS', cause)
  }
}

/** Whether a part is the only text for its bytes: the last character of others has bits that say nothing. */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part
}

/** Imported keys, for as long as their records are in use. */
const imported = new WeakMap<PublicJwk, Promise<CryptoKey | Uint8Array>>()

function publicKey(jwk: PublicJwk, algorithm: string): Promise<CryptoKey | Uint8Array> {
  const known = imported.get(jwk)
  if (known !== undefined) return known
  const { kty, crv, x, y } = jwk
  const key = importJWK({ kty, crv, x, ...(y !== undefined && { y }) }, algorithm)
  imported.set(jwk, key)
  return key
}

async function verified(
  text: string,
  key: CryptoKey | Uint8Array,
  options: Parameters<typeof jwtVerify>[2],
) {
  try {
    return (await jwtVerify(text, key, options)).payload
  } catch (cause) {
    if (cause instanceof JWTExpired) throw invalid('it has expired', cause)
    if (cause instanceof JWTClaimValidationFailed) {
      throw invalid(`the claim "${cause.claim}" is missing or does not fit`, cause)
    }
    throw invalid('its signature does not hold', cause)
  }
}

function invalid(problem: string, cause?: unknown): AdsumError {
  return new AdsumError('token_invalid', { problem }, { cause })
}
