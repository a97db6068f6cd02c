import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '@adsum/engine'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { alterByte, eventOf, fill } from './backup-fixture.ts'
import { changeDatabase } from './changed-database.ts'
import { newFolder, openAt } from './fixture.ts'

let folder: string
let storage: Storage
beforeEach(async () => {
  folder = newFolder()
  storage = await openAt(folder)
  await fill(await storage.openApp('cinema'))
})
afterEach(async () => {
  await storage.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Changes the files of the app behind its back and opens it again. */
async function damage(work: (app: string) => void): Promise<void> {
  await storage.close()
  work(join(folder, 'apps', 'cinema'))
  storage = await openAt(folder)
}

function execute(statements: string): (app: string) => void {
  return (app) => changeDatabase(join(app, 'log.db'), (log) => log.exec(statements))
}

const INTACT = {
  people: 3,
  events: 6,
  quarantined: 1,
  records: 4,
  items: 2,
  documents: 1,
  models: 1,
}

test('a store without damage is intact, and its work goes on meanwhile', async () => {
  const store = await storage.openApp('cinema')
  const told: number[] = []
  const [report] = await Promise.all([
    store.scrub((done) => told.push(done)),
    store.appendEvents([eventOf('ana', 1)]),
  ])
  expect(report).toEqual({ app: 'cinema', ...INTACT, repaired: [], damage: [], damaged: 0 })
  expect(told.at(-1)).toBeCloseTo(1, 0)
})

test('every piece of damage is found, the first hides none, and nobody is named', async () => {
  await damage((app) => {
    execute(`
      UPDATE chunks SET body = CAST(substr(body, 1, 20) || x'0000000000000000' || substr(body, 29) AS BLOB)
      WHERE place < 2 << 20;
      UPDATE chunks SET tags = x'00000000' WHERE place = 2 << 20;
      UPDATE quarantine SET body = x'00';
      UPDATE people SET name = x'00' WHERE person = 2;
      UPDATE records SET body = x'00' WHERE id = 'd-cy';
      UPDATE rewards SET body = x'00' WHERE decision = 'd-ben';
      UPDATE items SET lookup = x'00' WHERE number = 1;
      UPDATE documents SET body = x'00'`)(app)
    alterByte(join(app, 'models', 'm_1.model'), 77)
  })
  const [report] = await storage.scrub()
  expect(report).toMatchObject({ people: 2, events: 0, records: 2, items: 1, models: 0 })
  const found = report?.damage ?? []
  expect(found).toHaveLength(10)
  const expected = [
    'name of person 2',
    'events of person 0, chunk 0',
    'events of person 1, chunk 0',
    'tags of events of person 2, chunk 0',
    'quarantined event 1',
    'reward 0 of decision d-ben',
    'decision d-cy',
    'index entry of item 1',
    'document declaration',
    'm_1.model',
  ]
  for (const [at, words] of expected.entries()) expect(found[at]).toContain(words)
  expect(found.join()).not.toContain('ana')
})

test('a chunk that was moved to another person is damage of theirs', async () => {
  await damage(
    execute(`UPDATE chunks SET body = (SELECT body FROM chunks WHERE place = 1 << 20),
                               tags = (SELECT tags FROM chunks WHERE place = 1 << 20)
             WHERE place = 2 << 20`),
  )
  const [report] = await storage.scrub()
  expect(report).toMatchObject({ events: 4, damage: ['events of person 2, chunk 0'] })
})

test('an app that cannot be opened is damaged, and the others are looked at', async () => {
  const other = await storage.openApp('shop')
  await other.appendEvents([eventOf('dee', 0)])
  await damage((app) => rmSync(join(app, '..', '..', 'keys', 'cinema.db')))
  const [cinema, shop] = await storage.scrub()
  expect(cinema).toMatchObject({ damaged: 1, damage: [expect.stringContaining('is missing')] })
  expect(shop).toMatchObject({ events: 1, damaged: 0 })
})
