import { expect } from 'vitest'
import {
  QUARANTINE_BYTES_MAX,
  QUARANTINE_EVENTS_MAX,
  type QuarantinedEvent,
  type RefusedEvent,
} from '../ports.ts'
import { eventsOf, peopleOf, type StoreLaw, totalsOf } from './store-fixture.ts'

/** An event that the app did not take, but for what is said otherwise. */
function refusedOf(changes: Partial<RefusedEvent> = {}): RefusedEvent {
  return {
    user: 'ana',
    event: 'e-1',
    source: 'events',
    refusal: { code: 'item_unknown', message: 'There is no such item.', path: 'item' },
    sent: null,
    received: 1_000,
    raw: '{"id":"e-1"}',
    ...changes,
  }
}

function severalOf(user: string, count: number): RefusedEvent[] {
  return Array.from({ length: count }, (_, at) =>
    refusedOf({ user, event: `${user}-${at}`, raw: `{"at":${at}}` }),
  )
}

/** What was kept, without what the store added. */
function plain({ id: _, number: __, ...refused }: QuarantinedEvent): RefusedEvent {
  return refused
}

const ALL = { limit: 1_000 }

/** Events that were understood but not taken. */
export const quarantineLaws: readonly StoreLaw[] = [
  {
    name: 'a refused event comes back character by character, newest first, after reopening too',
    check: async (world) => {
      const events = [
        refusedOf(),
        refusedOf({
          user: 'b\u2028\n"n',
          event: '\u{1F600}',
          source: 'segment',
          sent: 17,
          raw: '{"said":"\u{1F600}\\n"}',
        }),
        refusedOf({ event: 'e-3', raw: '3' }),
        refusedOf({
          event: 'early',
          raw: '4',
          refusal: {
            code: 'event_time_future',
            message: 'Not yet.',
            path: 'time',
            until: '2030-01-01T00:00:00.000Z',
          },
        }),
      ]
      expect(await world.store.quarantine(events)).toEqual(['kept', 'kept', 'kept', 'kept'])
      await world.reopen()
      const found = await world.store.readQuarantine(ALL)
      expect(found.map(plain)).toEqual(events.toReversed())
      expect(new Set(found.map(({ id }) => id)).size).toBe(4)
      for (const { id } of found) expect(id).toMatch(/^q_[0-9a-f]{32}$/)
      expect(await world.store.totals()).toEqual(totalsOf({ quarantined: 4 }))
      expect(await peopleOf(world.store), 'it is not in the log').toEqual(new Map())
    },
  },
  {
    name: 'a retry is kept once: the same content of the same person from the same source',
    check: async ({ store }) => {
      const first = refusedOf()
      await store.quarantine([first])
      const retry = { ...first, received: 2_000, sent: 5 }
      expect(await store.quarantine([retry, retry])).toEqual(['known', 'known'])
      const others = [{ raw: '{"id":"e-1","value":1}' }, { user: 'ben' }, { source: 'segment' }]
      for (const other of others) {
        expect(await store.quarantine([refusedOf(other), refusedOf(other)])).toEqual([
          'kept',
          'known',
        ])
      }
      const found = await store.readQuarantine(ALL)
      expect(found).toHaveLength(4)
      expect(found.at(-1)).toMatchObject(first)
      expect(await store.countQuarantine()).toBe(4)
    },
  },
  {
    name: 'quarantined events are found by code, by id, and page by page',
    check: async ({ store }) => {
      await store.quarantine(severalOf('ana', 5))
      const refusal = { code: 'event_conflict', message: 'Taken.', path: 'id' } as const
      await store.quarantine([refusedOf({ event: 'taken', raw: '1', refusal })])
      const named = async (query: Parameters<typeof store.readQuarantine>[0]) =>
        (await store.readQuarantine(query)).map(({ event }) => event)
      expect(await named({ limit: 2 })).toEqual(['taken', 'ana-4'])
      expect(await named({ limit: 2, code: 'item_unknown' })).toEqual(['ana-4', 'ana-3'])
      expect(await named({ limit: 9, code: 'event_conflict' })).toEqual(['taken'])
      expect(await store.countQuarantine({ code: 'event_conflict' })).toBe(1)
      expect(await store.countQuarantine({ code: 'context_invalid' })).toBe(0)
      await store.quarantine(severalOf('ben', 2))
      expect(await named({ limit: 2, user: 'ana' })).toEqual(['taken', 'ana-4'])
      expect(await named({ limit: 9, user: 'nobody' })).toEqual([])
      expect(await store.countQuarantine({ user: 'ana' })).toBe(6)
      expect(await store.countQuarantine({ user: 'nobody' })).toBe(0)
      const pages: string[] = []
      for (let after: number | undefined = 0; after !== undefined; ) {
        const page: QuarantinedEvent[] = await store.readQuarantine({ limit: 4, after })
        pages.push(page.map(({ event }) => event).join(' '))
        after = page.at(-1)?.number
      }
      expect(pages).toEqual(['ana-0 ana-1 ana-2 ana-3', 'ana-4 taken ben-0 ben-1', ''])
      await store.eraseUser('ben')
      const [newest, second] = await store.readQuarantine({ limit: 2 })
      const ids = [second?.id ?? '', 'q_00', 'nonsense', newest?.id ?? '']
      expect(await named({ limit: 9, ids })).toEqual(['taken', 'ana-4'])
      expect(await named({ limit: 9, ids, after: 0 })).toEqual(['ana-4', 'taken'])
      expect(await named({ limit: 9, ids, after: second?.number ?? 0 })).toEqual(['taken'])
    },
  },
  {
    name: 'an event stays with its newer reason, or leaves',
    check: async (world) => {
      await world.store.quarantine(severalOf('ana', 3))
      const [third, second, first] = await world.store.readQuarantine(ALL)
      const refusal = { code: 'context_invalid', message: 'No.', path: 'context.a' } as const
      await world.store.refuseAgain([
        { id: second?.id ?? '', refusal },
        { id: 'q_00', refusal },
      ])
      expect(await world.store.removeQuarantined([third?.id ?? '', 'q_00'])).toBe(1)
      expect(await world.store.removeQuarantined([third?.id ?? ''])).toBe(0)
      await world.reopen()
      expect(await world.store.readQuarantine(ALL)).toEqual([{ ...second, refusal }, first])
      expect(await world.store.countQuarantine({ code: 'context_invalid' })).toBe(1)
      expect((await world.store.totals()).quarantined).toBe(2)
      expect(await world.store.quarantine(severalOf('ana', 3))).toEqual(['known', 'known', 'kept'])
    },
  },
  {
    name: 'erasing takes quarantined events along, of a person who has nothing else as well',
    check: async ({ store }) => {
      await store.quarantine([...severalOf('ana', 3), ...severalOf('ben', 2)])
      await store.appendEvents(eventsOf('ben', 4))
      expect(await store.eraseUser('ana')).toEqual({ events: 0, decisions: 0, quarantined: 3 })
      expect((await store.readQuarantine(ALL)).map(({ user }) => user)).toEqual(['ben', 'ben'])
      expect(await store.eraseUser('ben')).toEqual({ events: 4, decisions: 0, quarantined: 2 })
      expect(await store.totals()).toEqual(totalsOf({ position: 4, erasures: 2 }))
      expect(await store.eraseUser('ben')).toEqual({ events: 0, decisions: 0, quarantined: 0 })
      expect(await store.quarantine(severalOf('ana', 1)), 'they may come back').toEqual(['kept'])
    },
  },
  {
    name: 'of somebody whose quarantined events have left nothing is there to be erased',
    check: async ({ store }) => {
      await store.quarantine(severalOf('ana', 1))
      const [only] = await store.readQuarantine(ALL)
      await store.removeQuarantined([only?.id ?? ''])
      expect(await store.eraseUser('ana')).toEqual({ events: 0, decisions: 0, quarantined: 0 })
      expect(await store.totals()).toEqual(totalsOf())
    },
  },
  {
    name: 'beyond its bounds nothing more is quarantined, until something leaves',
    check: async ({ store }) => {
      const raw = JSON.stringify('x'.repeat(1_000_000))
      const large = Array.from({ length: 70 }, (_, at) =>
        refusedOf({ event: `${at}`, raw: raw + at }),
      )
      const outcomes = await store.quarantine(large)
      const kept = outcomes.filter((outcome) => outcome === 'kept').length
      expect(kept).toBe(Math.floor(QUARANTINE_BYTES_MAX / 1_000_400))
      expect(outcomes.lastIndexOf('kept')).toBe(kept - 1)
      expect(await store.quarantine(large.slice(0, 1))).toEqual(['known'])
      const [newest] = await store.readQuarantine({ limit: 1 })
      await store.removeQuarantined([newest?.id ?? ''])
      expect(await store.quarantine(large.slice(-2))).toEqual(['kept', 'full'])
      await store.eraseUser('ana')
      const small = severalOf('ben', 20_000)
      for (let at = 0; at < QUARANTINE_EVENTS_MAX; at += small.length) {
        const batch = small.map((event) => ({ ...event, raw: `${event.raw}${at}` }))
        expect(new Set(await store.quarantine(batch))).toEqual(new Set(['kept']))
      }
      expect(await store.quarantine([refusedOf()])).toEqual(['full'])
      expect((await store.totals()).quarantined).toBe(QUARANTINE_EVENTS_MAX)
    },
  },
]
