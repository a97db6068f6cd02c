import { expect } from 'vitest'
import { type ModelManifest, RECORD_QUEUE_BYTES_MAX, type StoredRecord } from '../ports.ts'
import { eventsOf, type StoreLaw, totalsOf } from './store-fixture.ts'

function manifestOf(id: string, bytes: number): ModelManifest {
  return {
    id,
    logPosition: 12,
    erasures: 1,
    fittedAt: 1_000,
    seconds: 0.25,
    features: 30,
    bytes,
  }
}

/** The catalogue, decisions, documents and models. */
export const recordLaws: readonly StoreLaw[] = [
  {
    name: 'items are numbered once, in order; their attributes are replaced whole',
    check: async (world) => {
      const attributes = {
        title: 'Harbour Lights',
        genres: ['drama', 'sea'],
        year: 1999,
        new: true,
      }
      expect(
        await world.store.putItems([
          { type: 'movie', id: 'm-1', attributes },
          { type: 'movie', id: 'm-2', attributes: {} },
        ]),
      ).toEqual([
        { type: 'movie', id: 'm-1', number: 0, attributes },
        { type: 'movie', id: 'm-2', number: 1, attributes: {} },
      ])
      const again = await world.store.putItems([
        { type: 'song', id: 'm-1', attributes: {} },
        { type: 'movie', id: 'm-2', attributes: { year: 2001 } },
        { type: 'movie', id: 'm-3', attributes: {} },
        { type: 'movie', id: 'm-3', attributes: { year: 2002 } },
      ])
      expect(again.map(({ number }) => number)).toEqual([2, 1, 3, 3])
      await world.reopen()
      expect(await world.store.readItems()).toEqual([
        { type: 'movie', id: 'm-1', number: 0, attributes },
        { type: 'movie', id: 'm-2', number: 1, attributes: { year: 2001 } },
        { type: 'song', id: 'm-1', number: 2, attributes: {} },
        { type: 'movie', id: 'm-3', number: 3, attributes: { year: 2002 } },
      ])
      expect(await world.store.totals()).toEqual(totalsOf({ items: 4 }))
    },
  },
  {
    name: 'records come back byte for byte, and the caller keeps theirs',
    check: async ({ store }) => {
      const body = Uint8Array.from({ length: 5000 }, (_, at) => at % 256)
      const records = [
        { id: 'd-1', user: 'ana', time: 1.5, body: body.subarray(10, 4000) },
        { id: 'd-2', user: null, time: 2, body: new Uint8Array(0) },
        { id: 'd-3', user: 'ana', time: 3, body },
      ]
      await store.appendRecords(records)
      expect(body).toHaveLength(5000)
      for (const record of records) expect(await store.readRecord(record.id)).toEqual(record)
      expect(await store.readRecord('d-4')).toBeNull()
      const [first] = records
      const changed = { ...first, id: 'd-1', user: 'ana', time: 9, body: Uint8Array.of(7) }
      await store.appendRecords([changed])
      expect(await store.readRecord('d-1')).toEqual(changed)
    },
  },
  {
    name: 'a read sees what was written before it, waited for or not',
    check: async ({ store }) => {
      const body = Uint8Array.of(1)
      const written = store.appendRecords([{ id: 'd-1', user: 'ana', time: 1, body }])
      const appended = store.appendEvents(eventsOf('ana', 2))
      expect(await store.readRecord('d-1')).toEqual({ id: 'd-1', user: 'ana', time: 1, body })
      expect(await store.readUser('ana')).toEqual(eventsOf('ana', 2))
      await Promise.all([written, appended])
    },
  },
  {
    name: 'records beyond what may wait are refused, and those before them are kept',
    check: async ({ store }) => {
      const body = new Uint8Array(RECORD_QUEUE_BYTES_MAX / 4)
      const writes = ['d-1', 'd-2', 'd-3', 'd-4', 'd-5'].map((id) =>
        store.appendRecords([{ id, user: null, time: 1, body }]),
      )
      const outcomes = await Promise.allSettled(writes)
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
      ])
      await expect(writes[4]).rejects.toMatchObject({ code: 'overloaded' })
      expect((await store.readRecord('d-4'))?.body).toHaveLength(body.length)
      expect(await store.readRecord('d-5')).toBeNull()
      await store.appendRecords([{ id: 'd-5', user: null, time: 1, body: Uint8Array.of(1) }])
      expect(await store.readRecord('d-5')).not.toBeNull()
    },
  },
  {
    name: 'a decision is rewarded once with the same value and time',
    check: async (world) => {
      const body = Uint8Array.of(1)
      await world.store.appendRecords([
        { id: 'd-1', user: 'ana', time: 1, body },
        { id: 'd-2', user: null, time: 1, body },
      ])
      const reward = { decision: 'd-1', value: 0.25, time: 5 }
      expect(await world.store.appendReward(reward)).toBe('accepted')
      expect(await world.store.appendReward(reward)).toBe('duplicate')
      expect(await world.store.appendReward({ ...reward, value: 1 })).toBe('accepted')
      expect(await world.store.appendReward({ ...reward, time: 6 })).toBe('accepted')
      expect(await world.store.appendReward({ ...reward, decision: 'd-2' })).toBe('accepted')
      await world.reopen()
      expect(await world.store.readRewards('d-1')).toEqual([
        reward,
        { ...reward, value: 1 },
        { ...reward, time: 6 },
      ])
      expect(await world.store.readRewards('d-2')).toEqual([{ ...reward, decision: 'd-2' }])
      await expect(world.store.appendReward({ ...reward, decision: 'd-3' })).rejects.toMatchObject({
        code: 'decision_unknown',
      })
      expect(await world.store.readRewards('d-3')).toEqual([])
    },
  },
  {
    name: 'records of a kind are read again in order with all that is known of them, and stay the first',
    check: async (world) => {
      const record = (id: string, user: string | null, kind?: string) => ({
        id,
        user,
        time: 7,
        body: Uint8Array.of(id.length),
        ...(kind !== undefined && { kind }),
      })
      const first = [
        record('k-1', 'ana', 'lot'),
        record('plain', 'ana'),
        record('k-2', null, 'lot'),
      ]
      expect(await world.store.appendRecords(first)).toEqual([])
      const again = { ...record('k-1', 'bo', 'lot'), time: 9 }
      const more = [again, record('k-3', 'bo', 'lot'), record('other', 'ana', 'else')]
      expect(await world.store.appendRecords(more)).toEqual(['k-1'])
      const rewards = [
        { decision: 'k-1', value: 1, time: 3, id: 'r' },
        { decision: 'k-1', value: null, time: 4, id: 'shown' },
        { decision: 'k-1', value: 1, time: 9, id: 'r' },
        { decision: 'k-1', value: 2, time: 9, id: 'r' },
        { decision: 'k-9', value: 1, time: 3 },
      ]
      expect(await world.store.appendRewards(rewards)).toEqual([
        'accepted',
        'accepted',
        'duplicate',
        'conflict',
        'unknown',
      ])
      await world.reopen()
      const log = await world.store.readLog('lot', 0, 10)
      expect(log.map(({ record: one }) => one)).toEqual([first[0], first[2], more[1]])
      expect(log.map((one) => one.rewards)).toEqual([rewards.slice(0, 2), [], []])
      const [, second] = log
      expect(await world.store.readLog('lot', log[0]?.number ?? 0, 1)).toEqual([second])
      expect(await world.store.readLogOf('lot', 'ana')).toEqual(log.slice(0, 1))
      expect(await world.store.readLogOf('lot', 'nobody')).toEqual([])
      expect((await world.store.readRecord('k-1'))?.kind).toBe('lot')
      expect(await world.store.eraseUser('ana')).toMatchObject({ decisions: 3 })
      expect(await world.store.readLog('lot', 0, 10)).toEqual(log.slice(1))
    },
  },
  {
    name: 'removed records are gone with their rewards, others stay, and their ids are free',
    check: async (world) => {
      const lot = (id: string, user: string | null): StoredRecord => ({
        ...{ id, user, time: 1_000, kind: 'lot', body: Uint8Array.from([1, 2, 3]) },
      })
      const [own, nobodys, kept] = [lot('k-1', 'ana'), lot('k-2', null), lot('k-3', 'ana')]
      await world.store.appendRecords([own, nobodys, kept])
      await world.store.appendRewards([
        { decision: 'k-1', value: 1, time: 3 },
        { decision: 'k-3', value: 1, time: 3 },
      ])
      expect(await world.store.removeRecords(['k-1', 'k-2', 'unheard-of'])).toBe(2)
      expect(await world.store.removeRecords(['k-1'])).toBe(0)
      expect(await world.store.appendRecords([lot('k-1', null)])).toEqual([])
      await world.reopen()
      const log = await world.store.readLog('lot', 0, 10)
      expect(log.map(({ record }) => record)).toEqual([kept, lot('k-1', null)])
      expect(log.map(({ rewards }) => rewards.length)).toEqual([1, 0])
    },
  },
  {
    name: 'documents are replaced whole and listed by prefix in order',
    check: async (world) => {
      const { store } = world
      await store.putDocument('receipt/2', '{"n":2}')
      await store.putDocument('receipt/1', '{"n":1}')
      await store.putDocument('receipt', 'not one of them')
      await store.putDocument('receipts/3', 'neither')
      await store.putDocument('receipt/1', 'Žluťoučký kůň \u{1F40E}')
      expect(await store.listDocuments('receipt/')).toEqual(['receipt/1', 'receipt/2'])
      expect(await store.listDocuments('')).toHaveLength(4)
      await world.reopen()
      expect(await world.store.readDocument('receipt/1')).toBe('Žluťoučký kůň \u{1F40E}')
      expect(await world.store.readDocument('receipt/9')).toBeNull()
    },
  },
  {
    name: 'the model published last is the current one; destroyed models are gone',
    check: async (world) => {
      const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256)
      const first = manifestOf('m_0a', bytes.length)
      const second = manifestOf('m_0b', 3)
      expect(await world.store.currentModel()).toBeNull()
      await world.store.publishModel(first, bytes)
      await world.store.publishModel(second, Uint8Array.of(1, 2, 3))
      await world.reopen()
      expect(await world.store.currentModel()).toEqual({
        manifest: second,
        bytes: Uint8Array.of(1, 2, 3),
      })
      await world.store.publishModel(first, bytes)
      expect((await world.store.currentModel())?.manifest).toEqual(first)
      expect(await world.store.destroyModels('m_0a')).toEqual(['m_0b'])
      expect(await world.store.currentModel()).toEqual({ manifest: first, bytes })
      expect(await world.store.destroyModels(null)).toEqual(['m_0a'])
      expect(await world.store.currentModel()).toBeNull()
      await world.reopen()
      expect(await world.store.currentModel()).toBeNull()
    },
  },
  {
    name: 'publishing and destroying at once leaves whole models',
    check: async ({ store }) => {
      const bytes = new Uint8Array(50_000)
      const work: Promise<unknown>[] = []
      for (let at = 0; at < 8; at++) {
        work.push(store.publishModel(manifestOf(`m_${at}`, bytes.length), bytes.fill(at)))
        work.push(store.destroyModels(at % 2 === 0 ? null : `m_${at}`), store.currentModel())
      }
      await Promise.all(work)
      const current = await store.currentModel()
      expect(current?.manifest.id).toBe('m_7')
      expect(current?.bytes).toEqual(new Uint8Array(50_000).fill(7))
    },
  },
]
