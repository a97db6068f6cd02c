import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventIndex } from '../src/event-index.ts'
import { sipHash32 } from '../src/sip-hash.ts'

test('the index knows what a list of entries knows', () => {
  // Few tags, so that they collide; many entries, so that the table is rebuilt.
  const step = fc.record({
    remove: fc.boolean(),
    tag: fc.constantFrom(0, 1, 2, 0x9e3779b9, 0xffffffff),
    person: fc.integer({ min: 0, max: 4 }),
    times: fc.constantFrom(1, 2, 900),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const index = new EventIndex()
      let list: { tag: number; person: number }[] = []
      for (const { remove, tag, person, times } of steps) {
        for (let time = 0; time < times; time++) {
          if (remove) {
            index.remove(tag, person)
            const at = list.findIndex((one) => one.tag === tag && one.person === person)
            if (at >= 0) list = list.toSpliced(at, 1)
          } else {
            index.add(tag, person)
            list.push({ tag, person })
          }
        }
        const people = list.filter((one) => one.tag === tag).map((one) => one.person)
        expect(index.people(tag).toSorted()).toEqual([...new Set(people)].sort())
      }
      expect(index.size).toBe(list.length)
    }),
    { numRuns: 30, seed: 20_261_121 },
  )
})

test('entries of many tags are all found, before and after many are removed', () => {
  const index = new EventIndex()
  const tags = Array.from({ length: 20_000 }, (_, at) => Math.imul(at, 2_654_435_761) >>> 0)
  for (const [person, tag] of tags.entries()) index.add(tag, person)
  for (const [person, tag] of tags.entries()) if (person % 3 === 0) index.remove(tag, person)
  const found = tags.filter((tag, person) => index.people(tag).includes(person))
  expect(found).toEqual(tags.filter((_, person) => person % 3 !== 0))
  expect(index.size).toBe(found.length)
})

test('SipHash agrees with OpenSSL', () => {
  // openssl mac -macopt hexkey:000102..0f -macopt c-rounds:1 -macopt d-rounds:3 -macopt size:8 SIPHASH
  // over the text in UTF-16LE; the first four bytes of its answer as a little-endian number.
  const key = Uint32Array.of(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c)
  const vectors = {
    '': 'DCC40F05',
    adsum: '25154B34',
    '"0192f0c1"': '88B03494',
    żółć: '35F53F38',
  }
  for (const [text, hex] of Object.entries(vectors)) {
    expect(sipHash32(key, text), text).toBe(Buffer.from(hex, 'hex').readUInt32LE())
  }
})
