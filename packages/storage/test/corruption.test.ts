import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppStore, LoggedEvent } from '@adsum/engine'
import { expect, test } from 'vitest'
import { changeDatabase } from './changed-database.ts'
import { newFixture, openAt } from './fixture.ts'

function eventOf(user: string, at: number): LoggedEvent {
  return {
    id: `${user}-${at}`,
    type: 'watched',
    user,
    item: 'm-1',
    value: null,
    time: at,
    timeKnown: true,
    original: at,
    sent: null,
    received: at,
    context: null,
  }
}

/** Fills a store, changes its log behind its back, opens it again. */
async function afterDamage(
  damage: string,
  check: (store: AppStore) => Promise<void>,
): Promise<void> {
  const fixture = await newFixture()
  let storage = await openAt(fixture.path)
  let store = await storage.openApp('cinema')
  for (const user of ['ana', 'ben', 'cy']) await store.appendEvents([eventOf(user, 0)])
  await store.putItems([{ type: 'movie', id: 'm-1', attributes: {} }])
  await store.appendRecords([{ id: 'd-1', user: 'ana', time: 1, body: Uint8Array.of(1, 2, 3) }])
  await storage.close()
  changeDatabase(join(fixture.path, 'apps', 'cinema', 'log.db'), (log) => log.exec(damage))
  storage = await openAt(fixture.path)
  store = await storage.openApp('cinema')
  await check(store)
  await storage.close()
  await fixture.dispose()
}

const CORRUPT = { code: 'data_corrupt' }

test('a changed bit in a chunk is found, and hurts nobody else', async () => {
  const flip = `UPDATE chunks SET body = CAST(substr(body, 1, 20) || x'ffffffffffffffff' || substr(body, 29) AS BLOB)
                WHERE place < 1 << 20`
  await afterDamage(flip, async (store) => {
    await expect(store.readUser('ana')).rejects.toMatchObject(CORRUPT)
    expect(await store.readUser('ben')).toEqual([eventOf('ben', 0)])
    const outcomes = await Promise.all([
      store.appendEvents([eventOf('ana', 1)]),
      store.appendEvents([eventOf('ben', 1)]),
    ])
    expect(outcomes.flat().map(({ status }) => status)).toEqual(['accepted', 'accepted'])
    expect(await store.readUser('ben')).toHaveLength(2)
    expect(await store.eraseUser('ana')).toEqual({ events: 2, decisions: 1, quarantined: 0 })
    expect(await store.readUser('ana')).toEqual([])
  })
})

test('a chunk moved to another place is found', async () => {
  const swap = `UPDATE chunks SET body = (SELECT body FROM chunks WHERE place = 1 << 20)
                WHERE place = 2 << 20`
  await afterDamage(swap, async (store) => {
    await expect(store.readUser('cy')).rejects.toMatchObject(CORRUPT)
    await expect(store.readPeople()[Symbol.asyncIterator]().next()).rejects.toMatchObject(CORRUPT)
  })
})

test('a damaged decision or item is found', async () => {
  await afterDamage(
    `UPDATE records SET body = x'00'; UPDATE items SET body = x'00'`,
    async (store) => {
      await expect(store.readRecord('d-1')).rejects.toMatchObject(CORRUPT)
      await expect(store.readItems()).rejects.toMatchObject(CORRUPT)
      await expect(
        store.appendReward({ decision: 'd-1', value: 1, time: 1 }),
      ).rejects.toMatchObject(CORRUPT)
      expect(await store.readUser('ana')).toEqual([eventOf('ana', 0)])
    },
  )
})

test('a damaged record of a log is left out and told, and those after it come', async () => {
  const fixture = await newFixture()
  let storage = await openAt(fixture.path)
  let store = await storage.openApp('cinema')
  const ids = ['d-1', 'd-2', 'd-3', 'd-4', 'd-5']
  const body = Uint8Array.of(1, 2, 3)
  await store.appendRecords(ids.map((id) => ({ id, user: 'ana', time: 1, body, kind: 'lot' })))
  await storage.close()
  changeDatabase(join(fixture.path, 'apps', 'cinema', 'log.db'), (log) =>
    log.exec("UPDATE records SET body = x'00' WHERE id IN ('d-2', 'd-3')"),
  )
  storage = await openAt(fixture.path)
  store = await storage.openApp('cinema')
  const read = async (after: number, limit: number) =>
    (await store.readLog('lot', after, limit)).map(({ record }) => record.id)
  expect(await read(0, 2)).toEqual(['d-1', 'd-4'])
  expect(await read(0, 10)).toEqual(['d-1', 'd-4', 'd-5'])
  expect((await store.readLogOf('lot', 'ana')).map(({ record }) => record.id)).toHaveLength(3)
  expect(store.leftOut).toEqual(['decision d-2', 'decision d-3'])
  await storage.close()
  await fixture.dispose()
})

test('a log that is no database is found', async () => {
  const fixture = await newFixture()
  const storage = await openAt(fixture.path)
  const store = await storage.openApp('cinema')
  await store.close()
  writeFileSync(join(fixture.path, 'apps', 'cinema', 'log.db'), 'no database at all '.repeat(500))
  await expect(storage.openApp('cinema')).rejects.toMatchObject(CORRUPT)
  await storage.close()
  await fixture.dispose()
})

test('a model that is not what was published is found', async () => {
  const fixture = await newFixture()
  const storage = await openAt(fixture.path)
  const store = await storage.openApp('cinema')
  const counts = { logPosition: 0, erasures: 0, fittedAt: 0, seconds: 0, features: 0, bytes: 3 }
  await store.publishModel({ id: 'm_1', ...counts }, Uint8Array.of(1, 2, 3))
  writeFileSync(join(fixture.path, 'apps', 'cinema', 'models', 'm_1.model'), Uint8Array.of(1, 2, 4))
  await expect(store.currentModel()).rejects.toMatchObject(CORRUPT)
  await expect(
    store.publishModel({ id: '../m_1', ...counts }, Uint8Array.of(1)),
  ).rejects.toMatchObject({ code: 'request_invalid' })
  await storage.close()
  await fixture.dispose()
})
