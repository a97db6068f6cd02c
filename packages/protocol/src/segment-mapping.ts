/** What an app makes of messages that Segment clients send: plain data, part of its declaration. */

/** Message types of the Segment tracking API that an app can map. */
export const SEGMENT_TYPES = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const
export type SegmentType = (typeof SEGMENT_TYPES)[number]

/** The name in a mapping that stands for every message of a type that is not named. */
export const ANY_NAME = '*'

/**
 * How one kind of message becomes an event. Paths are names joined by dots, read from the message as
 * sent: `properties.product_id`. One name may end in `[]`; the message then makes one event per entry of
 * that list, and every path that begins with it reads from the same entry.
 */
export interface SegmentRule {
  /** Type of the event. */
  readonly event: string
  /** Path of the item's id; `null` where the event has no item. */
  readonly item: string | null
  /** Path of the value. */
  readonly value: string | null
  /** Paths of context fields. */
  readonly context: Readonly<Record<string, string>>
}

/** Rules per message type and name: of a track message its event, of a page or screen its name. */
export interface SegmentMapping {
  readonly messages: Readonly<Partial<Record<SegmentType, Readonly<Record<string, SegmentRule>>>>>
  /** Purposes of the app by the consent category that a person can say no to. */
  readonly consent: Readonly<Record<string, string>>
}
