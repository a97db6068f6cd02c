/**
 * The last request of a page that is being left. It is sent without knowing whether it arrives: the
 * events stay in the queue, under the same ids, until a later visit has an answer for them.
 *
 * `sendBeacon` is the surest way out but carries no headers. So a write key, which is public, goes in
 * the address, and the body is `text/plain`, for which a browser asks no leave of another origin
 * first. The server takes such a body on `POST /v1/events` alone, and no other kind of key in an
 * address. Where a header is needed (a token, a secret key, one app of several), it is a `fetch` that
 * outlives the page.
 */

import { endpoints, parseKeyText } from '@adsum/protocol'
import type { Attempt, TransportOptions } from '../transport.ts'
import { batchBody } from './batch-body.ts'
import type { QueuedEvent } from './queue-store.ts'

/** Bytes of the events of one such request; browsers allow 64 KiB for all of a page together. */
export const PARTING_BYTES_MAX = 60_000

/** Whether a key is one that pages may show to anybody. */
export function isWriteKey(key: string | undefined): key is string {
  return key !== undefined && parseKeyText(key)?.kind === 'write'
}

/** Sends what fits, the oldest first; returns what was sent. */
export function sendParting(
  events: Iterable<QueuedEvent>,
  options: TransportOptions,
  attempt: Attempt,
  nowMs: number,
): QueuedEvent[] {
  const batch = takeWithin(events, PARTING_BYTES_MAX)
  if (batch.length === 0) return []
  const body = batchBody(batch, nowMs)
  const address = beaconAddress(options)
  if (address === null || !navigator.sendBeacon(address, body)) {
    // Its answer tells nothing that the next visit would not find out.
    void attempt('sendEvents', { body, keepalive: true })
  }
  return batch
}

function takeWithin(events: Iterable<QueuedEvent>, bytesMax: number): QueuedEvent[] {
  const taken: QueuedEvent[] = []
  let bytes = 0
  for (const event of events) {
    if (bytes + event.bytes > bytesMax) break
    taken.push(event)
    bytes += event.bytes
  }
  return taken
}

/** Where a beacon goes; `null` where the request needs a header. */
function beaconAddress({ url, app, key, token }: TransportOptions): string | null {
  if (typeof navigator === 'undefined' || typeof navigator.sendBeacon !== 'function') return null
  if (token !== undefined) return null
  const place = `${url.replace(/\/+$/, '')}${endpoints.sendEvents.path}`
  if (isWriteKey(key)) return `${place}?key=${encodeURIComponent(key)}`
  return key === undefined && app === undefined ? place : null
}
