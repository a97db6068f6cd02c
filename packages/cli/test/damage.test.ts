import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Engine } from '@adsum/engine'
import { openSqliteStorage } from '@adsum/storage'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MadeWorld, shop } from './made-world.ts'

const CORRUPT = { code: 'data_corrupt' }
/** The place of the first events of the person with this number, see `chunks-table.ts`. */
const DAMAGED_PLACE = 7 * 2 ** 20

let world: MadeWorld
let log: string
beforeEach(async () => {
  world = new MadeWorld()
  world.write('shop.csv', shop())
  await world.adsum('import', 'shop.csv')
  log = join(world.folder, 'data', 'apps', 'shop', 'log.db')
})
afterEach(() => world.remove())

/** Changes bytes within what a query finds in a database, where it stands in the file. */
function spoil(file: string, query: string, change: (byte: number) => number, count: number): void {
  const db = new DatabaseSync(file, { readOnly: true })
  const [found] = Object.values(db.prepare(query).get() ?? {})
  db.close()
  const bytes = readFileSync(file)
  const at = bytes.indexOf(found as Uint8Array) + 16
  for (let place = at; place < at + count; place++) bytes[place] = change(bytes[place] as number)
  writeFileSync(file, bytes)
}

const EVENTS = `SELECT body FROM chunks WHERE place = ${DAMAGED_PLACE}`
const KEY = 'SELECT wrapped FROM person_keys WHERE person = 7'
const allBits = (byte: number) => byte ^ 0xff
const oneBit = (byte: number) => byte ^ 1

async function openEngine(reports: string[]): Promise<Engine> {
  const clock = { now: () => Date.now() }
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const storage = await openSqliteStorage({ path: join(world.folder, 'data'), clock, entropy })
  const report = (fault: unknown, what: string) => reports.push(`${what}: ${String(fault)}`)
  return Engine.open({ storage, clock, entropy, threads: 1, report })
}

describe('somebody whose events are damaged', () => {
  beforeEach(() => spoil(log, EVENTS, allBits, 20))

  test('keeps nobody else from being served, is told, and can be erased', async () => {
    const reports: string[] = []
    const engine = await openEngine(reports)
    const app = engine.app('shop')
    await app.ready
    expect(app.view()).toMatchObject({ users: 30, events: 145, damaged: { people: 1 } })
    expect(reports).toHaveLength(1)
    expect(reports[0]).toMatch(/^shop: people left out: 1: .*events of person 7, chunk 0/)

    const users = Array.from({ length: 30 }, (_, at) => `p${at}`)
    const refused: string[] = []
    for (const user of users) {
      await app.readUser(user).catch((error: unknown) => {
        expect(error).toMatchObject(CORRUPT)
        refused.push(user)
      })
    }
    expect(refused).toHaveLength(1)
    const [damaged = ''] = refused
    const surface = app.view().surfaces[0]?.name as string
    const ask = async (user: string) => app.decide({ surface, user, limit: 3 })
    await expect(ask(damaged)).rejects.toMatchObject(CORRUPT)
    for (const user of users.filter((one) => one !== damaged)) {
      expect((await ask(user)).choices.length).toBeGreaterThan(0)
    }

    const [event] = app.view().eventTypes
    const seen = (id: string, user: string) => ({ id, user, type: event, item: 'tea-1' })
    const sent = await app.sendEvents([seen('new-1', damaged), seen('new-2', users[0] as string)])
    const statuses = sent.map(({ status }) => status)
    expect(statuses).toEqual(['accepted', 'accepted'])
    expect(await app.learnNow()).not.toBeNull()
    expect((await app.verifyStatistics()).equal).toBe(true)

    expect(await app.eraseUser(damaged)).toMatchObject({ events: 6 })
    expect(app.view()).toMatchObject({ users: 29, events: 146, damaged: { people: 0 } })
    await expect(app.readUser(damaged)).rejects.toMatchObject({ code: 'user_unknown' })
    expect(await app.learnNow()).not.toBeNull()
    expect((await app.verifyStatistics()).equal).toBe(true)
    await engine.close()
  })

  test('is what the doctor finds, and the only thing', async () => {
    const found = await world.adsum('doctor', '--deep')
    expect(found.code).not.toBe(0)
    expect(found.output).toMatch(/!! +app shop +145 events, .*events of 1 person are damaged/)
    expect(found.output).toMatch(/!! +content shop +events of person 7, chunk 0/)
    expect(found.output).toContain('1 damaged; 145 events of 30 people are intact')
  })
})

test('somebody whose key is damaged keeps nobody from being served, and can be erased', async () => {
  spoil(join(world.folder, 'data', 'keys', 'shop.db'), KEY, allBits, 20)
  const engine = await openEngine([])
  const app = engine.app('shop')
  await app.ready
  expect(app.view()).toMatchObject({ users: 29, events: 145, damaged: { people: 1 } })
  const surface = app.view().surfaces[0]?.name as string
  const refused: string[] = []
  for (let person = 0; person < 30; person++) {
    const user = `p${person}`
    await app.decide({ surface, user, limit: 3 }).catch((error: unknown) => {
      expect(error).toMatchObject(CORRUPT)
      refused.push(user)
    })
  }
  expect(refused).toHaveLength(1)
  expect(await app.eraseUser(refused[0] as string)).toMatchObject({ events: 5 })
  expect(await app.learnNow()).not.toBeNull()
  expect((await app.verifyStatistics()).equal).toBe(true)
  await engine.close()
})

test('a bit that changed is put right, and the doctor says so', async () => {
  spoil(log, EVENTS, oneBit, 1)
  const found = await world.adsum('doctor')
  expect(found.output).toMatch(/!! +app shop +150 events, .*1 bit at rest had changed/)
  const again = await world.adsum('doctor', '--deep')
  expect(again.output).toContain('All is well.')
})
