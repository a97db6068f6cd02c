import { closeSync, openSync, readSync } from 'node:fs'
import { PerformanceObserver, performance } from 'node:perf_hooks'

/** Milliseconds between two looks at the event loop; what a look finds is this much too long. */
const LOOK_MS = 1
const NANOSECONDS = 1e6
/** Nanoseconds that the thread that reads it ran, and waited for a processor although it could run. */
const SCHEDULER_FILE = '/proc/thread-self/schedstat'
const SCHEDULER_BYTES = 128
/** Steps of requests that are remembered between two looks. */
const STEPS_MAX = 40

/** A stretch in which the event loop came to nothing else. */
export interface Stall {
  /** How late the loop was. */
  readonly ms: number
  /** Of it, the processor time of the thread; 0 where the system does not tell. */
  readonly cpuMs: number
  /** Of it, the time in which it could have run but no processor was free; 0 where the system does not tell. */
  readonly queuedMs: number
  /** What requests did in it, the latest last. */
  readonly steps: readonly string[]
}

export interface LoopReport {
  /** The longest stall. */
  readonly longest: Stall
  /** The one that is longest without the time in which no processor was free. */
  readonly ours: Stall
  /** 99.9th percentile of the lateness. */
  readonly p999Ms: number
  /** The longest garbage collection, milliseconds. */
  readonly collectionMaxMs: number
}

const NO_STALL: Stall = { ms: 0, cpuMs: 0, queuedMs: 0, steps: [] }

/**
 * Looks at the event loop of its thread once a millisecond. How late a look is has three parts:
 *
 *   late = running + waiting for a processor + blocked
 *
 * What a request makes the loop do is the first (parsing, collecting garbage) and the last (reading a file
 * synchronously, waiting for a lock); how long a thread that could run is left waiting depends on how many
 * processors there are and who else wants them, and the kernel counts it for each thread. So a promise
 * about requests is judged by the first and the last, and the whole is told beside it. What remains of
 * others in it: the time that a hypervisor gives to other machines counts as running.
 */
export class LoopWatch {
  readonly #scheduler: SchedulerClock
  readonly #timer: NodeJS.Timeout
  readonly #collections: PerformanceObserver
  #lookedAt: number
  #steps: string[] = []
  #longest: Stall = NO_STALL
  #ours: Stall = NO_STALL
  /** How many looks were late by so many whole milliseconds; the last stands for all beyond. */
  #late = new Uint32Array(1_000)
  #collectionMaxMs = 0

  constructor() {
    this.#scheduler = new SchedulerClock()
    this.#lookedAt = performance.now()
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#collections = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        this.#collectionMaxMs = Math.max(this.#collectionMaxMs, duration)
      }
    })
    this.#collections.observe({ entryTypes: ['gc'] })
  }

  /** Notes what a request does, so that a stall can say what it came with. */
  step(what: string): void {
    if (this.#steps.length < STEPS_MAX) this.#steps.push(what)
  }

  /** What was seen since it was asked last. */
  report(): LoopReport {
    this.#look()
    const report: LoopReport = {
      longest: this.#longest,
      ours: this.#ours,
      p999Ms: this.#quantile(0.999),
      collectionMaxMs: this.#collectionMaxMs,
    }
    this.#longest = NO_STALL
    this.#ours = NO_STALL
    this.#late.fill(0)
    this.#collectionMaxMs = 0
    return report
  }

  close(): void {
    clearInterval(this.#timer)
    this.#collections.disconnect()
    this.#scheduler.close()
  }

  #look(): void {
    const now = performance.now()
    const ms = Math.max(0, now - this.#lookedAt - LOOK_MS)
    const { cpuMs, queuedMs } = this.#scheduler.lap()
    const place = Math.min(this.#late.length - 1, Math.floor(ms))
    this.#late[place] = (this.#late[place] as number) + 1
    const isLongest = ms > this.#longest.ms
    const isOurs = ms - queuedMs > this.#ours.ms - this.#ours.queuedMs
    if (isLongest || isOurs) {
      const stall: Stall = { ms, cpuMs, queuedMs: Math.min(ms, queuedMs), steps: this.#steps }
      if (isLongest) this.#longest = stall
      if (isOurs) this.#ours = stall
    }
    if (this.#steps.length > 0) this.#steps = []
    this.#lookedAt = performance.now()
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
  lap(): { readonly cpuMs: number; readonly queuedMs: number } {
    if (this.#file === null) return { cpuMs: 0, queuedMs: 0 }
    const length = readSync(this.#file, this.#bytes, 0, SCHEDULER_BYTES, 0)
    const [ran = 0, queued = 0] = this.#bytes.toString('latin1', 0, length).split(' ').map(Number)
    const lap = {
      cpuMs: (ran - this.#ran) / NANOSECONDS,
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

/** Null where the system has no such file: then nothing is taken off a stall. */
function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return null
    throw fault
  }
}
