/** Where events wait until the server has answered for them. */

/** An event that waits. */
export interface QueuedEvent {
  readonly id: string
  /** The event as JSON, exactly as it will be sent: a later try must be the same event. */
  readonly text: string
  /** Bytes of the text in UTF-8. */
  readonly bytes: number
}

/** A waiting event and its place in one store; places ascend in the order of arrival. */
export interface PlacedEvent extends QueuedEvent {
  readonly place: number
}

export interface QueueSize {
  readonly events: number
  readonly bytes: number
}

/**
 * A queue that outlives what its kind can outlive: nothing, the page, or the process.
 *
 * Events are removed by place and not by id, because an app may send two that share an id; the server
 * then says of the second that it is a conflict.
 */
export interface QueueStore {
  /**
   * Adds events at the end; once this resolves they are as safe as the store makes them. Where more
   * would wait than `most` allows, the oldest make room.
   * @returns those that were dropped
   */
  append(events: readonly QueuedEvent[], most: QueueSize): Promise<readonly QueuedEvent[]>
  /** The oldest, as many as fit into `most`; at least one unless none waits. */
  peek(most: QueueSize): Promise<readonly PlacedEvent[]>
  /** Forgets those at the places; places that are empty already are none of its concern. */
  remove(places: readonly number[]): Promise<void>
  size(): Promise<QueueSize>
  /**
   * Runs `work` while nobody else who shares the store runs theirs, as far as that can be known. The
   * signal ends the waiting for the others, with its reason.
   */
  exclusively(work: () => Promise<void>, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Events that wait at the most. */
export const QUEUE_EVENTS_MAX = 10_000
/** Bytes of the events that wait at the most, as JSON. */
export const QUEUE_BYTES_MAX = 16 * 1024 * 1024

/** Whether one more event still fits beside what is taken already. */
export function fits(taken: QueueSize, event: QueuedEvent, most: QueueSize): boolean {
  return taken.events + 1 <= most.events && taken.bytes + event.bytes <= most.bytes
}
