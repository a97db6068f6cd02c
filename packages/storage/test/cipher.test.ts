import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derivedKey, keyedHash, prefixHash, seal, sealingKey, unseal } from '../src/cipher.ts'
import { RandomStream } from '../src/random-stream.ts'

const RUNS = { numRuns: 60, seed: 20_261_121 } as const
const bytes = fc.uint8Array({ maxLength: 300 })
const keyBytes = fc.uint8Array({ minLength: 32, maxLength: 32 })

test('what was sealed opens with the same key at the same place, and nowhere else', () => {
  fc.assert(
    fc.property(keyBytes, fc.string(), bytes, fc.nat(), fc.nat(7), (raw, place, plain, at, bit) => {
      const key = sealingKey(raw)
      const sealed = seal(key, place, plain, new RandomStream(new Uint8Array(32)))
      expect([...unseal(key, place, sealed)]).toEqual([...plain])
      const corrupt = expect.objectContaining({ code: 'data_corrupt' })
      const other = sealingKey(Uint8Array.from(raw, (byte) => byte ^ 1))
      expect(() => unseal(other, place, sealed)).toThrow(corrupt)
      expect(() => unseal(key, `${place}!`, sealed)).toThrow(corrupt)
      const changed = Uint8Array.from(sealed)
      changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ (1 << bit)
      expect(() => unseal(key, place, changed)).toThrow(corrupt)
      expect(() => unseal(key, place, sealed.subarray(0, at % sealed.length))).toThrow(corrupt)
    }),
    RUNS,
  )
})

test('the same text sealed twice looks different', () => {
  const random = new RandomStream(new Uint8Array(32))
  const key = sealingKey(new Uint8Array(32))
  const sealed = Array.from({ length: 50 }, () =>
    seal(key, 'place', Buffer.from('text'), random).toString('hex'),
  )
  expect(new Set(sealed.map((hex) => hex.slice(0, 24))).size).toBe(50)
})

test('random bytes are a function of the seed and never come twice', () => {
  const seed = Uint8Array.from({ length: 32 }, (_, at) => at)
  const one = new RandomStream(seed)
  const other = new RandomStream(seed)
  // More than two pools of 64 KiB.
  const drawn = Array.from({ length: 10_000 }, () => one.bytes(16).toString('hex'))
  expect(Array.from({ length: 10_000 }, () => other.bytes(16).toString('hex'))).toEqual(drawn)
  expect(new Set(drawn).size).toBe(drawn.length)
  expect(() => new RandomStream(seed.subarray(1))).toThrow('32 bytes')
})

test('keys for different uses differ, and hashes depend on their key', () => {
  const key = sealingKey(new Uint8Array(32))
  expect(derivedKey(key, 'items')).toEqual(derivedKey(key, 'items'))
  expect(derivedKey(key, 'items')).not.toEqual(derivedKey(key, 'people'))
  const first = derivedKey(key, 'first')
  const second = derivedKey(key, 'second')
  expect(keyedHash(first, 'ana')).toEqual(createHmac('sha256', first).update('ana').digest())
  const [a, b] = [first, second].map((one) => prefixHash(one.toString('hex'), 'ana'))
  expect(a).not.toEqual(b)
  expect(prefixHash(first.toString('hex'), 'ben')).not.toEqual(a)
})
