import { AdsumError } from '@adsum/protocol'
import { MESSAGES_PER_BATCH_MAX } from './limits.ts'
import { isRecord } from './messages.ts'

/** What one request brings: messages, and when they were sent by their sender's clock. */
export interface Delivery {
  readonly messages: readonly unknown[]
  /** Milliseconds since 1970 UTC; `null` when unsaid. */
  readonly sent: number | null
  /** The write key that the body names. */
  readonly writeKey: string | null
}

/**
 * Takes a body apart.
 * @param type of the message that the body is; `null` where the body is a batch
 * @throws AdsumError `request_invalid`
 */
export function readDelivery(body: unknown, type: string | null): Delivery {
  if (!isRecord(body)) {
    throw new AdsumError('request_invalid', { problem: 'expected an object' })
  }
  const writeKey = typeof body.writeKey === 'string' ? body.writeKey : null
  if (type !== null) {
    return { messages: [{ ...body, type }], sent: readMoment(body.sentAt), writeKey }
  }
  // Some clients send an empty list as null.
  const batch = body.batch ?? []
  if (!Array.isArray(batch)) {
    throw new AdsumError('request_invalid', { problem: 'expected a list' }, { path: 'batch' })
  }
  if (batch.length > MESSAGES_PER_BATCH_MAX) {
    const problem = `more than ${MESSAGES_PER_BATCH_MAX} messages`
    throw new AdsumError('request_invalid', { problem }, { path: 'batch' })
  }
  const [first] = batch
  const sent = readMoment(body.sentAt) ?? readMoment(isRecord(first) ? first.sentAt : undefined)
  return { messages: batch.map((message) => merge(message, body)), sent, writeKey }
}

/** A message of a batch with what the batch says of all, under what it says itself. */
function merge(message: unknown, batch: Readonly<Record<string, unknown>>): unknown {
  if (!isRecord(message)) return message
  const merged: Record<string, unknown> = { ...message }
  for (const part of ['context', 'integrations'] as const) {
    const [shared, own] = [batch[part], message[part]]
    if (isRecord(shared)) merged[part] = isRecord(own) ? { ...shared, ...own } : shared
  }
  return merged
}

function readMoment(value: unknown): number | null {
  const moment = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isFinite(moment) ? moment : null
}
