import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AppStore, LoggedEvent, RefusedEvent } from '@adsum/engine'
import { expect, test } from 'vitest'
import { foundIn, spellings } from './files-of.ts'
import { newFixture, openAt } from './fixture.ts'

const CANARY = 'canary-3f9a1c'
const USER = `user-${CANARY}`

function eventOf(user: string, at: number): LoggedEvent {
  const mark = user === USER ? CANARY : user
  return {
    id: `id-${mark}-${at}`,
    type: 'watched',
    user,
    item: `item-${mark}-${at % 40}`,
    value: 4.5,
    time: at * 1000,
    timeKnown: true,
    original: at * 1000,
    sent: null,
    received: at * 1000,
    context: { place: `context-${mark}` },
  }
}

/** An event that was not taken, with marks in everything that is kept of it. */
function refusedOf(user: string, at: number): RefusedEvent {
  const mark = user === USER ? CANARY : user
  return {
    user,
    event: `id-${mark}-${at}`,
    source: 'events',
    refusal: { code: 'item_unknown', message: `no item ${mark}`, path: `path-${mark}` },
    sent: null,
    received: at,
    raw: JSON.stringify({ id: `id-${mark}-${at}`, item: `item-${mark}` }),
  }
}

/** Several kinds of traces: chunks written once and again, long ones, decisions, rewards, quarantine. */
async function plant(store: AppStore, from: number, count: number): Promise<void> {
  for (let at = from; at < from + count; at++) {
    await store.appendEvents([eventOf(USER, at), eventOf(`other-${at}`, at)])
  }
  const long = Array.from({ length: 1200 }, (_, at) => eventOf(USER, from + count + at))
  await store.appendEvents([...long, eventOf('other', from)])
  const body = Buffer.from(`body-${CANARY} `.repeat(300))
  await store.appendRecords([
    { id: `d-${from}`, user: USER, time: 1, body },
    { id: `d-${from + 1}`, user: `other-${from}`, time: 1, body: Buffer.from('another body') },
    { id: `d-${from + 2}`, user: USER, time: 1, body },
  ])
  await store.appendReward({ decision: `d-${from}`, value: 1, time: 9 })
  await store.quarantine([refusedOf(USER, from), refusedOf(`other-${from}`, from)])
  await store.quarantine([refusedOf(USER, from + 1)])
  const [newest] = await store.readQuarantine({ limit: 1 })
  const refusal = { code: 'context_invalid', message: `again ${CANARY}`, path: 'x' } as const
  await store.refuseAgain([{ id: newest?.id ?? '', refusal }])
}

/** Pieces of every sealed value of the first person, who has the number 0. */
function sealedPieces(path: string): Buffer[] {
  const log = new DatabaseSync(join(path, 'apps', 'cinema', 'log.db'), { readOnly: true })
  const keys = new DatabaseSync(join(path, 'keys', 'cinema.db'), { readOnly: true })
  const rows = [
    ...log.prepare('SELECT body FROM chunks WHERE place < 1 << 20').all(),
    ...log.prepare('SELECT name AS body FROM people WHERE person = 0').all(),
    ...log.prepare('SELECT lookup AS body FROM people WHERE person = 0').all(),
    ...log.prepare('SELECT body FROM records WHERE person = 0').all(),
    ...log.prepare('SELECT body FROM quarantine WHERE person = 0').all(),
    ...log.prepare('SELECT identity AS body FROM quarantine WHERE person = 0').all(),
    ...log
      .prepare(`SELECT rewards.body FROM rewards JOIN records ON id = decision
                    WHERE person = 0`)
      .all(),
    ...keys.prepare('SELECT wrapped AS body FROM person_keys WHERE person = 0').all(),
  ]
  log.close()
  keys.close()
  return rows.flatMap(({ body }) => {
    const bytes = Buffer.from(body as Uint8Array)
    const starts = [0, Math.floor(bytes.length / 2), bytes.length - 16]
    return starts.map((start) => bytes.subarray(Math.max(0, start), Math.max(0, start) + 16))
  })
}

test('after erasing no byte of a person is in any file, sealed or not', async () => {
  const fixture = await newFixture()
  const canaries = [CANARY, USER, `id-${CANARY}-7`, `item-${CANARY}-7`].flatMap(spellings)
  const pieces: Buffer[] = []
  for (const from of [0, 10_000, 20_000]) {
    const storage = await openAt(fixture.path)
    await plant(await storage.openApp('cinema'), from, 25)
    expect(foundIn(fixture.path, canaries), 'ids and content are never in clear').toEqual([])
    await storage.close()
    pieces.push(...sealedPieces(fixture.path))
  }
  expect(foundIn(fixture.path, pieces).length, 'the search finds what is there').toBeGreaterThan(20)

  const storage = await openAt(fixture.path)
  const store = await storage.openApp('cinema')
  await store.appendEvents([eventOf(USER, 50_000)])
  expect(await store.eraseUser(USER)).toEqual({
    events: 3 * 1225 + 1,
    decisions: 6,
    quarantined: 6,
  })
  expect(foundIn(fixture.path, [...pieces, ...canaries])).toEqual([])
  expect(await store.readUser('other-7')).toEqual([eventOf('other-7', 7)])
  await storage.close()
  expect(foundIn(fixture.path, [...pieces, ...canaries])).toEqual([])
  await fixture.dispose()
})

test('of a person with nothing but quarantined events no byte is left either', async () => {
  const fixture = await newFixture()
  let storage = await openAt(fixture.path)
  let store = await storage.openApp('cinema')
  await store.quarantine([refusedOf(USER, 1), refusedOf('other', 2)])
  await storage.close()
  const canaries = [CANARY, USER].flatMap(spellings)
  const pieces = sealedPieces(fixture.path)
  expect(foundIn(fixture.path, canaries), 'never in clear').toEqual([])
  expect(foundIn(fixture.path, pieces).length, 'the search finds what is there').toBeGreaterThan(5)
  storage = await openAt(fixture.path)
  store = await storage.openApp('cinema')
  expect(await store.eraseUser(USER)).toEqual({ events: 0, decisions: 0, quarantined: 1 })
  expect(foundIn(fixture.path, [...pieces, ...canaries])).toEqual([])
  expect(await store.readQuarantine({ limit: 9 })).toMatchObject([refusedOf('other', 2)])
  await storage.close()
  await fixture.dispose()
})

test('a removed app leaves no byte of its keys', async () => {
  const fixture = await newFixture()
  const storage = await openAt(fixture.path)
  const store = await storage.openApp('cinema')
  await store.appendEvents([eventOf(USER, 1)])
  await store.close()
  const pieces = sealedPieces(fixture.path)
  expect(foundIn(fixture.path, pieces)).toHaveLength(pieces.length)
  await storage.removeApp('cinema')
  expect(foundIn(fixture.path, pieces)).toEqual([])
  await storage.close()
  await fixture.dispose()
})
