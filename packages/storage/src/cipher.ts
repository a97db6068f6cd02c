import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { StorageFault } from './fault.ts'
import type { RandomStream } from './random-stream.ts'

export const KEY_BYTES = 32
/** A random nonce of 96 bits is safe for 2^32 messages under one key (NIST SP 800-38D, section 8.3). */
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Bytes that sealing adds. */
export const SEAL_BYTES: number = NONCE_BYTES + TAG_BYTES

/**
 * Encrypts with AES-256-GCM: nonce, ciphertext, tag. `place` says what the bytes are and where they
 * stand; it is authenticated, so that a value moved to another row does not open.
 */
export function seal(
  key: KeyObject,
  place: string,
  plain: Uint8Array,
  random: RandomStream,
): Buffer {
  const nonce = random.bytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(place))
  const body = cipher.update(plain)
  cipher.final()
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

/**
 * Opens what {@link seal} made.
 * @param sealed undefined where a row that must be there is not; a damaged row may have no bytes
 * @throws StorageFault `data_corrupt` when a bit is not what it was
 */
export function unseal(key: KeyObject, place: string, sealed: Uint8Array | undefined): Buffer {
  if (!(sealed instanceof Uint8Array) || sealed.length < NONCE_BYTES + TAG_BYTES)
    throw new StorageFault('data_corrupt', { what: place })
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES))
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES))
  try {
    decipher.final()
  } catch (error) {
    throw new StorageFault('data_corrupt', { what: place }, error)
  }
  return plain
}

/** A key for {@link seal}: a key object, because taking bytes each time costs three times the sealing. */
export function sealingKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes)
}

/** A key for one use, derived from another (HKDF-SHA-256, RFC 5869). */
export function derivedKey(key: KeyObject, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `adsum ${use}`, KEY_BYTES))
}

/** HMAC-SHA-256 (RFC 2104). */
export function keyedHash(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/**
 * A keyed hash for index entries, seven times as fast here as `createHmac`: SHA-256 over the key and
 * the text. The key is written as 64 hexadecimal digits, exactly one block of SHA-256, so that it acts
 * as a secret initial state, and no two pairs of key and text run together. Such a prefix hash can be
 * extended by whoever sees a whole digest; nobody does, because callers keep only its first bytes.
 */
export function prefixHash(keyHex: string, text: string): Buffer {
  return hash('sha256', keyHex + text, 'buffer')
}
