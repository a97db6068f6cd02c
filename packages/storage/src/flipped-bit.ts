import { crc32 } from 'node:zlib'
import type { PageSum } from './page-sums.ts'

const BITS = 8
/** Bytes that {@link PageSum.swapped} takes backwards. */
const WORD_BYTES = 8
/** What one byte leaves in the register of CRC-32: the usual table. */
const TABLE: Uint32Array = Uint32Array.from(
  { length: 256 },
  (_, value) => crc32(Uint8Array.of(value)) ^ crc32(Uint8Array.of(0)),
)

/** A bit of a page. */
export interface Bit {
  readonly byte: number
  readonly bit: number
}

/**
 * The single bit by which a page differs from the one that was summed, or null when it is not one bit.
 * CRC is linear: the difference of two sums is that of the changed bits alone, and each bit of a page
 * leaves another one. Both sums must name the same bit: other damage is taken for a flipped bit with a
 * probability of 2^-49.
 *
 * @param found the sums of the page as it is
 * @param right the sums of the page as it was
 * @param length of the page, bytes; a multiple of eight
 */
export function flippedBit(found: PageSum, right: PageSum, length: number): Bit | null {
  const plain = bitWith((found.plain ^ right.plain) >>> 0, length)
  const swapped = bitWith((found.swapped ^ right.swapped) >>> 0, length)
  if (plain === null || swapped === null) return null
  const word = plain.byte - (plain.byte % WORD_BYTES)
  const backwards = word + WORD_BYTES - 1 - (plain.byte % WORD_BYTES)
  return swapped.byte === backwards && swapped.bit === plain.bit ? plain : null
}

/** The bit of `length` bytes that alone leaves this difference of CRC-32. */
function bitWith(difference: number, length: number): Bit | null {
  for (let bit = 0; bit < BITS; bit++) {
    let left = TABLE[1 << bit] as number
    for (let byte = length - 1; byte >= 0; byte--) {
      if (left === difference) return { byte, bit }
      // One more byte after it.
      left = ((left >>> 8) ^ (TABLE[left & 0xff] as number)) >>> 0
    }
  }
  return null
}
