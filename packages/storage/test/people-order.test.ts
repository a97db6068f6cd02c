import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inNameOrder, nextOf } from '../src/people-order.ts'
import { eventOf } from './backup-fixture.ts'
import { newFolder, openAt } from './fixture.ts'

test('runs of any lengths are merged into one order', () => {
  // A fixed shuffle: 7 generates the numbers below 101 by multiplication.
  const shuffled = Array.from({ length: 100 }, (_, at) => (7 ** (at % 10) % 101) | 0).concat(
    Array.from({ length: 100 }, (_, at) => (at * 37) % 101),
  )
  const names = [...new Set(shuffled)].map((number) => String(number).padStart(3, '0'))
  for (const length of [1, 2, 3, 7, 50, 1_000]) {
    const runs = []
    for (let from = 0; from < names.length; from += length) {
      const part = names.slice(from, from + length).sort()
      runs.push({ numbers: Uint32Array.from(part, Number), names: part, damaged: [], last: null })
    }
    runs.push({ numbers: new Uint32Array(), names: [], damaged: [], last: null })
    const expected = names.toSorted().map(Number)
    expect([...inNameOrder(runs)]).toEqual(expected)
    const order = inNameOrder(runs)
    expect([...nextOf(order, 5), ...nextOf(order, 0), ...nextOf(order, 500)]).toEqual(expected)
  }
})

test('a crowd is read by name, each once, whatever the pages', async () => {
  const folder = newFolder()
  const storage = await openAt(folder)
  const store = await storage.openApp('cinema')
  const crowd = Array.from({ length: 1_300 }, (_, at) => `person-${(at * 7_919) % 1_300}`)
  await store.appendEvents(crowd.map((user) => eventOf(user, 1)))
  const read: string[] = []
  for await (const { user, events } of store.readPeople()) {
    expect(events).toEqual([eventOf(user, 1)])
    read.push(user)
  }
  expect(read).toEqual(crowd.toSorted())
  await storage.close()
  rmSync(folder, { recursive: true })
})
