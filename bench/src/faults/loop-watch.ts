import { closeSync, openSync, readSync } from 'node:fs'
import { PerformanceObserver, performance } from 'node:perf_hooks'

/** Milliseconds between two looks at the event loop; what a look finds is this much too long. */
const LOOK_MS = 1
const NANOSECONDS = 1e6
/** Nanoseconds that the thread that reads it ran, and waited for a processor although it could run. */
const SCHEDULER_FILE = '/proc/thread-self/schedstat'
const SCHEDULER_BYTES = 128
/** Milliseconds from which a look counts as a stall that is kept, and how many are. */
const STALL_MS_MIN = 5
const STALLS_MAX = 100_000
/** Garbage collections that are kept, and how long one must take for it, milliseconds. */
const COLLECTIONS_MAX = 100_000
const COLLECTION_MS_MIN = 2
/** Steps of requests that are remembered between two looks. */
const STEPS_MAX = 40

/** A stretch in which the event loop came to nothing else; all times are milliseconds. */
export interface Stall {
  /** How late the loop was. */
  readonly ms: number
  /** Of it, the processor time of the thread; 0 where the system does not tell. */
  readonly ranMs: number
  /** Of it, the time in which it could have run but no processor was free; 0 where the system does not tell. */
  readonly queuedMs: number
  /** The rest: waiting for a file, or for another thread. */
  readonly blockedMs: number
  /** Of all that, the time within garbage collections, waiting for their helper threads included. */
  readonly collectingMs: number
  /** What requests did in it, the latest last. */
  readonly steps: readonly string[]
}

export interface LoopReport {
  /** The longest stall; null when there was none. */
  readonly longest: Stall | null
  /** The one in which the thread ran for longest. */
  readonly busiest: Stall | null
  /** 99.9th percentile of the lateness. */
  readonly p999Ms: number
  /** The longest garbage collection. */
  readonly collectionMaxMs: number
}

type Stretch = Omit<Stall, 'blockedMs' | 'collectingMs'> & {
  readonly from: number
  readonly to: number
}

/**
 * Looks at the event loop of its thread once a millisecond. How late a look is has three parts, which the
 * kernel tells apart for each thread:
 *
 *   late = ran + queued for a processor + blocked
 *
 * What requests make the thread do is the first: parsing, answering, its part in collecting their garbage.
 * Queued says how many want the processors, two of which the load generator, the writer and the trainer
 * share here. Blocked would be ours if the thread read or synced files on the spot; that it syncs none
 * while it answers is what the fault `trace` shows. What is left of it is waiting for locks and for the
 * helper threads of a collection, which themselves wait for a processor: with a load average of 10 one
 * stall of 118 ms was a collection in which the thread ran for 4 ms. So a promise about requests is
 * judged by `ran`, and the whole is told beside it. What cannot be seen counts against us: time that a
 * hypervisor gives to other machines is time run.
 */
export class LoopWatch {
  readonly #scheduler: SchedulerClock
  readonly #timer: NodeJS.Timeout
  readonly #observer: PerformanceObserver
  #lookedAt: number
  #steps: string[] = []
  #stretches: Stretch[] = []
  #collections: { readonly from: number; readonly to: number }[] = []
  #collectionMaxMs = 0
  /** How many looks were late by so many whole milliseconds; the last stands for all beyond. */
  readonly #late = new Uint32Array(1_000)

  constructor() {
    this.#scheduler = new SchedulerClock()
    this.#lookedAt = performance.now()
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#observer = new PerformanceObserver((list) => {
      for (const { startTime: from, duration } of list.getEntries()) {
        this.#collectionMaxMs = Math.max(this.#collectionMaxMs, duration)
        if (duration < COLLECTION_MS_MIN || this.#collections.length === COLLECTIONS_MAX) continue
        this.#collections.push({ from, to: from + duration })
      }
    })
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** Notes what a request does, so that a stall can say what it came with. */
  step(what: string): void {
    if (this.#steps.length < STEPS_MAX) this.#steps.push(what)
  }

  /** What was seen since it was asked last. */
  report(): LoopReport {
    this.#look()
    const stalls = this.#stretches.map((stretch) => this.#told(stretch))
    const report: LoopReport = {
      longest: largest(stalls, ({ ms }) => ms),
      busiest: largest(stalls, ({ ranMs }) => ranMs),
      p999Ms: this.#quantile(0.999),
      collectionMaxMs: this.#collectionMaxMs,
    }
    this.#stretches = []
    this.#collections = []
    this.#collectionMaxMs = 0
    this.#late.fill(0)
    return report
  }

  close(): void {
    clearInterval(this.#timer)
    this.#observer.disconnect()
    this.#scheduler.close()
  }

  #look(): void {
    const [from, to, steps] = [this.#lookedAt, performance.now(), this.#steps]
    const ms = Math.max(0, to - from - LOOK_MS)
    const { ranMs, queuedMs } = this.#scheduler.lap()
    const place = Math.min(this.#late.length - 1, Math.floor(ms))
    this.#late[place] = (this.#late[place] as number) + 1
    if (ms >= STALL_MS_MIN && this.#stretches.length < STALLS_MAX) {
      this.#stretches.push({ ms, ranMs, queuedMs, steps, from, to })
    }
    if (steps.length > 0) this.#steps = []
    this.#lookedAt = performance.now()
  }

  /** Collections are reported after the stretch that they lie in. */
  #told({ from, to, ...stretch }: Stretch): Stall {
    let collectingMs = 0
    for (const collection of this.#collections) {
      const within = Math.min(to, collection.to) - Math.max(from, collection.from)
      collectingMs += Math.max(0, within)
    }
    const blockedMs = Math.max(0, stretch.ms - stretch.ranMs - stretch.queuedMs)
    return { ...stretch, blockedMs, collectingMs }
  }

  #quantile(share: number): number {
    const looks = this.#late.reduce((sum, count) => sum + count, 0)
    let below = 0
    for (const [ms, count] of this.#late.entries()) {
      below += count
      if (below >= share * looks) return ms
    }
    return 0
  }
}

function largest(stalls: readonly Stall[], size: (stall: Stall) => number): Stall | null {
  let best: Stall | null = null
  for (const stall of stalls) if (best === null || size(stall) > size(best)) best = stall
  return best
}

/** What the kernel counts for the thread that made it. */
class SchedulerClock {
  readonly #file: number | null
  readonly #bytes = Buffer.alloc(SCHEDULER_BYTES)
  #ran = 0
  #queued = 0

  constructor() {
    this.#file = openIfThere(SCHEDULER_FILE)
    this.lap()
  }

  /** Since the last lap. */
  lap(): { readonly ranMs: number; readonly queuedMs: number } {
    if (this.#file === null) return { ranMs: 0, queuedMs: 0 }
    const length = readSync(this.#file, this.#bytes, 0, SCHEDULER_BYTES, 0)
    const [ran = 0, queued = 0] = this.#bytes.toString('latin1', 0, length).split(' ').map(Number)
    const lap = {
      ranMs: (ran - this.#ran) / NANOSECONDS,
      queuedMs: (queued - this.#queued) / NANOSECONDS,
    }
    this.#ran = ran
    this.#queued = queued
    return lap
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
  }
}

/** Null where the system has no such file. */
function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return null
    throw fault
  }
}
