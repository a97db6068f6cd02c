import type { QueuedEvent } from './queue-store.ts'

/**
 * The body of `POST /v1/events`. `sent` is the sender's clock at this try: against it and the
 * server's own clock the server tells what the time of each event is worth.
 *
 * @param sentMs milliseconds since 1970
 */
export function batchBody(batch: readonly QueuedEvent[], sentMs: number): string {
  const sent = new Date(sentMs).toISOString()
  return `{"sent":"${sent}","events":[${batch.map(({ text }) => text).join(',')}]}`
}
