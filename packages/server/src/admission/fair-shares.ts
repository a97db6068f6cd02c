/** Milliseconds after its last request that a key still counts as one of those who share. */
const ACTIVE_MS = 1_000
/** Share of the limit up to which keys may use what others leave. */
const LENT_MAX = 0.9

interface Holder {
  bytes: number
  askedAt: number
}

/** Whose room a request would take: its key's own, what others leave, or nobody's, as there is none. */
export type Room = 'own' | 'lent' | 'none'

/**
 * Bytes in flight, shared by keys. Each of the n active keys is sure of an n-th of the limit; what some
 * do not use is lent to others, up to nine tenths of the limit, so that a key within its share always
 * finds room. One key alone has it all.
 */
export class FairShares {
  readonly #holders: Map<string, Holder> = new Map()
  #bytes = 0

  /** Bytes in flight of all keys. */
  get bytes(): number {
    return this.#bytes
  }

  /** Bytes in flight of one key. */
  bytesOf(key: string): number {
    return this.#holders.get(key)?.bytes ?? 0
  }

  /** Keys that asked lately or have something in flight; lets go of the others. */
  active(now: number): number {
    for (const [key, { bytes, askedAt }] of this.#holders) {
      if (askedAt + ACTIVE_MS >= now) break
      if (bytes === 0) this.#holders.delete(key)
    }
    return this.#holders.size
  }

  /** Whether there is room for a request of this key under the limit; whoever holds nothing has some. */
  room(key: string, bytes: number, limit: number, now: number): Room {
    const holder = this.#holder(key, now)
    const active = this.active(now)
    if (holder.bytes === 0 || holder.bytes + bytes <= limit / active) return 'own'
    return this.#bytes + bytes <= limit * LENT_MAX ? 'lent' : 'none'
  }

  take(key: string, bytes: number, now: number): void {
    this.#holder(key, now).bytes += bytes
    this.#bytes += bytes
  }

  give(key: string, bytes: number): void {
    const holder = this.#holders.get(key)
    if (holder === undefined) throw new Error('a key gives back what it never took')
    holder.bytes -= bytes
    this.#bytes -= bytes
  }

  #holder(key: string, now: number): Holder {
    let holder = this.#holders.get(key)
    if (holder === undefined) {
      holder = { bytes: 0, askedAt: now }
      this.#holders.set(key, holder)
    }
    // The order of the map is the order of asking, so that the idle are found at its beginning.
    this.#holders.delete(key)
    this.#holders.set(key, holder)
    holder.askedAt = now
    return holder
  }
}
