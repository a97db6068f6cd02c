import { AdsumError, type EventResult } from '@adsum/protocol'
import type { Outcome } from '../transport.ts'
import type { QueuedEvent } from './queue-store.ts'

/** What a try to send a batch means for the batch. */
export type Verdict =
  /** The server has answered for every event; the results are in the order of the batch. */
  | { readonly kind: 'answered'; readonly results: readonly EventResult[] }
  /** Too much at a time: the same events in smaller parts. */
  | { readonly kind: 'smaller'; readonly error: AdsumError }
  /** Nothing is known to be stored; the same again later, not before the time that was asked for. */
  | { readonly kind: 'later'; readonly error: unknown; readonly afterMs: number }
  /** No try will succeed until something is mended: a key, the app's name, this code. */
  | { readonly kind: 'stop'; readonly error: unknown }

/** Refusals of 400 and more that pass by themselves: too slow, too early, too many. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429])
const TOO_LARGE_STATUS = 413

/**
 * Reads the outcome of one try. What is not plainly an answer for each event counts as no answer: the
 * events are sent again, and the server drops what it has already.
 */
export function judge(outcome: Outcome, batch: readonly QueuedEvent[], url: string): Verdict {
  if ('answer' in outcome) {
    const results = readResults(outcome.answer, batch)
    if (results !== null) return { kind: 'answered', results }
    const error = new AdsumError('answer_unexpected', { url, status: 200 })
    return { kind: 'later', error, afterMs: 0 }
  }
  const { error, status, afterMs } = outcome
  if (status === TOO_LARGE_STATUS && error instanceof AdsumError) return { kind: 'smaller', error }
  const final = status !== null && status >= 400 && status < 500 && !PASSING_STATUSES.has(status)
  return final ? { kind: 'stop', error } : { kind: 'later', error, afterMs: afterMs ?? 0 }
}

/** One result for each event of the batch, or `null` where the answer is something else. */
function readResults(answer: unknown, batch: readonly QueuedEvent[]): EventResult[] | null {
  const results: unknown =
    typeof answer === 'object' && answer !== null && 'results' in answer ? answer.results : null
  if (!Array.isArray(results) || results.length !== batch.length) return null
  return results.every((result, index) => isResultFor(result, batch[index])) ? results : null
}

function isResultFor(result: unknown, event: QueuedEvent | undefined): result is EventResult {
  if (typeof result !== 'object' || result === null) return false
  if (!('status' in result && 'id' in result) || typeof result.status !== 'string') return false
  return result.id === null || result.id === event?.id
}
