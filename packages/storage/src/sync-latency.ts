import { performance } from 'node:perf_hooks'
import { SYNC_BUCKETS_MS, type SyncCounts } from '@adsum/engine/ports'

/** Weight of the newest write in the running mean: about the last ten count. */
const NEWEST_WEIGHT = 0.2

/** How long writes take from being handed over until they are on disk. */
export class SyncLatency {
  readonly #counts: number[] = SYNC_BUCKETS_MS.map(() => 0)
  #total = 0
  #sumMs = 0
  #meanMs = 0
  /** When the writes under way began, oldest first. */
  readonly #began: Set<{ readonly at: number }> = new Set()

  /** Measures a write, whether or not it succeeds. */
  async measure<T>(write: Promise<T>): Promise<T> {
    const began = { at: performance.now() }
    this.#began.add(began)
    try {
      return await write
    } finally {
      this.#began.delete(began)
      this.#note(performance.now() - began.at)
    }
  }

  /** The running mean, or the age of the oldest write under way where that is more; 0 while there is none. */
  get milliseconds(): number {
    for (const { at } of this.#began) return Math.max(this.#meanMs, performance.now() - at)
    return 0
  }

  /** Every write so far. */
  get counts(): SyncCounts {
    return {
      boundsMs: SYNC_BUCKETS_MS,
      atMost: [...this.#counts],
      total: this.#total,
      sumMs: this.#sumMs,
    }
  }

  #note(milliseconds: number): void {
    this.#total++
    this.#sumMs += milliseconds
    this.#meanMs += NEWEST_WEIGHT * (milliseconds - this.#meanMs)
    for (const [at, most] of SYNC_BUCKETS_MS.entries()) {
      if (milliseconds <= most) this.#counts[at] = (this.#counts[at] as number) + 1
    }
  }
}
