import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppStore } from '@adsum/engine'
import { eventOf, eventsOf } from '@adsum/engine/testing'
import { expect, test } from 'vitest'
import { seal, sealingKey, unseal } from '../src/cipher.ts'
import { AppKeys } from '../src/keys.ts'
import { RandomStream } from '../src/random-stream.ts'
import { changeDatabase } from './changed-database.ts'
import { newFixture, openAt } from './fixture.ts'

/**
 * Damage that no seal can tell: rows that were wrong when they were sealed, such as after a bit of the
 * memory flipped on the way to the writer thread. Ana has the number 0, Ben 1; Ben's events have the
 * positions 3 to 5.
 */
async function afterChange(
  change: (rows: string) => string,
  check: (store: AppStore) => Promise<void>,
): Promise<void> {
  const fixture = await newFixture()
  let storage = await openAt(fixture.path)
  let store = await storage.openApp('cinema')
  await store.appendEvents(eventsOf('ana', 3))
  await store.appendEvents(eventsOf('ben', 3))
  await storage.close()
  changeRows(fixture.path, 1, change)
  storage = await openAt(fixture.path)
  store = await storage.openApp('cinema')
  await check(store)
  await storage.close()
  await fixture.dispose()
}

/** Opens the first chunk of a person, changes its text and seals it again. */
function changeRows(path: string, person: number, change: (rows: string) => string): void {
  const random = new RandomStream(new Uint8Array(32))
  const root = sealingKey(readFileSync(join(path, 'keys', 'root.key')))
  const keys = AppKeys.open(join(path, 'keys', 'cinema.db'), 'cinema', false, root, random)
  const place = person * 2 ** 20
  const name = `events of person ${person}, chunk 0`
  changeDatabase(join(path, 'apps', 'cinema', 'log.db'), (log) => {
    const row = log.prepare('SELECT body FROM chunks WHERE place = ?').get(place)
    const rows = unseal(keys.of(person), name, row?.body as Uint8Array).toString()
    const changed = change(rows)
    expect(changed).not.toBe(rows)
    const body = seal(keys.of(person), name, Buffer.from(changed), random)
    log.prepare('UPDATE chunks SET body = ? WHERE place = ?').run(body, place)
  })
  keys.close()
}

function corrupt(what: string): object {
  return { code: 'data_corrupt', details: { what } }
}

test.each([
  ['the item of the second', (rows: string) => rows.replace('"m-1"', '"m-7"'), 4],
  ['the checksum of the third', (rows: string) => rows.replace(/(\[5,)\d/, '$19'), 5],
  ['the id of the first', (rows: string) => rows.replace('"ben-0"', '"ben-9"'), 3],
  ['a context', (rows: string) => rows.replace('"device":"tv"', '"device":"pc"'), 3],
])('%s is changed: it is found, named, and hurts nobody else', async (_, change, position) => {
  await afterChange(change, async (store) => {
    const found = corrupt(`event at position ${position} of person 1`)
    await expect(store.readUser('ben')).rejects.toMatchObject(found)
    expect(await store.readUser('ana')).toEqual(eventsOf('ana', 3))
    const people = store.readPeople()[Symbol.asyncIterator]()
    expect((await people.next()).value).toMatchObject({ user: 'ana' })
    await expect(people.next()).rejects.toMatchObject(found)
    // Whether a known id means the same cannot be told from a damaged chunk.
    await expect(store.appendEvents(eventsOf('ben', 3))).rejects.toMatchObject(found)
    const outcomes = await store.appendEvents([...eventsOf('ana', 3), eventOf({ user: 'ben' })])
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array(3).fill('duplicate'),
      'accepted',
    ])
    expect(await store.eraseUser('ben')).toEqual({ events: 4, decisions: 0, quarantined: 0 })
    expect(await store.readUser('ben')).toEqual([])
  })
})

test('rows that are no JSON are found', async () => {
  await afterChange(
    (rows) => rows.replace('[4,', '{4,'),
    async (store) => {
      await expect(store.readUser('ben')).rejects.toMatchObject(corrupt('events of person 1'))
      expect(await store.readUser('ana')).toHaveLength(3)
    },
  )
})
