import { AdsumError, EVENT_BYTES_MAX, SEGMENT_TYPES, type SegmentType } from '@adsum/protocol'

/** A message taken apart as far as every type has it; the rest is read by the paths of a rule. */
export interface SegmentMessage {
  readonly type: SegmentType
  /** Of a track message its event, of a page or screen its name; empty where there is none. */
  readonly name: string
  readonly id: string
  /** Who it is about: the known id, else the anonymous one. */
  readonly user: string
  /** When it happened by the sender's clock, as sent. */
  readonly timestamp: string | undefined
  /** Everything that was said, without what differs from one sending to the next. */
  readonly said: Readonly<Record<string, unknown>>
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The type of a message; `null` for one that is no message or of a type that is not known here. */
export function typeOf(raw: unknown): SegmentType | null {
  const type = isRecord(raw) ? raw.type : undefined
  return SEGMENT_TYPES.find((known) => known === type) ?? null
}

/**
 * Takes a message apart.
 * @param makeId gives an id to a message without one
 * @throws AdsumError `message_invalid`, `event_too_large`: nothing of such a message can be kept,
 *   because it is not known whose it is, or because it is too large
 */
export function readMessage(
  raw: Readonly<Record<string, unknown>>,
  type: SegmentType,
  makeId: () => string,
): SegmentMessage {
  const user = readId(raw.userId) ?? readId(raw.anonymousId)
  if (user === null) {
    const problem = 'it has neither a userId nor an anonymousId'
    throw new AdsumError('message_invalid', { problem }, { path: 'userId' })
  }
  const { writeKey: _key, sentAt: _sent, ...rest } = raw
  const id = readId(raw.messageId) ?? makeId()
  const said = { ...rest, type, messageId: id }
  if (Buffer.byteLength(JSON.stringify(said)) > EVENT_BYTES_MAX) {
    throw new AdsumError('event_too_large', { limit: EVENT_BYTES_MAX })
  }
  const { timestamp } = raw
  const isSaid = timestamp !== undefined && timestamp !== null
  return {
    type,
    name: nameOf(raw, type),
    id,
    user,
    timestamp: isSaid ? String(timestamp) : undefined,
    said,
  }
}

function nameOf(raw: Readonly<Record<string, unknown>>, type: SegmentType): string {
  const name = type === 'track' ? raw.event : raw.name
  return typeof name === 'string' ? name : ''
}

/** Ids are texts; some clients send numbers. */
export function readId(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}
