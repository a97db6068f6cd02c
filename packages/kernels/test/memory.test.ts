import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choleskyF32, closeKernels, openKernels } from '../src/index.ts'

/** Allocate so many bytes, or free the allocation at this place. */
type Step = { readonly bytes: number } | { readonly free: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ bytes: fc.oneof(fc.nat(300), fc.nat(2_000_000)) }),
  fc.record({ free: fc.nat(30) }),
)

describe('kernel memory', () => {
  it('hands out zeroed, aligned arrays that never overlap, and takes them back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const k = await openKernels({ memoryMbMax: 128 })
        const live: Uint8Array[] = []
        for (const [mark, one] of steps.entries()) {
          if ('free' in one) {
            const [array] = live.splice(one.free % Math.max(1, live.length), 1)
            if (array !== undefined) k.free(array)
            continue
          }
          const array = k.uint8(one.bytes)
          expect(array.byteOffset % 64).toBe(0)
          expect(array.some((byte) => byte !== 0)).toBe(false)
          array.fill((mark % 255) + 1)
          live.push(array)
        }
        for (const array of live) expect(new Set(array).size).toBeLessThan(2)
        const ranges = live.map((array) => [array.byteOffset, array.byteLength] as const)
        ranges.sort(([a], [b]) => a - b)
        for (const [at, [start]] of ranges.entries()) {
          const [before, length] = ranges[at - 1] ?? [0, 0]
          expect(before + length).toBeLessThanOrEqual(start)
        }
        await closeKernels(k)
      }),
      { numRuns: 25 },
    )
  })

  it('uses freed memory again instead of growing', async () => {
    const k = await openKernels()
    k.free(k.uint8(50_000_000))
    const size = k.memory.buffer.byteLength
    for (let time = 0; time < 20; time++) {
      const halves = [k.uint8(20_000_000), k.uint8(20_000_000)]
      for (const half of halves) k.free(half)
    }
    expect(k.memory.buffer.byteLength).toBe(size)
    await closeKernels(k)
  })

  it('ends at its limit with an error, and goes on', async () => {
    const k = await openKernels({ memoryMbMax: 8 })
    expect(() => k.float64(1_000_000)).toThrow(RangeError)
    expect(k.float64(100).length).toBe(100)
    await closeKernels(k)
  })

  it('frees an array once, and only its own', async () => {
    const k = await openKernels()
    const array = k.int32(10)
    expect(() => k.free(new Int32Array(10))).toThrow(TypeError)
    expect(() => k.free(array.subarray(1))).toThrow(RangeError)
    k.free(array)
    expect(() => k.free(array)).toThrow(RangeError)
    await closeKernels(k)
  })
})

describe('helper threads', () => {
  it('leave the calling thread free to answer', async () => {
    const k = await openKernels({ threads: 1 })
    const n = 1500
    const a = k.float32(n * n)
    for (let i = 0; i < n; i++) a[i * n + i] = 1
    let answered = 0
    const timer = setInterval(() => {
      answered += 1
    }, 1)
    await choleskyF32(k, a, n)
    clearInterval(timer)
    expect(answered).toBeGreaterThan(5)
    await closeKernels(k)
  })

  it('reject what is under way or asked for when they are closed', async () => {
    const k = await openKernels({ threads: 2 })
    const n = 2000
    const a = k.float32(n * n)
    for (let i = 0; i < n; i++) a[i * n + i] = 1
    const underWay = choleskyF32(k, a, n)
    const waiting = choleskyF32(k, a, n)
    const outcomes = Promise.allSettled([underWay, waiting])
    await new Promise((resolve) => setTimeout(resolve, 5))
    await closeKernels(k)
    for (const outcome of await outcomes) expect(outcome.status).toBe('rejected')
    await expect(choleskyF32(k, a, n)).rejects.toThrow('closed')
  })

  it('are counted, within limits', async () => {
    await expect(openKernels({ threads: -1 })).rejects.toThrow(RangeError)
    await expect(openKernels({ threads: 1000 })).rejects.toThrow(RangeError)
    const k = await openKernels({ threads: 3 })
    expect(k.threads).toBe(3)
    await closeKernels(k)
  })
})
