import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32c } from '../src/crc32c.ts'

test('CRC-32C gives the known answers of RFC 3720, appendix B.4', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, at) => at)
  const answers: readonly (readonly [Uint8Array, number])[] = [
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [ascending, 0x46dd794e],
    [ascending.toReversed(), 0x113fdb5c],
    [Buffer.from('123456789'), 0xe3069283],
    [new Uint8Array(0), 0],
  ]
  for (const [bytes, crc] of answers) expect(crc32c(bytes)).toBe(crc)
})

test('eight bytes at a time comes to what one bit at a time comes to, from and to any place', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(20), fc.nat(20), (bytes, from, less) => {
      const to = Math.max(from, bytes.length - less)
      expect(crc32c(bytes, from, Math.min(to, bytes.length))).toBe(bitByBit(bytes.slice(from, to)))
    }),
    { numRuns: 300, seed: 20_261_121 },
  )
})

test('a changed bit changes the checksum', () => {
  const bytes = Buffer.from('"0192f0c1","watched","m-1",4.5,1763985600000,1,1763985600000,true]')
  const crc = crc32c(bytes)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Uint8Array.from(bytes)
    changed[bit >>> 3] = (changed[bit >>> 3] as number) ^ (1 << (bit & 7))
    expect(crc32c(changed)).not.toBe(crc)
  }
})

/** The definition: the remainder of a division of polynomials over one bit, bits reversed. */
function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}
