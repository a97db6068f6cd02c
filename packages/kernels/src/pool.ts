import type { WorkerCall } from './worker-job.ts'

/** A thread of the platform that runs one call at a time. */
export interface HelperThread {
  call(message: WorkerCall): void
  /** `done` after each call; `failed` when the thread cannot go on. */
  listen(done: () => void, failed: (error: Error) => void): void
  end(): Promise<void>
}

/**
 * Helper threads that work on one job at a time, each on its own part. A thread that fails ends the
 * pool: its companions could wait for it for ever.
 */
export class Pool {
  readonly #threads: readonly HelperThread[]
  #queue: Promise<void> = Promise.resolve()
  #working = 0
  #settle: { resolve: () => void; reject: (error: Error) => void } | null = null
  #closed: Error | null = null

  constructor(threads: readonly HelperThread[]) {
    this.#threads = threads
    for (const thread of threads) {
      thread.listen(
        () => this.#partDone(),
        (error) => this.#fail(error),
      )
    }
  }

  get size(): number {
    return this.#threads.length
  }

  /** Runs a job once the ones before it are over: `part(i)` is the call of thread i. */
  run(part: (thread: number) => WorkerCall): Promise<void> {
    const turn = this.#queue.then(() => this.#start(part))
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  /** Ends the threads; a job under way is rejected. */
  async close(): Promise<void> {
    this.#fail(new Error('kernels: closed'))
    await Promise.all(this.#threads.map((thread) => thread.end()))
  }

  #start(part: (thread: number) => WorkerCall): Promise<void> {
    if (this.#closed !== null) return Promise.reject(this.#closed)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#settle = { resolve, reject }
    this.#working = this.#threads.length
    for (const [index, thread] of this.#threads.entries()) thread.call(part(index))
    return promise
  }

  #partDone(): void {
    this.#working -= 1
    if (this.#working > 0) return
    this.#settle?.resolve()
    this.#settle = null
  }

  #fail(error: Error): void {
    if (this.#closed !== null) return
    this.#closed = error
    this.#settle?.reject(error)
    this.#settle = null
    for (const thread of this.#threads) void thread.end()
  }
}
