import { fits, type PlacedEvent, type QueueSize, type QueueStore } from './queue-store.ts'

/** A queue that lasts as long as the process: for Node without a folder, and browsers without storage. */
export function createMemoryStore(): QueueStore {
  const waiting = new Map<number, PlacedEvent>()
  let bytes = 0
  let nextPlace = 1
  const forget = (place: number): void => {
    bytes -= waiting.get(place)?.bytes ?? 0
    waiting.delete(place)
  }
  return {
    async append(events, most) {
      for (const event of events) {
        waiting.set(nextPlace, { ...event, place: nextPlace })
        bytes += event.bytes
        nextPlace += 1
      }
      const dropped: PlacedEvent[] = []
      for (const event of waiting.values()) {
        if (waiting.size <= most.events && bytes <= most.bytes) break
        forget(event.place)
        dropped.push(event)
      }
      return dropped
    },
    async peek(most) {
      return takeOldest(waiting.values(), most)
    },
    async remove(places) {
      for (const place of places) forget(place)
    },
    size: async () => ({ events: waiting.size, bytes }),
    exclusively: (work) => work(),
    async close() {},
  }
}

/** As many of the events as fit, at least one. */
function takeOldest(events: Iterable<PlacedEvent>, most: QueueSize): PlacedEvent[] {
  const taken: PlacedEvent[] = []
  let bytes = 0
  for (const event of events) {
    if (taken.length > 0 && !fits({ events: taken.length, bytes }, event, most)) break
    taken.push(event)
    bytes += event.bytes
  }
  return taken
}
