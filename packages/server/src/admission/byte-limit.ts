/** Bytes in flight at first, and the bounds between which the limit moves. */
const BYTES_START = 4 * 1024 * 1024
const BYTES_MIN = 256 * 1024
export const BYTES_IN_FLIGHT_MAX: number = 64 * 1024 * 1024
/** Milliseconds between two adjustments, about what a change needs to show. */
const ADJUST_MS = 50
/** What the limit is multiplied by when work takes longer than it may. */
const DECREASE = 0.8
/** Bytes added at a time while there is no delay and the limit is in use. */
const INCREASE_BYTES = 32 * 1024
/** Share of the limit that must be in use for it to grow. */
const USE_MIN = 0.5

/** How busy the server is. */
export interface Strain {
  /** Milliseconds that a write takes from being handed to the store until it is on disk. */
  readonly syncMs: number
  /** Milliseconds that the event loop is late. */
  readonly loopDelayMs: number
}

/** Milliseconds that either may take; an admitted request waits for both. */
export interface StrainMax {
  readonly syncMsMax: number
  readonly loopDelayMsMax: number
}

/**
 * How many bytes of requests may be in flight. Too few leave the disk idle, too many only wait; what is
 * right depends on the machine and on the work, so it is found as a network finds its window: additive
 * increase, multiplicative decrease (Chiu, Jain 1989), with the delay of writes for the sign of
 * congestion.
 */
export class ByteLimit {
  readonly #max: StrainMax
  #bytes = BYTES_START
  #adjustedAt = Number.NEGATIVE_INFINITY

  constructor(max: StrainMax) {
    this.#max = max
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Adjusts the limit if it is time. @param used bytes in flight now. */
  adjust(strain: () => Strain, used: number, now: number): void {
    if (now < this.#adjustedAt + ADJUST_MS) return
    this.#adjustedAt = now
    const { syncMs, loopDelayMs } = strain()
    if (syncMs > this.#max.syncMsMax || loopDelayMs > this.#max.loopDelayMsMax) {
      // From where the work is, not from where it could be: an unused limit slows nothing down.
      const base = Math.min(this.#bytes, Math.max(used, BYTES_MIN) / DECREASE)
      this.#bytes = Math.max(BYTES_MIN, base * DECREASE)
    } else if (used > this.#bytes * USE_MIN) {
      this.#bytes = Math.min(BYTES_IN_FLIGHT_MAX, this.#bytes + INCREASE_BYTES)
    }
  }
}
