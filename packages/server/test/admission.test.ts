import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  Admission,
  AdmissionRefusal,
  SYNC_MS_MAX,
  WRITE_KEY_BYTES_PER_SECOND,
  WRITE_KEY_REQUESTS_PER_SECOND,
} from '../src/admission/admission.ts'
import { BYTES_IN_FLIGHT_MAX, ByteLimit } from '../src/admission/byte-limit.ts'
import { FairShares } from '../src/admission/fair-shares.ts'
import { TokenBucket } from '../src/admission/token-bucket.ts'

describe('a bucket of tokens', () => {
  test('gives a burst at once, then its rate', () => {
    const bucket = new TokenBucket(10, 20, 0)
    for (let taken = 0; taken < 20; taken++) {
      expect(bucket.wait(1, 0)).toBe(0)
      bucket.take(1, 0)
    }
    expect(bucket.wait(1, 0)).toBeCloseTo(0.1)
    expect(bucket.wait(1, 100)).toBe(0)
  })

  test('never gives more than a burst and the rate times the time, whenever it is asked', () => {
    const asks = fc.array(
      fc.record({ after: fc.nat(500), amount: fc.integer({ min: 1, max: 30 }) }),
    )
    fc.assert(
      fc.property(asks, (all) => {
        const bucket = new TokenBucket(10, 20, 0)
        let now = 0
        let given = 0
        for (const { after, amount } of all) {
          now += after
          if (bucket.wait(amount, now) > 0) continue
          bucket.take(amount, now)
          given += amount
          // A request larger than a burst may overdraw the bucket by itself, once.
          expect(given).toBeLessThanOrEqual(20 + (10 * now) / 1000 + Math.max(0, amount - 20))
        }
      }),
    )
  })

  test('what it says to wait is enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(60), (amount, taken) => {
        const bucket = new TokenBucket(10, 20, 0)
        bucket.take(taken, 0)
        const seconds = bucket.wait(amount, 0)
        expect(bucket.wait(amount, Math.ceil(seconds * 1000) + 1)).toBe(0)
      }),
    )
  })

  test('a clock that stands still or goes back gives nothing', () => {
    const bucket = new TokenBucket(10, 20, 1000)
    bucket.take(20, 1000)
    expect(bucket.wait(1, 500)).toBeGreaterThan(0)
    expect(bucket.wait(1, 1000)).toBeGreaterThan(0)
  })
})

describe('fair shares', () => {
  const LIMIT = 1_000

  test('one key alone has everything, and one request always fits', () => {
    const shares = new FairShares()
    expect(shares.room('a', 5_000, LIMIT, 0)).toBe('own')
    shares.take('a', 900, 0)
    expect(shares.room('a', 100, LIMIT, 0)).toBe('own')
    expect(shares.room('a', 101, LIMIT, 0)).toBe('none')
  })

  test('whoever is within their share finds room, however much another one asks for', () => {
    const size = fc.integer({ min: 1, max: 100 })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'flood'), size)), (asks) => {
        const shares = new FairShares()
        // All three are known, so each is sure of a third.
        for (const key of ['a', 'b', 'flood']) shares.take(key, 0, 0)
        for (const [key, bytes] of asks) {
          const inShare = shares.bytesOf(key) + bytes <= LIMIT / 3
          const room = shares.room(key, bytes, LIMIT, 0)
          if (inShare) expect(room).toBe('own')
          if (room === 'none') continue
          shares.take(key, bytes, 0)
          // What was lent comes on top of the shares of the others until it is given back.
          expect(shares.bytes).toBeLessThanOrEqual(LIMIT * (0.9 + 2 / 3) + 100)
        }
      }),
    )
  })

  test('a key that has gone quiet no longer takes part', () => {
    const shares = new FairShares()
    shares.take('quiet', 10, 0)
    shares.take('busy', 800, 0)
    expect(shares.room('busy', 200, LIMIT, 10)).toBe('none')
    shares.give('quiet', 10)
    expect(shares.room('busy', 200, LIMIT, 2_000)).toBe('own')
  })

  test('what is given back is there again', () => {
    const shares = new FairShares()
    shares.take('a', 1_000, 0)
    shares.give('a', 1_000)
    expect(shares.bytes).toBe(0)
    expect(() => shares.give('nobody', 1)).toThrow('never took')
  })
})

describe('the limit of bytes in flight', () => {
  const max = { syncMsMax: 40, loopDelayMsMax: 60 }

  test('falls while writes take too long, and rises again while it is used', () => {
    const limit = new ByteLimit(max)
    const start = limit.bytes
    let now = 0
    for (let step = 0; step < 20; step++) {
      now += 50
      limit.adjust(() => ({ syncMs: 100, loopDelayMs: 0 }), limit.bytes, now)
    }
    const low = limit.bytes
    expect(low).toBeLessThan(start / 10)
    for (let step = 0; step < 20; step++) {
      now += 50
      limit.adjust(() => ({ syncMs: 5, loopDelayMs: 0 }), limit.bytes, now)
    }
    expect(limit.bytes).toBeGreaterThan(low)
  })

  test('stays within its bounds, and does not rise while nobody uses it', () => {
    const strain = fc.record({
      syncMs: fc.double({ min: 0, max: 200, noNaN: true }),
      loopDelayMs: fc.nat(200),
    })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(strain, fc.double({ min: 0, max: 1, noNaN: true }))),
        (steps) => {
          const limit = new ByteLimit(max)
          for (const [at, [now, share]] of steps.entries()) {
            const before = limit.bytes
            limit.adjust(() => now, before * share, at * 50)
            expect(limit.bytes).toBeGreaterThan(0)
            expect(limit.bytes).toBeLessThanOrEqual(BYTES_IN_FLIGHT_MAX)
            if (share < 0.5) expect(limit.bytes).toBeLessThanOrEqual(before)
          }
        },
      ),
    )
  })
})

/** An admission with a clock and a strain in the hands of the test. */
function admissionAt() {
  const state = { now: 0, syncMs: 0 }
  const admission = new Admission(
    () => ({ syncMs: state.syncMs, loopDelayMs: 0 }),
    () => state.now,
  )
  return { state, admission }
}

function refusalOf(work: () => unknown): AdmissionRefusal {
  try {
    work()
  } catch (error) {
    if (error instanceof AdmissionRefusal) return error
    throw error
  }
  throw new Error('it was let in')
}

describe('admission', () => {
  const one = { key: 'wk', isPublic: true, bytes: 100 }

  test('a public key has its requests a second and is told when to come again', () => {
    const { admission, state } = admissionAt()
    let admitted = 0
    for (;;) {
      try {
        admission.admit(one).release()
        admitted++
      } catch (refusal) {
        expect(refusal).toMatchObject({ code: 'rate_limited', reason: 'requests' })
        expect(refusal).toMatchObject({ status: 429, retryAfterSeconds: 1 })
        break
      }
    }
    expect(admitted).toBe(2 * WRITE_KEY_REQUESTS_PER_SECOND)
    expect(() => admission.admit({ ...one, isPublic: false, key: 'sk' }).release()).not.toThrow()
    state.now += 1_000
    admission.admit(one).release()
  })

  test('a public key has its bytes a second', () => {
    const { admission } = admissionAt()
    const large = { ...one, bytes: 4 * 1024 * 1024 }
    const times = (2 * WRITE_KEY_BYTES_PER_SECOND) / large.bytes
    for (let time = 0; time < times; time++) admission.admit(large).release()
    expect(refusalOf(() => admission.admit(large)).reason).toBe('bytes')
  })

  test('a body in chunks is counted as it comes, and is stopped when there is no room', () => {
    const { admission } = admissionAt()
    const limit = admission.bytesInFlightMax
    const other = admission.admit({ key: 'sk', isPublic: false, bytes: limit / 2 })
    const chunked = admission.admit({ key: 'sk', isPublic: false, bytes: undefined })
    chunked.grow(limit / 4)
    expect(admission.bytesInFlight).toBe(limit / 2 + limit / 4)
    expect(refusalOf(() => chunked.grow(limit)).code).toBe('overloaded')
    chunked.release()
    other.release()
    expect(admission.bytesInFlight).toBe(0)
  })

  test('when writes take too long fewer come in, and all again when it is over', () => {
    const { admission, state } = admissionAt()
    const flood = () => {
      const tickets = []
      let refused = 0
      for (let ask = 0; ask < 500; ask++) {
        try {
          tickets.push(admission.admit({ key: 'sk', isPublic: false, bytes: 15_000 }))
        } catch (refusal) {
          expect(refusal).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
          refused++
        }
      }
      for (const ticket of tickets) ticket.release()
      return refused
    }
    const calm = flood()
    state.syncMs = 4 * SYNC_MS_MAX
    for (let step = 0; step < 40; step++) {
      state.now += 50
      flood()
    }
    expect(flood()).toBeGreaterThan(calm)
    state.syncMs = 1
    for (let step = 0; step < 100; step++) {
      state.now += 50
      const tickets = Array.from({ length: 3 }, () =>
        admission.admit({ key: 'sk', isPublic: false, bytes: 20_000 }),
      )
      for (const ticket of tickets) ticket.release()
    }
    expect(admission.bytesInFlight).toBe(0)
  })
})
