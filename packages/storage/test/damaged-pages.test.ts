import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AppStore, Storage } from '@adsum/engine'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventOf, fill } from './backup-fixture.ts'
import { newFolder, openAt } from './fixture.ts'

const PAGE_BYTES = 4096
/** Everybody's events fit on a leaf for about five of them. */
const CROWD = 60
const CORRUPT = { code: 'data_corrupt' }

/** A directory that was closed, and what is in it. */
const closed = newFolder()
let before: unknown

beforeAll(async () => {
  const storage = await openAt(closed)
  const store = await storage.openApp('cinema')
  await fill(store)
  for (let person = 0; person < CROWD; person++) {
    const user = `person-${person}`
    await store.appendEvents(Array.from({ length: 6 }, (_, at) => eventOf(user, at)))
  }
  before = await everything(store)
  await storage.close()
})

afterAll(() => rmSync(closed, { recursive: true }))

async function everything(store: AppStore): Promise<unknown> {
  return {
    people: await Array.fromAsync(store.readPeople()),
    totals: await store.totals(),
    quarantine: await store.readQuarantine({ limit: 10 }),
    items: await store.readItems(),
    documents: await store.listDocuments(''),
  }
}

/** Opens a copy of the directory whose files were changed. */
async function afterChange(
  change: (app: string, keys: string) => void,
  check: (storage: Storage) => Promise<void>,
): Promise<void> {
  const path = newFolder()
  cpSync(closed, path, { recursive: true })
  change(join(path, 'apps', 'cinema'), join(path, 'keys'))
  const storage = await openAt(path)
  try {
    await check(storage)
  } finally {
    await storage.close()
    rmSync(path, { recursive: true })
  }
}

function flip(file: string, at: number, bit = 0): void {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(file, bytes)
}

function overwrite(file: string, at: number, value: Uint8Array): void {
  const bytes = readFileSync(file)
  bytes.set(value, at)
  writeFileSync(file, bytes)
}

/** A page of a table without children, by the pages that SQLite says it has. */
function leafOf(app: string, table: string): number {
  const log = new DatabaseSync(join(app, 'log.db'), { readOnly: true })
  const sql = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'"
  const pages = log.prepare(sql).all(table)
  log.close()
  return pages[pages.length >> 1]?.pageno as number
}

test('a bit that changed is put right and told, wherever it is', async () => {
  const files = ['log', 'keys'] as const
  const bits = fc.record({
    file: fc.constantFrom(...files),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bit: fc.integer({ min: 0, max: 7 }),
  })
  await fc.assert(
    fc.asyncProperty(bits, async ({ file, at, bit }) => {
      let changed = ''
      const flipIn = (app: string, keys: string) => {
        changed = file === 'log' ? join(app, 'log.db') : join(keys, 'cinema.db')
        flip(changed, Math.floor(at * statSync(changed).size), bit)
      }
      await afterChange(flipIn, async (storage) => {
        const store = await storage.openApp('cinema')
        expect(await everything(store)).toEqual(before)
        const { repaired, damaged } = await store.scrub()
        expect(repaired).toEqual([expect.stringContaining(`${changed}: bit ${bit} of byte`)])
        expect(damaged).toBe(0)
      })
    }),
    { numRuns: 12 },
  )
})

describe('more than a bit', () => {
  test('of somebody’s events is damage of theirs alone, and they can be erased', async () => {
    const spoil = (app: string) => {
      const page = leafOf(app, 'chunks')
      // Within the last row of the page, far from where it begins.
      overwrite(join(app, 'log.db'), page * PAGE_BYTES - 40, new Uint8Array(8).fill(7))
    }
    await afterChange(spoil, async (storage) => {
      const store = await storage.openApp('cinema')
      const refused: string[] = []
      for (let person = 0; person < CROWD; person++) {
        const user = `person-${person}`
        const events = await store.readUser(user).catch((error: unknown) => {
          expect(error).toMatchObject(CORRUPT)
          refused.push(user)
        })
        if (events !== undefined) expect(events).toHaveLength(6)
      }
      expect(refused).toHaveLength(1)
      const [user = ''] = refused
      expect(await store.scrub()).toMatchObject({ damaged: 1 })
      expect(await store.eraseUser(user)).toMatchObject({ events: 6 })
      expect(await store.readUser(user)).toEqual([])
      expect(await store.scrub()).toMatchObject({ damaged: 0 })
    })
  })

  test.each([
    ['a page of the people', 'people'],
    ['a page of the counts', 'totals'],
    ['a page of the decisions', 'records'],
  ])('of %s is refused with the file, again and again', async (_, table) => {
    const spoil = (app: string) =>
      overwrite(join(app, 'log.db'), leafOf(app, table) * PAGE_BYTES - 3, Uint8Array.of(1, 2, 3))
    await afterChange(spoil, async (storage) => {
      const told = { ...CORRUPT, details: { what: expect.stringMatching(/log\.db: page \d/) } }
      await expect(storage.openApp('cinema')).rejects.toMatchObject(told)
      await expect(storage.openApp('cinema')).rejects.toMatchObject(told)
    })
  })

  test('of the order of somebody’s events is refused: it could hide others', async () => {
    // The low byte of how many rows there are.
    const spoil = (app: string) => {
      const at = (leafOf(app, 'chunks') - 1) * PAGE_BYTES + 4
      for (const bit of [0, 1]) flip(join(app, 'log.db'), at, bit)
    }
    await afterChange(spoil, async (storage) => {
      await expect(storage.openApp('cinema')).rejects.toMatchObject(CORRUPT)
    })
  })

  test('is refused when the file was cut off', async () => {
    const cut = (app: string) => truncateSync(join(app, 'log.db'), 5 * PAGE_BYTES + 100)
    await afterChange(cut, async (storage) => {
      const told = { ...CORRUPT, details: { what: expect.stringContaining('ends too early') } }
      await expect(storage.openApp('cinema')).rejects.toMatchObject(told)
    })
  })
})

test('damaged sums are made anew, and say so', async () => {
  const changes = [
    (app: string) => flip(join(app, 'log.sums'), 700),
    (app: string) => truncateSync(join(app, 'log.sums'), 600),
  ]
  for (const change of changes) {
    await afterChange(change, async (storage) => {
      const store = await storage.openApp('cinema')
      expect(await everything(store)).toEqual(before)
      const { repaired, damaged } = await store.scrub()
      expect(repaired).toEqual([expect.stringContaining('had no checksum')])
      expect(damaged).toBe(0)
    })
  }
})

test('a bit that changes while the store is open is put right by a look at everything', async () => {
  const path = newFolder()
  cpSync(closed, path, { recursive: true })
  const storage = await openAt(path)
  const store = await storage.openApp('cinema')
  const log = join(path, 'apps', 'cinema', 'log.db')
  flip(log, 9 * PAGE_BYTES + 100)
  expect(await store.scrub()).toMatchObject({
    repaired: [expect.stringContaining('log.db: bit 0')],
    damaged: 0,
  })
  expect(await everything(store)).toEqual(before)
  await storage.close()
  rmSync(path, { recursive: true })
})
