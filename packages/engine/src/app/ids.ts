import type { Entropy } from '../ports.ts'

/** Bytes of an identifier: 128 bits cannot be guessed and do not meet. */
const ID_BYTES = 16

/** Crockford's base 32 in lower case: no letters that are taken for one another. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** An identifier such as `d_3q5k…`: the kind, then 26 characters. */
export function newId(kind: 'd' | 'r' | 'f' | 'j', entropy: Entropy): string {
  let text = `${kind}_`
  let bits = 0
  let value = 0
  for (const byte of entropy.bytes(ID_BYTES)) {
    value = (value << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(value >>> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text
}

/** Bytes drawn at once: a draw of few costs as much as one of many. */
const POOL_BYTES = 4096

/** Hands out the bytes of a source of entropy in small pieces, each only once. */
export function pooled(source: Entropy): Entropy {
  let pool = new Uint8Array(0)
  let used = 0
  return {
    bytes: (length) => {
      if (length > POOL_BYTES) return source.bytes(length)
      if (used + length > pool.length) {
        pool = new Uint8Array(source.bytes(POOL_BYTES))
        used = 0
      }
      const piece = pool.slice(used, used + length)
      pool.fill(0, used, used + length)
      used += length
      return piece
    },
  }
}
