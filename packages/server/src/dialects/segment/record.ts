import { randomUUID } from 'node:crypto'
import {
  AdsumError,
  EVENTS_PER_REQUEST_MAX,
  type EventResult,
  type SegmentType,
} from '@adsum/protocol'
import type { AppApi, MappedEvent, MessageClock } from '../../engine-api.ts'
import { EVENTS_PER_DELIVERY_MAX } from './limits.ts'
import { type MappedApp, mapMessage } from './mapping.ts'
import { isRecord, readMessage, typeOf } from './messages.ts'

/** What became of a message; of several events that it made, the worst. */
export type Outcome = EventResult['status'] | 'ignored' | 'withheld' | 'no-op'

/** From bad to good: of several results of one message the first of these counts. */
const WORST_FIRST: readonly EventResult['status'][] = [
  'rejected',
  'quarantined',
  'conflict',
  'accepted',
  'duplicate',
]

/** What became of one message. */
export interface MessageReport {
  readonly type: SegmentType | 'other'
  readonly outcome: Outcome
  /** Of each event that it made, or why it made none. */
  readonly results: readonly EventResult[]
}

/** A message on its way: what it made is recorded together with that of the others. */
interface Pending {
  readonly type: SegmentType | 'other'
  readonly entries: readonly MappedEvent[]
  readonly outcome: Outcome | null
  readonly results: readonly EventResult[]
}

/**
 * Maps messages and has their events recorded, in order.
 * @throws AdsumError `request_invalid` when they make too many; nothing is recorded then
 */
export async function recordMessages(
  messages: readonly unknown[],
  app: AppApi,
  clock: MessageClock,
): Promise<MessageReport[]> {
  const mapped = mappedApp(app)
  const entries: MappedEvent[] = []
  const pending = messages.map((raw) => {
    const message = prepare(raw, mapped)
    entries.push(...message.entries)
    if (entries.length > EVENTS_PER_DELIVERY_MAX) {
      const problem = `the messages make more than ${EVENTS_PER_DELIVERY_MAX} events`
      throw new AdsumError('request_invalid', { problem }, { path: 'batch' })
    }
    return message
  })
  const results: EventResult[] = []
  for (let at = 0; at < entries.length; at += EVENTS_PER_REQUEST_MAX) {
    const some = entries.slice(at, at + EVENTS_PER_REQUEST_MAX)
    results.push(...(await app.recordMapped(some, 'segment', clock)))
  }
  let taken = 0
  return pending.map((message) => {
    const own = results.slice(taken, taken + message.entries.length)
    taken += message.entries.length
    const all = [...message.results, ...own]
    return { type: message.type, outcome: message.outcome ?? worstOf(all), results: all }
  })
}

/** What an app makes of messages; one that declares nothing makes nothing of them. */
export function mappedApp({ declaration }: Pick<AppApi, 'declaration'>): MappedApp {
  return {
    mapping: declaration.dialects?.segment ?? { messages: {}, consent: {} },
    purposeOf: (event) => declaration.events?.[event]?.purpose ?? null,
  }
}

function prepare(raw: unknown, app: MappedApp): Pending {
  const type = typeOf(raw)
  const nothing = { type: type ?? ('other' as const), entries: [], results: [] }
  // Messages of types that came later, such as "record", are none of ours.
  if (isRecord(raw) && typeof raw.type === 'string' && type === null) {
    return { ...nothing, outcome: 'ignored' }
  }
  try {
    if (!isRecord(raw) || type === null) {
      throw new AdsumError('message_invalid', { problem: 'it has no type' }, { path: 'type' })
    }
    const mapped = mapMessage(readMessage(raw, type, randomUUID), app)
    if (mapped.kind !== 'events') return { ...nothing, outcome: mapped.kind }
    return { type, entries: mapped.entries, outcome: null, results: [] }
  } catch (fault) {
    if (!(fault instanceof AdsumError)) throw fault
    const { code, message, path } = fault
    const id = isRecord(raw) && typeof raw.messageId === 'string' ? raw.messageId : null
    return { ...nothing, outcome: null, results: [{ id, status: 'rejected', code, message, path }] }
  }
}

function worstOf(results: readonly EventResult[]): Outcome {
  const statuses = new Set(results.map(({ status }) => status))
  return WORST_FIRST.find((status) => statuses.has(status)) ?? 'ignored'
}
