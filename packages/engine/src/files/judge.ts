import type { Verdict } from '@adsum/protocol'
import type { Clock } from '../ports.ts'
import { type FileProgress, type FileRequest, runFileTask } from './file-work.ts'
import type { FileEvents } from './gather-events.ts'
import { verdictInWords } from './verdict-words.ts'

/** Seed of the people drawn and of the intervals, so that the same file gets the same verdict. */
const VERDICT_SEED = 1

/** How a thread of its own does work on a file. */
export interface FileWorkOptions {
  readonly clock: Clock
  /** Helper threads for the arithmetic of a verdict. */
  readonly threads: number
  readonly onProgress?: (progress: FileProgress) => void
  /** Ends the work; the promise then fails with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A file without the moment of reading. */
export type FileOrder = Omit<FileRequest, 'now'>

/**
 * Would personalization be worth it on these data? Reads them and compares lists for each person
 * with the simple ways, in a thread of its own.
 * @throws AdsumError as {@link readFileEvents} does. Too few data are no error but a verdict.
 */
export async function judgeFile(file: FileOrder, options: FileWorkOptions): Promise<Verdict> {
  const { clock, threads, onProgress } = options
  const began = clock.now()
  // Learning is most of the work; reading comes first and asking last.
  const result = await runFileTask(
    { file: { ...file, now: began }, verdictSeed: VERDICT_SEED, threads },
    { ...(onProgress && { onProgress }), ...(options.signal && { signal: options.signal }) },
  )
  if (!('verdict' in result)) throw new Error('the thread answered another question')
  const seconds = (clock.now() - began) / 1000
  return verdictInWords(result.verdict, { ...result, seed: VERDICT_SEED, seconds })
}

/**
 * Reads all events of a file in a thread of its own.
 * @throws AdsumError `file_not_found`, `file_empty`, `file_columns_unclear`, `file_too_large`,
 *   `statistics_full`; with `stop` also `file_row_invalid`, `file_encoding_invalid`, `file_truncated`.
 */
export async function readFileEvents(
  file: FileOrder,
  options: FileWorkOptions,
): Promise<FileEvents> {
  const { clock, threads, onProgress, signal } = options
  const result = await runFileTask(
    { file: { ...file, now: clock.now() }, verdictSeed: null, threads },
    { ...(onProgress && { onProgress }), ...(signal && { signal }) },
  )
  if (!('events' in result)) throw new Error('the thread answered another question')
  return result.events
}
