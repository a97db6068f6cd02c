import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createUuidV7 } from '../src/uuid-v7.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test("the RFC's own example comes out", () => {
  // RFC 9562, appendix A.6. Its counter, 0xCC3, has the high bit set, which a start of ours never has.
  const bytes = new Uint8Array(16)
  bytes.set([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f], 6)
  const newId = createUuidV7({ now: () => 0x017f22e279b0, randomBytes: () => bytes })
  expect(newId()).toBe('017f22e2-79b0-74c3-98c4-dc0c0c07398f')
})

test('identifiers ascend whatever the clock does, carry its time, and have the right shape', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { minLength: 1, maxLength: 50 }),
      fc.infiniteStream(fc.uint8Array({ minLength: 16, maxLength: 16 })),
      (clock, chance) => {
        let at = 0
        const newId = createUuidV7({
          now: () => clock[at++] ?? 0,
          randomBytes: () => chance.next().value ?? new Uint8Array(16),
        })
        const ids = clock.map(() => newId())
        for (const id of ids) expect(id).toMatch(UUID_V7)
        expect([...ids].sort()).toEqual(ids)
        expect(new Set(ids).size).toBe(ids.length)
        const times = ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16))
        expect(times[0]).toBe(clock[0])
        expect(times.at(-1)).toBe(Math.max(...clock))
      },
    ),
  )
})

test('a burst within one millisecond stays in order, and runs ahead where the count is used up', () => {
  const newId = createUuidV7({ now: () => 1_000, randomBytes: (n) => new Uint8Array(n).fill(255) })
  const ids = Array.from({ length: 10_000 }, newId)
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Number.parseInt(ids.at(-1)?.replace('-', '').slice(0, 12) ?? '', 16)).toBeLessThan(1_010)
})
