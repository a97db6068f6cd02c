import { Worker } from 'node:worker_threads'
import { AdsumError } from '@adsum/protocol'
import type {
  CompareAnswer,
  Envelope,
  Failure,
  FitAnswer,
  ForgetAnswer,
  PersonSequence,
  TrainerAnswer,
  TrainerRequest,
} from './trainer-messages.ts'

interface Waiting {
  resolve(answer: TrainerAnswer): void
  reject(fault: Error): void
}

/** Room for short-lived objects of the thread, MB: the usual 48 stay resident once they were used. */
const YOUNG_GENERATION_MB = 12

/**
 * The thread that keeps every app's statistics and fits models, seen from the engine's side. One
 * trainer serves all apps of a process. Requests are carried out in the order they are sent, except
 * that a fit lets others pass while its arithmetic runs on further threads.
 */
export class Trainer {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #calls = 0
  #closed = false

  /** @param threads helper threads for the arithmetic of a fit. */
  constructor(threads: number) {
    this.#worker = new Worker(new URL('./trainer-worker.ts', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      workerData: { threads },
    })
    this.#worker.on('message', (message: Envelope<TrainerAnswer> | Failure) => {
      const waiting = this.#waiting.get(message.call)
      this.#waiting.delete(message.call)
      if ('failure' in message) {
        waiting?.reject(new AdsumError('fit_failed', { problem: message.failure }))
      } else {
        waiting?.resolve(message.body)
      }
    })
    this.#worker.on('error', (fault) => this.#fail(fault))
    this.#worker.on('exit', () => this.#fail(new Error('the trainer has ended')))
  }

  async open(app: string, secret: Uint8Array): Promise<void> {
    await this.#call({ kind: 'open', app, secret })
  }

  /** Tells the names of items by number, from `first` on. */
  async items(app: string, first: number, names: readonly string[]): Promise<void> {
    await this.#call({ kind: 'items', app, first, names })
  }

  /** Makes these people's contributions those of the given sequences. */
  async people(app: string, people: readonly PersonSequence[]): Promise<void> {
    await this.#call({ kind: 'people', app, people })
  }

  async forget(app: string, person: string): Promise<ForgetAnswer> {
    return (await this.#call({ kind: 'forget', app, person })) as ForgetAnswer
  }

  /** Sums these people up in a total of their own, beside the one that is kept. */
  async compare(app: string, people: readonly PersonSequence[]): Promise<void> {
    await this.#call({ kind: 'compare', app, people })
  }

  /** Compares the total that is kept with the one summed up by {@link compare}. */
  async compared(app: string): Promise<CompareAnswer> {
    return (await this.#call({ kind: 'compared', app })) as CompareAnswer
  }

  async fit(app: string): Promise<FitAnswer> {
    return (await this.#call({ kind: 'fit', app })) as FitAnswer
  }

  async closeApp(app: string): Promise<void> {
    await this.#call({ kind: 'close', app })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#worker.terminate()
  }

  #call(body: TrainerRequest): Promise<TrainerAnswer> {
    if (this.#closed) return Promise.reject(new Error('the trainer is closed'))
    const call = this.#calls++
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject })
      const envelope: Envelope<TrainerRequest> = { call, body }
      this.#worker.postMessage(envelope)
    })
  }

  #fail(fault: Error): void {
    this.#closed = true
    for (const waiting of this.#waiting.values()) waiting.reject(fault)
    this.#waiting.clear()
  }
}
