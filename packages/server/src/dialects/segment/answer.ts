import { type AdsumError, type EventResult, errorTable, isErrorCode } from '@adsum/protocol'
import type { MessageReport } from './record.ts'

/** What a client is told; released clients look at the status only. */
export interface SegmentAnswer {
  readonly status: number
  readonly body: { readonly success: boolean; readonly results?: readonly EventResult[] }
}

/**
 * The answer to messages that were taken in. Whatever became of them it is 200, because clients drop or
 * repeat a whole batch for anything else; `strict`, for tests, tells what was refused and why.
 */
export function answerMessages(reports: readonly MessageReport[], strict: boolean): SegmentAnswer {
  if (!strict) return { status: 200, body: { success: true } }
  const results = reports.flatMap((report) => report.results)
  const refused = results.find(({ code }) => code !== undefined)
  return {
    status: refused === undefined ? 200 : statusOf(refused),
    body: { success: refused === undefined, results },
  }
}

function statusOf({ code = '' }: EventResult): number {
  return isErrorCode(code) ? errorTable[code].status : 422
}

/**
 * The status that makes a client do the right thing with a refused request: drop it (4xx) where it is at
 * fault, wait (429) where it is too fast, keep it and come again (503) where we are at fault.
 */
export function statusForClients({ code, status }: AdsumError): number {
  if (code === 'overloaded') return 429
  if (status >= 500) return 503
  // An app that a key does not name is as unknown as a wrong key.
  if (code === 'app_unknown' || code === 'app_required') return 401
  return status === 413 || status === 415 ? 400 : status
}
