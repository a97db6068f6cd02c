import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { QueuedEvent, QueueSize, QueueStore } from '../queue/queue-store.ts'

const PLENTY: QueueSize = { events: 1_000, bytes: 1_000_000 }

export function queued(id: string, text = JSON.stringify({ id })): QueuedEvent {
  return { id, text, bytes: new TextEncoder().encode(text).length }
}

/** What every store of a queue promises. */
export function describeQueueStore(name: string, open: () => Promise<QueueStore>): void {
  const opened = async (): Promise<QueueStore> => {
    const store = await open()
    onTestFinished(() => store.close())
    return store
  }
  const idsOf = (events: readonly QueuedEvent[]) => events.map(({ id }) => id)

  describe(name, () => {
    test('gives back what was put in, in order, as it was', async () => {
      const store = await opened()
      const events = [queued('a', '{"id":"a","user":"ü 🌊"}'), queued('b'), queued('c')]
      expect(await store.append(events.slice(0, 2), PLENTY)).toEqual([])
      expect(await store.append(events.slice(2), PLENTY)).toEqual([])
      expect(await store.peek(PLENTY)).toMatchObject(events)
      const bytes = events.reduce((sum, event) => sum + event.bytes, 0)
      expect(await store.size()).toEqual({ events: 3, bytes })
    })

    test('keeps two events that share an id apart', async () => {
      const store = await opened()
      await store.append([queued('a', '{"n":1}'), queued('a', '{"n":2}')], PLENTY)
      const [first] = await store.peek(PLENTY)
      await store.remove([first?.place ?? -1])
      expect(await store.peek(PLENTY)).toMatchObject([{ text: '{"n":2}' }])
    })

    test('takes as many as fit, and one that does not fit alone', async () => {
      const store = await opened()
      const large = queued('large', `"${'x'.repeat(98)}"`)
      await store.append([queued('a', '"1"'), queued('b', '"2"'), large], PLENTY)
      expect(idsOf(await store.peek({ events: 1, bytes: 1_000 }))).toEqual(['a'])
      expect(idsOf(await store.peek({ events: 9, bytes: 50 }))).toEqual(['a', 'b'])
      await store.remove((await store.peek({ events: 2, bytes: 50 })).map(({ place }) => place))
      expect(idsOf(await store.peek({ events: 9, bytes: 50 }))).toEqual(['large'])
    })

    test('is no less for removing what is gone', async () => {
      const store = await opened()
      await store.append([queued('a'), queued('b')], PLENTY)
      const [first] = await store.peek(PLENTY)
      await store.remove([first?.place ?? -1])
      await store.remove([first?.place ?? -1, 999])
      expect(await store.size()).toEqual({ events: 1, bytes: queued('b').bytes })
    })

    test('agrees with a list under any sequence of changes', async () => {
      const step = fc.oneof(
        fc.record({ add: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 6 }) }),
        fc.record({ take: fc.integer({ min: 1, max: 5 }) }),
      )
      const most = { events: 8, bytes: 200 }
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const store = await open()
          try {
            let expected: QueuedEvent[] = []
            let made = 0
            for (const change of steps) {
              if ('add' in change) {
                const events = change.add.map((length) =>
                  queued(`e-${++made}`, `"${'x'.repeat(length)}"`),
                )
                const dropped = await store.append(events, most)
                expected.push(...events)
                const gone: QueuedEvent[] = []
                while (!within(expected, most)) gone.push(...expected.splice(0, 1))
                expect(idsOf(dropped)).toEqual(idsOf(gone))
              } else {
                const taken = await store.peek({ events: change.take, bytes: 1_000 })
                expect(idsOf(taken)).toEqual(idsOf(expected.slice(0, change.take)))
                await store.remove(taken.map(({ place }) => place))
                expected = expected.slice(taken.length)
              }
              expect(await store.size()).toEqual(sizeOf(expected))
            }
          } finally {
            await store.close()
          }
        }),
        { numRuns: 15 },
      )
    })
  })
}

function sizeOf(events: readonly QueuedEvent[]): QueueSize {
  return { events: events.length, bytes: events.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function within(events: readonly QueuedEvent[], most: QueueSize): boolean {
  const size = sizeOf(events)
  return size.events <= most.events && size.bytes <= most.bytes
}
