import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from '../src/database.ts'
import { flippedBit } from '../src/flipped-bit.ts'
import { sumOf } from '../src/page-sums.ts'

const pages = fc.uint8Array({ minLength: PAGE_BYTES, maxLength: PAGE_BYTES })
const bits = fc.record({
  byte: fc.integer({ min: 0, max: PAGE_BYTES - 1 }),
  bit: fc.integer({ min: 0, max: 7 }),
})

function changed(page: Uint8Array, ...flips: readonly { byte: number; bit: number }[]): Buffer {
  const copy = Buffer.from(page)
  for (const { byte, bit } of flips) copy[byte] = (copy[byte] as number) ^ (1 << bit)
  return copy
}

describe('the bit that changed in a page', () => {
  test('is found from the sums, whichever it is', () => {
    fc.assert(
      fc.property(pages, bits, (page, bit) => {
        const found = flippedBit(sumOf(changed(page, bit)), sumOf(changed(page)), PAGE_BYTES)
        expect(found).toEqual(bit)
      }),
    )
  })

  test('is not made up where nothing, two bits or many bytes changed', () => {
    fc.assert(
      fc.property(pages, bits, bits, fc.uint8Array({ minLength: 2, maxLength: 64 }), (...drawn) => {
        const [page, one, other, bytes] = drawn
        fc.pre(one.byte !== other.byte || one.bit !== other.bit)
        const right = sumOf(changed(page))
        expect(flippedBit(right, right, PAGE_BYTES)).toBeNull()
        expect(flippedBit(sumOf(changed(page, one, other)), right, PAGE_BYTES)).toBeNull()
        const torn = Buffer.from(page)
        torn.set(bytes, Math.min(one.byte, PAGE_BYTES - bytes.length))
        const flips = torn.filter((byte, at) => byte !== page[at]).length
        fc.pre(flips > 1)
        expect(flippedBit(sumOf(torn), right, PAGE_BYTES)).toBeNull()
      }),
    )
  })
})
