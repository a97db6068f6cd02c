import type { FairShares } from './fair-shares.ts'

/**
 * How many times its share a key may hold and wait with: enough for what comes in a burst while others
 * still hold what they were lent.
 */
const SHARES_ASKED_MAX = 3
/** Bytes that a key may hold and wait with in any case, so that small shares are not one request each. */
const BYTES_ASKED_MIN: number = 64 * 1024

/** A request that waits for room. */
export interface Waiting {
  readonly key: string
  readonly bytes: number
  /** Called once, when it has its room. */
  readonly enter: () => void
}

interface Line {
  readonly waiting: Waiting[]
  bytes: number
}

/**
 * Requests that found no room, a line for each key. Room that becomes free goes to the key that holds
 * least of those that wait, which makes the shares max-min fair (Bertsekas, Gallager 1992, section 6.5):
 * a key that asks for less than its share gets all of it, because its requests wait behind its own only,
 * and whoever asks for more fills their own line and is refused at its end. Shares of bytes in flight
 * become shares of the throughput, because all requests are under way for about the same time (Little's
 * law).
 */
export class FairQueue {
  readonly #shares: FairShares
  /** Keys with somebody in line. */
  readonly #lines: Map<string, Line> = new Map()
  #bytes = 0

  constructor(shares: FairShares) {
    this.#shares = shares
  }

  /** Bytes of all requests that wait. */
  get bytes(): number {
    return this.#bytes
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0
  }

  has(key: string): boolean {
    return this.#lines.has(key)
  }

  /**
   * Whether a request of this key may wait. Whoever is alone may not: there is nobody to be fair to.
   * @param limit bytes in flight of all keys
   */
  hasPlace(key: string, bytes: number, limit: number, now: number): boolean {
    const active = this.#shares.active(now)
    if (active === 1) return false
    const asked = this.#shares.bytesOf(key) + (this.#lines.get(key)?.bytes ?? 0) + bytes
    return asked <= Math.max(BYTES_ASKED_MIN, (limit / active) * SHARES_ASKED_MAX)
  }

  join(waiting: Waiting): void {
    const { key, bytes } = waiting
    const line = this.#lines.get(key) ?? { waiting: [], bytes: 0 }
    line.waiting.push(waiting)
    line.bytes += bytes
    this.#bytes += bytes
    this.#lines.set(key, line)
  }

  /** Takes a request out of its line, if it is still there. */
  leave(waiting: Waiting): void {
    const line = this.#lines.get(waiting.key)
    const place = line?.waiting.indexOf(waiting) ?? -1
    if (line === undefined || place < 0) return
    line.waiting.splice(place, 1)
    line.bytes -= waiting.bytes
    this.#bytes -= waiting.bytes
    if (line.waiting.length === 0) this.#lines.delete(waiting.key)
  }

  /** Lets in whom there is room for. Whoever waits holds something, so each release comes by here. */
  letIn(limit: number, now: number): void {
    for (let next = this.#next(limit, now); next !== null; next = this.#next(limit, now)) {
      this.leave(next)
      this.#shares.take(next.key, next.bytes, now)
      next.enter()
    }
  }

  /** Of the first in their lines the one of the key that holds least and for whom there is room. */
  #next(limit: number, now: number): Waiting | null {
    let best: Waiting | null = null
    let least = Number.POSITIVE_INFINITY
    for (const [key, { waiting }] of this.#lines) {
      const [first] = waiting
      const held = this.#shares.bytesOf(key)
      if (first === undefined || held >= least) continue
      if (this.#shares.room(key, first.bytes, limit, now) === 'none') continue
      best = first
      least = held
    }
    return best
  }
}
