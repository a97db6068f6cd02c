/** A signer of end-user tokens that is no library: it also signs what none would. */

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { PublicJwk } from '@adsum/protocol'

export type Claims = Readonly<Record<string, unknown>>

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A compact JWS whose signature is whatever `signature` makes of the first two parts. */
export function token(header: Claims, claims: Claims, signature: (text: string) => Buffer): string {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${signature(text).toString('base64url')}`
}

export interface Signer {
  readonly jwk: PublicJwk
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  /** Signs as it should be; `header` overrides. */
  sign(claims: Claims, header?: Claims): string
}

export function ed25519(kid: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return {
    jwk: { kty: 'OKP', crv: 'Ed25519', x: String(x), kid },
    publicKey,
    privateKey,
    sign: (claims, header = {}) =>
      token({ alg: 'EdDSA', kid, ...header }, claims, (text) =>
        sign(null, Buffer.from(text), privateKey),
      ),
  }
}

export function es256(kid: string): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return {
    jwk: { kty: 'EC', crv: 'P-256', x: String(x), y: String(y), kid },
    publicKey,
    privateKey,
    sign: (claims, header = {}) =>
      token({ alg: 'ES256', kid, ...header }, claims, (text) =>
        sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
  }
}

export function hmac(secret: string | Buffer): (text: string) => Buffer {
  return (text) => createHmac('sha256', secret).update(text).digest()
}
