import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds between two samples: what a delay shorter than that is worth is not seen. */
const RESOLUTION_MS = 10
/** Milliseconds that a figure stands for. */
const WINDOW_MS = 100
const NS_PER_MS = 1e6

/** How late the event loop lately was: the mean of a tenth of a second, in milliseconds. */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #clock: () => number
  #readAt: number
  #delayMs = 0

  /** Samples from here on until it is closed. @param clock milliseconds, never going back. */
  constructor(clock: () => number) {
    this.#clock = clock
    this.#readAt = clock()
    this.#histogram.enable()
  }

  get milliseconds(): number {
    const now = this.#clock()
    if (now < this.#readAt + WINDOW_MS) return this.#delayMs
    this.#readAt = now
    const mean = this.#histogram.mean / NS_PER_MS - RESOLUTION_MS
    this.#delayMs = Number.isNaN(mean) ? 0 : Math.max(0, mean)
    this.#histogram.reset()
    return this.#delayMs
  }

  close(): void {
    this.#histogram.disable()
  }
}
