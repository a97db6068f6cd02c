import { ORPHANS_MAX } from './limits.ts'

/** What is to be done to a decision that is not there yet. */
export type Orphan =
  | { readonly kind: 'reward'; readonly value: number }
  | { readonly kind: 'activation' }

interface Kept {
  readonly orphan: Orphan
  readonly until: number
}

/**
 * Rewards and activations that came before the rank that they belong to: a caller may send them side by
 * side. They are kept in memory until the reward would count no more.
 */
export class Orphans {
  readonly #kept = new Map<string, Kept[]>()
  #count = 0

  /** Keeps one; of too many the oldest go. @param until milliseconds since 1970 UTC */
  add(decision: string, orphan: Orphan, until: number): void {
    const known = this.#kept.get(decision)
    if (known === undefined) this.#kept.set(decision, [{ orphan, until }])
    else known.push({ orphan, until })
    this.#count++
    for (const oldest of this.#kept.keys()) {
      if (this.#count <= ORPHANS_MAX) break
      this.take(oldest, 0)
    }
  }

  /** Takes out what was kept for a decision that is there now. */
  take(decision: string, now: number): Orphan[] {
    const kept = this.#kept.get(decision)
    if (kept === undefined) return []
    this.#kept.delete(decision)
    this.#count -= kept.length
    return kept.filter(({ until }) => until >= now).map(({ orphan }) => orphan)
  }
}
