/** When a call is tried again, and how long that waits. */

/** Tries after the first one. */
export const RETRIES_MAX = 2
/** Milliseconds before the first further try, before chance takes its part; doubled each time. */
const BACKOFF_MS = 200
/** Milliseconds that a server may ask us to wait; told to wait longer, a call fails at once. */
const RETRY_AFTER_MS_MAX = 30_000

/**
 * Milliseconds to wait before the next try; `null` when there is none.
 *
 * Without word from the server this is exponential backoff with full jitter: clients that failed
 * together come back apart. The server's `retry-after` is a least wait, to which chance is added.
 *
 * @param tries how many have failed so far, from 1
 * @param retryAfterMs what the server asked for, if it did
 * @param random evenly spread over [0, 1)
 */
export function delayBeforeRetry(
  tries: number,
  retryAfterMs: number | null,
  random: () => number,
): number | null {
  if (tries > RETRIES_MAX) return null
  const spread = random() * BACKOFF_MS * 2 ** (tries - 1)
  if (retryAfterMs === null) return spread
  return retryAfterMs > RETRY_AFTER_MS_MAX ? null : retryAfterMs + spread
}

/** Milliseconds that the first wait of a queue lasts at the most; doubled each time. */
const QUEUE_BACKOFF_MS = 500
/** Milliseconds to which the doubling leads. */
export const QUEUE_BACKOFF_MS_MAX = 5 * 60_000
/** Milliseconds that a server may make a queue wait; asked for more, it is tried after this time. */
export const QUEUE_RETRY_AFTER_MS_MAX = 60 * 60_000

/** How long a queue waits after a failure. */
export interface QueueDelay {
  /** Milliseconds that the server asked for: nothing shortens them. */
  readonly askedMs: number
  /** Milliseconds of chance on top: a browser that comes online again cuts them short. */
  readonly spreadMs: number
}

/**
 * Exponential backoff with full jitter on top of what the server asked for. It has no end: what waits
 * in a queue may wait for days.
 *
 * @param failures how many tries in a row have failed, from 1
 * @param random evenly spread over [0, 1)
 */
export function delayOfQueue(
  failures: number,
  retryAfterMs: number,
  random: () => number,
): QueueDelay {
  const ceiling = Math.min(QUEUE_BACKOFF_MS_MAX, QUEUE_BACKOFF_MS * 2 ** (failures - 1))
  return {
    askedMs: Math.min(retryAfterMs, QUEUE_RETRY_AFTER_MS_MAX),
    spreadMs: random() * ceiling,
  }
}

/**
 * Milliseconds that a `retry-after` header asks for, as seconds or as a date (RFC 9110, 10.2.3). A date
 * is read against the server's own clock, its `date` header; `null` where that cannot be done.
 */
export function readRetryAfter(headers: Headers): number | null {
  const value = headers.get('retry-after')
  if (value === null) return null
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const wait = Date.parse(value) - Date.parse(headers.get('date') ?? '')
  return Number.isFinite(wait) ? Math.max(0, wait) : null
}
