import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppData } from '../src/app-data.ts'
import { KEY_BYTES, sealingKey } from '../src/cipher.ts'
import { packEvents } from '../src/event-coding.ts'
import { RandomStream } from '../src/random-stream.ts'
import { eventOf } from './backup-fixture.ts'
import { newFolder } from './fixture.ts'

let folder: string
let data: AppData
beforeEach(() => {
  folder = newFolder()
  mkdirSync(join(folder, 'keys'))
  const root = sealingKey(randomBytes(KEY_BYTES))
  const random = new RandomStream(randomBytes(KEY_BYTES))
  data = AppData.open('cinema', folder, join(folder, 'keys', 'cinema.db'), root, random)
  append('ana', 0)
  append('ben', 0)
})
afterEach(() => {
  data.close()
  rmSync(folder, { recursive: true })
})

function append(user: string, at: number): void {
  data.begin()
  data.events.append(packEvents([eventOf(user, at)]))
  data.commit()
}

const files = (): Buffer[] =>
  ['log.db', 'keys/cinema.db'].map((name) => readFileSync(join(folder, name)))
const logSize = (): number => statSync(join(folder, 'log.db-wal')).size

test('while they are copied the files stand still, whatever is appended, folded or put to rest', () => {
  const { logBytes, keysBytes, totals } = data.beginCopy()
  const before = files()
  expect(before.map(({ length }) => length)).toEqual([logBytes, keysBytes])
  expect(totals.events).toBe(2)
  for (let at = 1; at < 50; at++) append(`person-${at}`, at)
  while (data.fold(100));
  data.rest()
  expect(files()).toEqual(before)
  expect(logSize()).toBeGreaterThan(0)
  expect(data.endCopy()).toBe(true)
  data.rest()
  expect(files()).not.toEqual(before)
  expect(logSize()).toBe(0)
})

test('an erasure goes ahead, and what was copied is void', () => {
  data.beginCopy()
  expect(data.erase('ana')).toMatchObject({ events: 1 })
  expect(logSize()).toBe(0)
  expect(data.endCopy()).toBe(false)
  data.beginCopy()
  expect(data.erase('nobody')).toMatchObject({ events: 0 })
  expect(data.endCopy()).toBe(true)
})
