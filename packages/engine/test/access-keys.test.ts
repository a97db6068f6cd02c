import { createHmac } from 'node:crypto'
import { type KeyRequest, keyRequestSchema, parseKeyText } from '@adsum/protocol'
import { beforeEach, expect, test } from 'vitest'
import { ACCESS_KEYS_MAX, AccessKeys, REVOKED_KEYS_MAX } from '../src/access/access-keys.ts'
import type { StoredAccessKey } from '../src/index.ts'
import { NOW } from './cinema-in-small.ts'

/** What is at rest, how often it was written, and whether the disk takes anything. */
let rest: { keys: readonly StoredAccessKey[]; writes: number; isFull: boolean }
let now: number
let faults: string[]
let keys: AccessKeys

beforeEach(async () => {
  rest = { keys: [], writes: 0, isFull: false }
  now = NOW
  faults = []
  keys = await open()
})

function open(): Promise<AccessKeys> {
  return AccessKeys.open({
    store: {
      list: async () => [...rest.keys],
      replace: async (next) => {
        // A disk answers later, so changes that are asked for at once come to wait for each other.
        await new Promise((resolve) => setImmediate(resolve))
        if (rest.isFull) throw new Error('the disk is full')
        rest.keys = next
        rest.writes += 1
      },
      hash: (secret) => createHmac('sha256', 'root').update(secret).digest('hex'),
    },
    clock: { now: () => now },
    entropy: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    report: (fault) => void faults.push(String(fault)),
  })
}

const create = (request: Partial<KeyRequest> = {}) =>
  keys.create(keyRequestSchema.parse({ kind: 'secret', app: 'cinema', ...request }))

function parsed(text: string | null) {
  const key = parseKeyText(text ?? '')
  if (key === null) throw new Error(`${text} is no key`)
  return key
}

test('changes that are asked for at once all hold, here and after opening again', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `key-${index}`)
  const made = await Promise.all(names.map((name) => create({ name })))
  await Promise.all(made.slice(0, 10).map(({ key }) => keys.revoke(key.id)))
  const reopened = await open()
  for (const each of [keys, reopened]) {
    expect(
      each
        .active()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(names.slice(10).sort())
  }
})

test('two of a name at once are two, and a third is none', async () => {
  const outcomes = await Promise.allSettled([create(), create(), create()])
  expect(outcomes.map(({ status }) => status).sort()).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
  ])
  now += 1
  expect(keys.active()).toHaveLength(2)
})

test('a change that is not at rest does not hold, and holds up no other', async () => {
  const { key, text } = await create()
  rest.isFull = true
  await expect(keys.revoke(key.id)).rejects.toThrow('the disk is full')
  await expect(create({ name: 'other' })).rejects.toThrow('the disk is full')
  expect(keys.check(parsed(text)).id).toBe(key.id)
  expect(keys.list()).toHaveLength(1)
  rest.isFull = false
  await keys.revoke(key.id)
  expect(() => keys.check(parsed(text))).toThrow(/revoked/)
})

test('a use is noted once a day, those of a moment together', async () => {
  const made = await Promise.all(['a', 'b', 'c'].map((name) => create({ name })))
  await keys.settled()
  const before = rest.writes
  for (let use = 0; use < 100; use += 1) for (const { text } of made) keys.check(parsed(text))
  await keys.settled()
  expect(rest.writes - before).toBe(1)
  expect(rest.keys.map(({ lastUsed }) => lastUsed)).toEqual(Array(3).fill('2026-11-21'))
  expect(faults).toEqual([])
})

test('a use that cannot be noted is let in all the same, and reported', async () => {
  const { text } = await create()
  rest.isFull = true
  expect(keys.check(parsed(text)).app).toBe('cinema')
  await keys.settled()
  expect(faults).toEqual(['Error: the disk is full'])
})

test('keys go with their app', async () => {
  const mine = await create()
  const theirs = await create({ app: 'music' })
  await keys.revokeApp('cinema')
  expect(() => keys.check(parsed(mine.text))).toThrow(/revoked/)
  expect(keys.check(parsed(theirs.text)).app).toBe('music')
})

test('neither active nor revoked keys grow without bound', async () => {
  const filler = (count: number, revoked: number | null): StoredAccessKey[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `filler-${index}`,
      kind: 'write',
      app: `app-${index}`,
      name: 'default',
      scopes: ['record'],
      hash: '00',
      origins: [],
      browsersOnly: false,
      jwk: null,
      created: NOW,
      expires: null,
      revoked: revoked === null ? null : revoked + index,
      lastUsed: null,
    }))
  rest.keys = filler(ACCESS_KEYS_MAX, null)
  keys = await open()
  await expect(create()).rejects.toThrow(`${ACCESS_KEYS_MAX} active keys`)
  rest.keys = filler(REVOKED_KEYS_MAX + 50, NOW)
  keys = await open()
  await create()
  const ids = keys.list().map(({ id }) => id)
  expect(ids).toHaveLength(REVOKED_KEYS_MAX + 1)
  expect(ids).not.toContain('filler-49')
  expect(ids).toContain('filler-50')
})
