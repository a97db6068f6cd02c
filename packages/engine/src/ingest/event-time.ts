import { AdsumError, CLOCK_AHEAD_MS_MAX, isTime } from '@adsum/protocol'

/** Milliseconds that the corrected time of an event may lie before its receipt. */
export const CORRECTED_AGE_MS_MAX: number = 30 * 24 * 60 * 60 * 1000

/**
 * The clocks around an event, in milliseconds since 1970 UTC. The first two are the sender's, who may be
 * a telephone that is hours off; the third is ours.
 */
export interface EventClocks {
  /** When it happened. */
  readonly original: number
  /** When the request left. */
  readonly sent: number
  /** When the request arrived. */
  readonly received: number
}

/**
 * When an event happened by our clock:
 *
 *   time = received - (sent - original),  within [received - 30 days, received + 5 minutes]
 *
 * How long the event waited at its sender, `sent - original`, is right on a clock that is wrong by a
 * constant; only the way of the request, `received - sent`, is taken for instant. This is the derived
 * timestamp of Snowplow's canonical event model and the `timestamp` of Segment's specification. The
 * bounds are for clocks that were set while an event waited. Both ends depend on the clocks alone, so
 * that a replay comes to the same time.
 */
export function correctedTime({ original, sent, received }: EventClocks): number {
  const time = received - (sent - original)
  return Math.min(Math.max(time, received - CORRECTED_AGE_MS_MAX), received + CLOCK_AHEAD_MS_MAX)
}

/** What an event says of time, as it stands in the log. */
export interface EventTimes {
  readonly time: number
  readonly original: number | null
  readonly sent: number | null
  readonly received: number
}

/** When an event was sent and received, and when it is judged, which is later where it is replayed. */
export interface EventMoments {
  /** By the sender's clock; null when unsaid. */
  readonly sent: number | null
  readonly received: number
  readonly now: number
}

/**
 * The times of an event: `text` is its own. An event without a time happened when it was received. Where
 * the request did not say when it was sent, the sender's clock is trusted, within bounds; an event that
 * lies ahead of ours is taken once its time has come.
 * @throws AdsumError `event_time_invalid`; without `sent` also `event_time_future`,
 *   `event_time_too_early`
 */
export function eventTimes(
  text: string | undefined,
  { sent, received, now }: EventMoments,
): EventTimes {
  if (text === undefined) return { time: received, original: null, sent, received }
  if (sent === null) {
    const time = eventTime(text, now)
    return { time, original: time, sent, received }
  }
  const original = parseTime(text)
  return { time: correctedTime({ original, sent, received }), original, sent, received }
}

/**
 * Milliseconds since 1970 UTC of an ISO 8601 time that is taken at its word.
 * @throws AdsumError `event_time_invalid`, `event_time_future`, `event_time_too_early`
 */
export function eventTime(text: string, now: number): number {
  const time = parseTime(text)
  if (time < 0) throw new AdsumError('event_time_too_early', { time: text }, { path: 'time' })
  if (time > now + CLOCK_AHEAD_MS_MAX) {
    throw new AdsumError('event_time_future', { time: text }, { path: 'time' })
  }
  return time
}

/** The moment from which an event of this time is taken, ISO 8601. */
export function takenFrom(time: string): string {
  return new Date(Date.parse(time) - CLOCK_AHEAD_MS_MAX).toISOString()
}

function parseTime(text: string): number {
  if (!isTime(text)) throw new AdsumError('event_time_invalid', { time: text }, { path: 'time' })
  return Date.parse(text)
}
