import { join } from 'node:path'
import type { LoggedEvent } from '@adsum/engine/ports'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppData } from '../src/app-data.ts'
import { sealingKey } from '../src/cipher.ts'
import { decodeInOrder, packEvents } from '../src/event-coding.ts'
import { RandomStream } from '../src/random-stream.ts'
import { newFolder } from './fixture.ts'

const USERS = ['ada', 'bea', 'cyd', 'dan']
const root = sealingKey(new Uint8Array(32))
const random = new RandomStream(new Uint8Array(32))

function eventOf(user: string, number: number): LoggedEvent {
  return {
    id: `e-${number}`,
    type: 'watched',
    user,
    item: `item-${number}`,
    value: null,
    time: number,
    timeKnown: true,
    original: number,
    sent: null,
    received: number,
    context: null,
  }
}

const open = (folder: string) =>
  AppData.open('cinema', folder, join(folder, 'keys.db'), root, random)

function append(data: AppData, events: readonly LoggedEvent[]): string[] {
  data.begin()
  const { statuses } = data.events.append(packEvents(events))
  data.commit()
  return Array.from(statuses, String)
}

function idsOf(data: AppData, user: string): string[] {
  const person = data.people.find(user)
  if (person === null) return []
  const rows = data.chunks.rowsOf(person)
  return rows === '' ? [] : decodeInOrder({ user, person, rows }).map(({ id }) => id)
}

const step = fc.oneof(
  fc.record({
    do: fc.constant('append' as const),
    user: fc.constantFrom(...USERS),
    count: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ do: fc.constant('fold' as const), arrivals: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('erase' as const), user: fc.constantFrom(...USERS) }),
  fc.record({ do: fc.constant('reopen' as const) }),
  fc.record({ do: fc.constant('undo' as const), user: fc.constantFrom(...USERS) }),
)

test('whatever is folded, and wherever folding was interrupted, the log is what a list would be', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const folder = newFolder()
      let data = open(folder)
      const list = new Map<string, LoggedEvent[]>()
      let number = 0
      for (const one of steps) {
        if (one.do === 'append') {
          const events = Array.from({ length: one.count }, () => eventOf(one.user, number++))
          expect(new Set(append(data, events))).toEqual(new Set(['0']))
          list.set(one.user, [...(list.get(one.user) ?? []), ...events])
        } else if (one.do === 'fold') data.fold(one.arrivals)
        else if (one.do === 'erase') {
          data.erase(one.user)
          list.delete(one.user)
        } else if (one.do === 'undo') {
          data.begin()
          data.events.append(packEvents([eventOf(one.user, 1_000_000)]))
          data.events.writeOut()
          data.rollBack()
        } else {
          // As after a crash: nothing is finished first.
          data.close()
          data = open(folder)
        }
      }
      for (const user of USERS) {
        expect(idsOf(data, user)).toEqual((list.get(user) ?? []).map(({ id }) => id))
      }
      const all = [...list.values()].flat()
      expect(data.totals.totals()).toMatchObject({ events: all.length, users: list.size })
      // Every id is still known, wherever its event stands now.
      if (all.length > 0) expect(new Set(append(data, all))).toEqual(new Set(['1']))
      while (data.fold(2));
      for (const user of USERS) {
        expect(idsOf(data, user)).toEqual((list.get(user) ?? []).map(({ id }) => id))
      }
      data.close()
    }),
    { numRuns: 60 },
  )
}, 120_000)
