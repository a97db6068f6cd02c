import type { Clock } from '../ports.ts'

/** Milliseconds between two looks for windows that are over, at the least and at the most. */
const WAIT_MS_MIN = 50
const WAIT_MS_MAX = 1_000
/** Milliseconds without a lesson after which answers are made a function of the totals alone. */
const SETTLE_MS = 200

export interface RhythmParts {
  readonly clock: Clock
  /** When the next window is over; null when none is open. */
  readonly next: () => number | null
  /** Learns what is due. */
  readonly due: () => void
  /** Lets learning come to rest, a piece of the work with every step. */
  readonly settling: () => Generator<undefined>
  readonly report: (fault: unknown, what: string) => void
}

/** What happens by itself: windows end, and learning comes to rest. Keeps no process alive. */
export class Rhythm {
  readonly #parts: RhythmParts
  #watch: NodeJS.Timeout | null = null
  #settle: NodeJS.Timeout | null = null
  /** The work under way of coming to rest; a lesson ends it. */
  #work: Generator<undefined> | null = null
  #closed = false

  constructor(parts: RhythmParts) {
    this.#parts = parts
  }

  /** A window was opened: looks for its end. */
  watch(): void {
    const next = this.#parts.next()
    if (this.#watch !== null || this.#closed || next === null) return
    const wait = Math.min(WAIT_MS_MAX, Math.max(WAIT_MS_MIN, next - this.#parts.clock.now()))
    this.#watch = setTimeout(() => {
      this.#watch = null
      this.#guarded(this.#parts.due)
      this.watch()
    }, wait)
    this.#watch.unref()
  }

  /** Something was learned: settles when nothing more is for a while. */
  learned(): void {
    if (this.#closed) return
    this.#work = null
    if (this.#settle !== null) this.#settle.refresh()
    else {
      this.#settle = setTimeout(() => {
        this.#work = this.#parts.settling()
        this.#step(this.#work)
      }, SETTLE_MS)
      this.#settle.unref()
    }
  }

  close(): void {
    this.#closed = true
    this.#work = null
    if (this.#watch !== null) clearTimeout(this.#watch)
    if (this.#settle !== null) clearTimeout(this.#settle)
  }

  /** Goes on as long as nothing new is learned; requests get their turn between two steps. */
  #step(work: Generator<undefined>): void {
    if (this.#work !== work) return
    this.#guarded(() => {
      if (work.next().done === true) this.#work = null
    })
    if (this.#work === work) setImmediate(() => this.#step(work)).unref()
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (fault) {
      this.#parts.report(fault, 'learning from decisions')
    }
  }
}
