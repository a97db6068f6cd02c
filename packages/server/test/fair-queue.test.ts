import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Admission, AdmissionRefusal, type Ticket } from '../src/admission/admission.ts'

const MODEST = ['a', 'b', 'c'] as const
const KEYS = MODEST.length + 1
/** Milliseconds in which the one that floods is alone, and the limit becomes what the server can do. */
const ALONE_MS = 2_000
/** Milliseconds in which the others are there. */
const MS = 1_500

/** A server that works off what was let in, in the order of coming, at a fixed number of bytes a millisecond. */
class Server {
  readonly bytesPerMs: number
  readonly refused = new Set<string>()
  readonly admission: Admission
  readonly #working: { readonly ticket: Ticket; left: number }[] = []
  now = 0
  served = 0
  bytesMost = 0
  limitMost = 0

  constructor(bytesPerMs: number) {
    this.bytesPerMs = bytesPerMs
    const strain = () => ({ syncMs: this.admission.bytesInFlight / bytesPerMs, loopDelayMs: 0 })
    this.admission = new Admission(strain, () => this.now)
  }

  /** What happened so far no longer counts. */
  forget(): void {
    this.refused.clear()
    this.served = 0
    this.bytesMost = this.admission.bytesInFlight
    this.limitMost = this.admission.bytesInFlightMax
  }

  ask(key: string, bytes: number): void {
    try {
      const ticket = this.admission.admit({ key, isPublic: false, bytes })
      ticket.whenIn(() => this.#working.push({ ticket, left: bytes }))
    } catch (refusal) {
      if (!(refusal instanceof AdmissionRefusal)) throw refusal
      this.refused.add(key)
    }
    this.limitMost = Math.max(this.limitMost, this.admission.bytesInFlightMax)
    this.bytesMost = Math.max(this.bytesMost, this.admission.bytesInFlight)
  }

  /** Works for a millisecond. */
  work(): void {
    this.now++
    for (let left = this.bytesPerMs; left > 0; ) {
      const [first] = this.#working
      if (first === undefined) return
      const done = Math.min(left, first.left)
      left -= done
      first.left -= done
      this.served += done
      if (first.left > 0) continue
      this.#working.shift()
      first.ticket.release()
    }
  }
}

describe('keys beside one that floods', () => {
  const scene = fc.record({
    /** From where the smallest limit is 80 ms of work to ten times that. */
    bytesPerMs: fc.integer({ min: 4_000, max: 40_000 }),
    /** Requests that come at once. */
    burst: fc.integer({ min: 1, max: 6 }),
    bytes: fc.integer({ min: 200, max: 16_000 }),
    /** What each of the modest asks of its fair part of the throughput. */
    load: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    floodBytes: fc.integer({ min: 1_000, max: 40_000 }),
    floodPerMs: fc.integer({ min: 1, max: 10 }),
  })

  test('are never refused while they ask for less than their part, also in bursts', () => {
    fc.assert(
      fc.property(scene, ({ bytesPerMs, burst, bytes, load, floodBytes, floodPerMs }) => {
        const server = new Server(bytesPerMs)
        const flood = () => {
          for (let time = 0; time < floodPerMs; time++) server.ask('flood', floodBytes)
        }
        for (let ms = 0; ms < ALONE_MS; ms++) {
          flood()
          server.work()
        }
        server.forget()
        const everyMs = (bytes * burst) / (load * (bytesPerMs / KEYS))
        const dueBefore = (ms: number) => Math.floor(ms / everyMs)
        for (let ms = 0; ms < MS; ms++) {
          flood()
          for (const key of MODEST) {
            const bursts = dueBefore(ms + 1) - dueBefore(ms)
            for (let time = 0; time < bursts * burst; time++) server.ask(key, bytes)
          }
          server.work()
        }
        expect(MODEST.filter((key) => server.refused.has(key))).toEqual([])
        // What is lent is at most nine tenths, and on top of it the others have their shares.
        const most = server.limitMost * (0.9 + MODEST.length / KEYS) + Math.max(bytes, floodBytes)
        expect(server.bytesMost).toBeLessThanOrEqual(most)
        // Nothing of what could be worked is left undone for the sake of fairness.
        const asked = MS * Math.min(bytesPerMs, floodBytes * floodPerMs)
        expect(server.served).toBeGreaterThanOrEqual(0.95 * asked)
      }),
      { numRuns: 25 },
    )
  })
})
