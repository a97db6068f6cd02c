import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Engine } from '@adsum/engine'
import type { QuarantineView } from '@adsum/protocol'
import { openSqliteStorage } from '@adsum/storage'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MadeWorld, shop } from './made-world.ts'

let world: MadeWorld
beforeEach(() => {
  world = new MadeWorld()
})
afterEach(() => world.remove())

/** Sends events to the only app, as a server would that held the data. */
async function sendEvents(events: readonly object[]): Promise<void> {
  const clock = { now: () => Date.now() }
  const entropy = { bytes: (length: number) => randomBytes(length) }
  const path = join(world.folder, 'data')
  const storage = await openSqliteStorage({ path, clock, entropy })
  const report = (fault: unknown) => {
    throw fault
  }
  const engine = await Engine.open({ storage, clock, entropy, report })
  await engine.app(undefined).sendEvents(events)
  await engine.close()
}

const USAGE = { error: { code: 'usage_invalid' } }

test('what was not taken is listed, judged anew, and discarded', async () => {
  world.write('shop.csv', shop())
  await world.adsum('import', 'shop.csv')
  expect((await world.adsum('quarantine', 'list')).output).toContain('Nothing is in quarantine.')
  await sendEvents([
    { id: 'late', type: 'interaction', user: 'p1', item: 'new-item' },
    { id: 'odd', type: 'eaten', user: 'p2', item: 'new-item' },
  ])
  const listed = await world.adsum('quarantine', 'list')
  expect(listed.output).toMatch(/q_[0-9a-f]{32}.*odd +p2 +event_type_unknown/)
  expect(listed.output).toContain('2 of 2 shown.')
  const ofCode = await world.adsum('quarantine', 'list', '--code', 'item_unknown', '--json')
  const { total, events } = ofCode.json<QuarantineView>()
  expect({ total, events: events.map(({ event }) => event) }).toEqual({
    total: 1,
    events: ['late'],
  })
  const replayed = await world.adsum('quarantine', 'replay', '--json')
  expect(replayed.json()).toEqual({ accepted: 0, duplicate: 0, kept: 2 })
  const future = { id: 'early', type: 'interaction', user: 'p1', item: 'tea-0' }
  await sendEvents([{ ...future, time: '2999-01-01T00:05:00Z' }])
  const [early] = (await world.adsum('quarantine', 'list', '--json')).json<QuarantineView>().events
  const waiting = await world.adsum('quarantine', 'replay', early?.id ?? '')
  expect(waiting.output).toContain('replay again from 2999-01-01T00:00:00.000Z on')
  await world.adsum('quarantine', 'discard', early?.id ?? '')
  const discarded = await world.adsum('quarantine', 'discard', events[0]?.id ?? '')
  expect(discarded.output).toContain('Discarded 1 event.')
  const gone = await world.adsum('quarantine', 'discard', events[0]?.id ?? '')
  expect(gone).toMatchObject({ code: 1, errors: expect.stringContaining('(quarantine_unknown)') })
  const erased = await world.adsum('erase', 'p2', '--yes')
  expect(erased.output).toContain('5 events, 1 quarantined event and 0 stored answers')
  expect((await world.adsum('quarantine', 'list', '--json')).json()).toMatchObject({ total: 0 })
})

test.each([
  [['quarantine', 'list', '--limit', '0']],
  [['quarantine', 'list', '--limit', 'all']],
  [['quarantine', 'discard']],
  [['quarantine', 'nonsense']],
])('%j is wrong', async (words) => {
  world.write('shop.csv', shop())
  const ended = await world.adsum(...words, '--json')
  expect(ended.code).toBe(2)
  expect(ended.json()).toMatchObject(USAGE)
})
