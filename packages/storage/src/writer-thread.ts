import { Worker } from 'node:worker_threads'
import { AdsumError } from '@adsum/protocol'
import { faultOf } from './fault.ts'
import type { Answer, Input, OperationName, Output, Request, WriterStart } from './messages.ts'

/**
 * Room for short-lived objects of the thread, MB. The usual 48 stay resident once they were used, and more
 * than a few make collecting no cheaper here.
 */
const YOUNG_GENERATION_MB = 12

interface Waiting {
  resolve(output: Output<OperationName>): void
  reject(error: unknown): void
}

/** The main thread's end of the writer thread: requests out, answers back. */
export class WriterThread {
  readonly #path: string
  readonly #worker: Worker
  readonly #waiting: Map<number, Waiting> = new Map()
  #next = 0
  #ended: AdsumError | null = null

  constructor(start: WriterStart) {
    this.#path = start.path
    // Without the flags of the process, some of which a worker does not take (--input-type).
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB }
    const options = { workerData: start, execArgv: [], resourceLimits }
    this.#worker = new Worker(new URL('./writer.ts', import.meta.url), options)
    this.#worker.on('message', (answer: Answer) => this.#take(answer))
    this.#worker.on('error', (error) => this.#end(error))
    this.#worker.on('exit', () => this.#end(new Error('the writer thread has ended')))
    this.#worker.unref()
  }

  /** Asks for an operation. `transfer` names buffers of the input that may be given away. */
  async ask<Name extends OperationName>(
    app: string,
    operation: Name,
    input: Input<Name>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Output<Name>> {
    if (this.#ended !== null) throw this.#ended
    const number = this.#next++
    const { promise, resolve, reject } = Promise.withResolvers<Output<OperationName>>()
    this.#waiting.set(number, { resolve, reject })
    // A process that waits for an answer stays alive; one that only holds the store open may end.
    this.#worker.ref()
    const request = { number, app, operation, input }
    this.#worker.postMessage(request satisfies Omit<Request, 'operation' | 'input'>, transfer)
    return promise as Promise<Output<Name>>
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number)
    this.#waiting.delete(answer.number)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('output' in answer) waiting?.resolve(answer.output)
    else {
      const { code, details, problem } = answer.fault
      waiting?.reject(new AdsumError(code, details, { cause: new Error(problem) }))
    }
  }

  #end(error: Error): void {
    this.#ended ??= adsumError(error, this.#path)
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }
}

/** A failure of the storage at `path` as the error that its callers know. */
export function adsumError(error: unknown, path: string): AdsumError {
  if (error instanceof AdsumError) return error
  const { code, details, cause } = faultOf(error, path)
  return new AdsumError(code, details, { cause })
}
