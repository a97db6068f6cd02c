import { AdsumError, EVENT_BYTES_MAX, type EventInput, idSchema } from '@adsum/protocol'
import type { LoggedEvent, Refusal, RefusedEvent } from '../ports.ts'
import { canonicalJson } from '../rights/receipts.ts'
import { takenFrom } from './event-time.ts'
import { type EventChecks, judgeEvent, readEvent } from './validate-event.ts'

/** The way of events that are sent as they are; dialects have names of their own. */
export const OWN_SOURCE = 'events'

/** What a dialect made of one message; `raw` is the message as it came. */
export type MappedEvent =
  | { readonly event: EventInput; readonly raw: unknown }
  | {
      readonly refused: Refusal
      readonly id: string
      readonly user: string
      readonly raw: unknown
    }

/** Maps a quarantined message anew, by the dialect that is its source. */
export type MapAgain = (source: string, raw: unknown) => MappedEvent

/** An event on its way in: as it is to be judged, beside what was sent. */
export type IncomingEvent =
  | { readonly event: unknown; readonly raw: unknown }
  | Exclude<MappedEvent, { readonly event: EventInput }>

/** What is made of an incoming event. */
export type Judgement =
  | { readonly verdict: 'fits'; readonly event: LoggedEvent; readonly raw: unknown }
  /** Who sent what is known, but the app does not take it. */
  | { readonly verdict: 'refused'; readonly event: RefusedEvent }
  /** It cannot even be told whose it is, or it is too large to keep. */
  | { readonly verdict: 'rejected'; readonly id: string | null; readonly refusal: Refusal }

/** Judges an incoming event by the declaration, the catalogue and its own clocks. */
export function judge(incoming: IncomingEvent, source: string, checks: EventChecks): Judgement {
  const { raw } = incoming
  let input: { readonly id: string; readonly user: string }
  try {
    input = 'refused' in incoming ? identityOf(incoming) : readEvent(incoming.event)
    if (source !== OWN_SOURCE) requireSmall(raw)
  } catch (fault) {
    return { verdict: 'rejected', id: idOf(incoming), refusal: refusalOf(fault) }
  }
  const refused = (refusal: Refusal): Judgement => ({
    verdict: 'refused',
    event: refusedEvent({ ...input, raw, source, checks, refusal }),
  })
  if ('refused' in incoming) return refused(incoming.refused)
  try {
    return { verdict: 'fits', event: judgeEvent(input as EventInput, checks), raw }
  } catch (fault) {
    return refused(refusalOf(fault))
  }
}

/** An event that is to go to quarantine. */
export function refusedEvent({
  id,
  user,
  raw,
  source,
  checks,
  refusal,
}: {
  readonly id: string
  readonly user: string
  readonly raw: unknown
  readonly source: string
  readonly checks: Pick<EventChecks, 'sent' | 'received'>
  readonly refusal: Refusal
}): RefusedEvent {
  const { sent, received } = checks
  return { user, event: id, source, refusal, sent, received, raw: canonicalJson(raw) }
}

/** The code, message and path of an expected fault; others are thrown on. */
export function refusalOf(fault: unknown): Refusal {
  if (!(fault instanceof AdsumError)) throw fault
  const { code, message, path, details } = fault
  const isEarly = code === 'event_time_future'
  return { code, message, path, ...(isEarly && { until: takenFrom(String(details.time)) }) }
}

function identityOf({ id, user }: { readonly id: string; readonly user: string }) {
  for (const [path, value] of Object.entries({ id, user })) {
    const problem = idSchema.safeParse(value).error?.issues[0]?.message
    if (problem === undefined) continue
    throw new AdsumError('request_invalid', { problem: `${path}: ${problem}` }, { path })
  }
  return { id, user }
}

function requireSmall(raw: unknown): void {
  if (JSON.stringify(raw).length <= EVENT_BYTES_MAX) return
  throw new AdsumError('event_too_large', { limit: EVENT_BYTES_MAX })
}

function idOf(incoming: IncomingEvent): string | null {
  if ('refused' in incoming) return incoming.id
  const { event } = incoming
  const id = typeof event === 'object' && event !== null && 'id' in event ? event.id : null
  return typeof id === 'string' ? id : null
}
