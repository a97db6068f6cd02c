import { expect } from 'vitest'
import type { StoredRecord } from '../ports.ts'
import { eventOf, eventsOf, peopleOf, type StoreLaw, totalsOf } from './store-fixture.ts'

function recordOf(id: string, user: string | null): StoredRecord {
  return { id, user, time: 1_000, body: Uint8Array.from([1, 2, 3]) }
}

/** Erasing, and who a person is to the store. */
export const personLaws: readonly StoreLaw[] = [
  {
    name: 'erasing a person removes all of them and nothing of others',
    check: async ({ store }) => {
      await store.appendEvents([...eventsOf('ana', 3), ...eventsOf('ben', 40)])
      await store.appendEvents(eventsOf('cy', 2))
      await store.appendRecords([recordOf('d-1', 'ana'), recordOf('d-2', 'ben')])
      await store.appendRecords([recordOf('d-3', null), recordOf('d-4', 'ana')])
      await store.appendReward({ decision: 'd-1', value: 1, time: 5 })
      await store.appendReward({ decision: 'd-2', value: 1, time: 5 })
      expect(await store.eraseUser('ana')).toEqual({ events: 3, decisions: 2, quarantined: 0 })
      expect(await store.readUser('ana')).toEqual([])
      expect(await peopleOf(store)).toEqual(
        new Map([
          ['ben', eventsOf('ben', 40)],
          ['cy', eventsOf('cy', 2)],
        ]),
      )
      expect(await store.readRecord('d-1')).toBeNull()
      expect(await store.readRewards('d-1')).toEqual([])
      expect(await store.readRecord('d-2')).toEqual(recordOf('d-2', 'ben'))
      expect(await store.readRewards('d-2')).toHaveLength(1)
      expect(await store.readRecord('d-3')).toEqual(recordOf('d-3', null))
      expect(await store.totals()).toEqual(
        totalsOf({ position: 45, events: 42, users: 2, erasures: 1 }),
      )
    },
  },
  {
    name: 'an erased person may come back, with the same ids as well',
    check: async (world) => {
      await world.store.appendEvents([...eventsOf('ana', 3), ...eventsOf('ben', 1)])
      await world.store.eraseUser('ana')
      expect(await world.store.appendEvents(eventsOf('ana', 2))).toEqual([
        { status: 'accepted', position: 4 },
        { status: 'accepted', position: 5 },
      ])
      await world.store.eraseUser('ana')
      await world.reopen()
      expect(await world.store.readUser('ana')).toEqual([])
      const elsewhere = eventOf({ id: 'ana-0', user: 'cy' })
      expect(await world.store.appendEvents([elsewhere])).toEqual([
        { status: 'accepted', position: 6 },
      ])
      expect(await world.store.totals()).toEqual(
        totalsOf({ position: 7, events: 2, users: 2, erasures: 2 }),
      )
    },
  },
  {
    name: 'erasing somebody unknown, or twice, does nothing',
    check: async ({ store }) => {
      await store.appendEvents([...eventsOf('ana', 1), ...eventsOf('ben', 1)])
      expect(await store.eraseUser('nobody')).toEqual({ events: 0, decisions: 0, quarantined: 0 })
      await store.eraseUser('ana')
      expect(await store.eraseUser('ana')).toEqual({ events: 0, decisions: 0, quarantined: 0 })
      expect(await store.totals()).toEqual(
        totalsOf({ position: 2, events: 1, users: 1, erasures: 1 }),
      )
    },
  },
  {
    name: 'a person of whom there are decisions alone can be erased',
    check: async ({ store }) => {
      await store.appendRecords([recordOf('d-1', 'ana')])
      expect(await store.totals()).toEqual(totalsOf())
      expect(await peopleOf(store)).toEqual(new Map())
      expect(await store.eraseUser('ana')).toEqual({ events: 0, decisions: 1, quarantined: 0 })
      expect(await store.readRecord('d-1')).toBeNull()
      await store.appendEvents(eventsOf('ana', 1))
      expect(await store.totals()).toEqual(
        totalsOf({ position: 1, events: 1, users: 1, erasures: 1 }),
      )
    },
  },
  {
    name: 'an event of a person who is being erased is stored before or after, not in between',
    check: async ({ store }) => {
      await store.appendEvents(eventsOf('ana', 50))
      const [, erased, after] = await Promise.all([
        store.appendEvents([eventOf({ id: 'before', user: 'ana' })]),
        store.eraseUser('ana'),
        store.appendEvents([eventOf({ id: 'after', user: 'ana' })]),
      ])
      expect(erased).toEqual({ events: 51, decisions: 0, quarantined: 0 })
      expect(after).toEqual([{ status: 'accepted', position: 51 }])
      expect(await store.readUser('ana')).toEqual([eventOf({ id: 'after', user: 'ana' })])
    },
  },
  {
    name: 'what is read and erased in one go is the same, whatever comes in meanwhile',
    check: async ({ store }) => {
      let sent = 0
      const send = () => store.appendEvents([eventOf({ id: `ana-${sent++}`, user: 'ana' })])
      for (let round = 0; round < 20; round++) {
        const before = [send(), send()]
        const read = store.readUser('ana')
        const erased = store.eraseUser('ana')
        const after = [send(), send()]
        expect((await erased).events).toBe((await read).length)
        await Promise.all([...before, ...after])
      }
      expect(await store.totals()).toMatchObject({ position: 80, events: 2 })
    },
  },
  {
    name: 'who is erased while all people are read does not come after that',
    check: async ({ store }) => {
      await store.appendEvents(['ana', 'ben', 'cy', 'dot'].flatMap((user) => eventsOf(user, 2)))
      const seen: string[] = []
      for await (const { user, events } of store.readPeople()) {
        seen.push(`${user} ${events.length}`)
        if (user !== 'ana') continue
        await store.eraseUser('ben')
        await store.eraseUser('cy')
        await store.appendEvents(eventsOf('cy', 1))
      }
      expect(seen).toEqual(['ana 2', 'cy 1', 'dot 2'])
    },
  },
  {
    name: 'pseudonyms and the secret are the same for the life of the app',
    check: async (world) => {
      const ana = await world.store.pseudonym('ana')
      const secret = await world.store.secret()
      expect(ana).toMatch(/^hmac:[0-9a-f]{32,}$/)
      expect(await world.store.pseudonym('ben')).not.toBe(ana)
      expect(secret).toHaveLength(32)
      await world.store.appendEvents(eventsOf('ana', 1))
      await world.store.eraseUser('ana')
      await world.reopen()
      expect(await world.store.pseudonym('ana')).toBe(ana)
      expect(await world.store.secret()).toEqual(secret)
    },
  },
]
