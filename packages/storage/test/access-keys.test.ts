import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredAccessKey } from '@adsum/engine'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newFolder, openAt } from './fixture.ts'

const KEY: StoredAccessKey = {
  id: 'k3f7w2aqm5x4tz6b',
  kind: 'write',
  app: 'cinema',
  name: 'default',
  scopes: ['record'],
  hash: '00',
  origins: ['https://shop.example'],
  browsersOnly: false,
  jwk: null,
  created: 1_700_000_000_000,
  expires: null,
  revoked: null,
  lastUsed: null,
}

let path: string
beforeEach(() => {
  path = newFolder()
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

const file = (): string => join(path, 'access-keys.json')

/** What a new process finds; or the code of the error with which it refuses. */
async function found(): Promise<StoredAccessKey[] | string> {
  const storage = await openAt(path)
  try {
    return await storage.accessKeys.list()
  } catch (fault) {
    return (fault as { code: string }).code
  } finally {
    await storage.close()
  }
}

async function keep(keys: readonly StoredAccessKey[]): Promise<void> {
  const storage = await openAt(path)
  await storage.accessKeys.replace(keys)
  await storage.close()
}

test('keys are none at first, are found again as they were, and are replaced whole', async () => {
  expect(await found()).toEqual([])
  const other = { ...KEY, id: 'other', revoked: 1_700_000_000_001, lastUsed: '2026-11-21' }
  await keep([KEY, other])
  expect(await found()).toEqual([KEY, other])
  await keep([other])
  expect(await found()).toEqual([other])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('a hash is the same after opening again, and depends on the text and on the directory', async () => {
  const hashes = async (at: string): Promise<string[]> => {
    const storage = await openAt(at)
    const made = ['secret', 'Secret', ''].map((text) => storage.accessKeys.hash(text))
    await storage.close()
    return made
  }
  const first = await hashes(path)
  expect(await hashes(path)).toEqual(first)
  expect(new Set(first).size).toBe(3)
  for (const hash of first) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  const elsewhere = newFolder()
  expect((await hashes(elsewhere))[0]).not.toBe(first[0])
  rmSync(elsewhere, { recursive: true, force: true })
})

test('a bit that is not what it was is found, wherever it is', async () => {
  await keep([KEY])
  const whole = readFileSync(file())
  const storage = await openAt(path)
  try {
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(file(), changed)
      const outcome = await storage.accessKeys.list().then(
        (keys) => JSON.stringify(keys),
        (fault: { code: string }) => fault.code,
      )
      // A changed space between two fields changes nothing that is read.
      expect([JSON.stringify([KEY]), 'data_corrupt']).toContain(outcome)
    }
  } finally {
    await storage.close()
  }
})

test('whoever writes to the file without the root key can neither make up a key nor widen one', async () => {
  await keep([KEY])
  const text = readFileSync(file(), 'utf8')
  const { keys, ...rest } = JSON.parse(text)
  const forgeries = [
    text.replace('"cinema"', '"music"'),
    text.replace('https://shop.example', 'https://evil.example'),
    text.replace('"write"', '"secret"'),
    JSON.stringify({ ...rest, keys: [...keys, { ...KEY, id: 'made-up' }] }),
    JSON.stringify({ ...rest, keys: [] }),
    JSON.stringify({ ...rest, keys, version: 2 }),
    JSON.stringify({ keys, version: 1 }),
    text.slice(0, text.length / 2),
    '[]',
    'null',
    '',
  ]
  for (const forged of forgeries) {
    writeFileSync(file(), forged)
    expect(await found()).toBe('data_corrupt')
  }
})
