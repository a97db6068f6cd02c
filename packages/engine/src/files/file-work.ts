import { Worker } from 'node:worker_threads'
import type { Verdict as EvaluatedVerdict } from '@adsum/learning'
import { AdsumError, type ErrorCode, type ErrorDetails, type Mapping } from '@adsum/protocol'
import type { Encoding } from './encoding.ts'
import type { FileEvents } from './gather-events.ts'
import type { DateOrder } from './rows.ts'

/** Where a data set lies and how it is to be read. */
export interface FileRequest {
  readonly path: string
  /** What people call the file, when its path says something else. */
  readonly name?: string
  readonly encoding?: Encoding
  readonly mapping: Mapping
  readonly onProblem: 'skip' | 'stop'
  readonly dateOrder?: DateOrder
  /** Now, in milliseconds since 1970 UTC. */
  readonly now: number
}

/** Work on a file: read its events, or also compare methods on them. */
export interface FileTask {
  readonly file: FileRequest
  /** Seed of everything random in a verdict; null when none is asked for. */
  readonly verdictSeed: number | null
  /** Helper threads for the arithmetic. */
  readonly threads: number
}

/** What is being done, and the share of it that is done, 0 to 1. */
export interface FileProgress {
  readonly step: 'reading' | 'learning' | 'asking'
  readonly done: number
}

/** What the thread answers: everything about the file but the events when a verdict was asked for. */
export type FileResult =
  | { readonly events: FileEvents }
  | {
      readonly verdict: EvaluatedVerdict
      readonly timesKnown: boolean
      readonly refused: number
      readonly problems: FileEvents['problems']
    }

export type FileMessage =
  | { readonly progress: FileProgress }
  | { readonly result: FileResult }
  | {
      readonly failure: {
        readonly code: ErrorCode | null
        readonly details: ErrorDetails
        readonly message: string
      }
    }

/**
 * Does work on a file in a thread of its own, so that this one stays free for answers.
 * @param options.signal ends the work; the promise then fails with the signal's reason.
 */
export async function runFileTask(
  task: FileTask,
  options: {
    readonly onProgress?: (progress: FileProgress) => void
    readonly signal?: AbortSignal
  } = {},
): Promise<FileResult> {
  const { onProgress, signal } = options
  signal?.throwIfAborted()
  const worker = new Worker(new URL('./file-worker.ts', import.meta.url), { workerData: task })
  let onAbort: () => void = () => {}
  try {
    return await new Promise((resolve, reject) => {
      onAbort = () => reject(signal?.reason)
      signal?.addEventListener('abort', onAbort)
      worker.on('message', (message: FileMessage) => {
        if ('progress' in message) onProgress?.(message.progress)
        else if ('result' in message) resolve(message.result)
        else reject(faultOf(message.failure))
      })
      worker.on('error', reject)
      worker.on('exit', () => reject(new Error('the thread that reads the file has ended')))
    })
  } finally {
    signal?.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}

function faultOf({
  code,
  details,
  message,
}: Extract<FileMessage, { failure: object }>['failure']): Error {
  return code === null ? new Error(message) : new AdsumError(code, details)
}
