import { AdsumError, EVENT_BYTES_MAX, type EventInput } from '@adsum/protocol'
import type { QueuedEvent } from './queue-store.ts'

const encoder = new TextEncoder()

/**
 * Makes an event ready to wait. What is checked here is only what would make a server refuse the whole
 * request and so hold up every other event: nesting, a key that no JSON reader should see, size.
 * Everything else the server judges event by event.
 *
 * @throws AdsumError `request_invalid`, `event_too_large`
 */
export function toQueuedEvent(event: EventInput): QueuedEvent {
  for (const [name, value] of Object.entries(event)) {
    if (name === 'context') refuseNested(value)
    else refuseUnlessPlain(value, name)
  }
  const text = JSON.stringify(event)
  const bytes = encoder.encode(text).length
  if (bytes > EVENT_BYTES_MAX) throw new AdsumError('event_too_large', { limit: EVENT_BYTES_MAX })
  return { id: event.id, text, bytes }
}

/** The event that waits, as the app gave it. */
export function toTrackedEvent({ text }: QueuedEvent): EventInput {
  const event: EventInput = JSON.parse(text)
  return event
}

function refuseNested(context: unknown): void {
  if (typeof context !== 'object' || context === null) return
  if (Object.hasOwn(context, '__proto__')) {
    const problem = 'the key "__proto__" is not allowed'
    throw new AdsumError('request_invalid', { problem }, { path: 'context' })
  }
  for (const [name, value] of Object.entries(context)) refuseUnlessPlain(value, `context.${name}`)
}

function refuseUnlessPlain(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return
  throw new AdsumError('request_invalid', { problem: 'expected a plain value' }, { path })
}
