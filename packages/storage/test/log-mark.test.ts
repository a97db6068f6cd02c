import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newFolder, openAt } from './fixture.ts'

/** Acknowledged lines before the process is killed. */
const LINES = 60
const APPENDER = new URL('./append-forever.ts', import.meta.url).pathname
const CORRUPT = { code: 'data_corrupt' }

/** What a killed process left: a write-ahead log with several commits in it. */
const crashed = newFolder()
let acknowledged = 0

beforeAll(async () => {
  const child = spawn(process.execPath, [APPENDER, crashed, '0', 'honest', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    acknowledged += part.match(/^event /gm)?.length ?? 0
    if (acknowledged >= LINES) child.kill('SIGKILL')
  })
  await once(child, 'close')
})

afterAll(() => rmSync(crashed, { recursive: true }))

/** Changes files of the app in a copy of what the process left, opens it, and gives up or counts events. */
async function eventsAfter(change: (log: string, mark: string) => void): Promise<number> {
  const path = newFolder()
  cpSync(crashed, path, { recursive: true })
  const app = join(path, 'apps', 'cinema')
  change(join(app, 'log.db-wal'), join(app, 'log.sums'))
  const storage = await openAt(path)
  try {
    return (await (await storage.openApp('cinema')).totals()).events
  } finally {
    await storage.close()
    rmSync(path, { recursive: true })
  }
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}

describe('a write-ahead log that a crash left', () => {
  test('is taken in when it is whole, and when its end was never committed', async () => {
    expect(await eventsAfter(() => undefined)).toBeGreaterThanOrEqual(acknowledged)
    const torn = (log: string) => writeFileSync(log, Buffer.alloc(9_000, 7), { flag: 'a' })
    expect(await eventsAfter(torn)).toBeGreaterThanOrEqual(acknowledged)
  })

  test('is refused when one bit of a committed frame or of its header changed', async () => {
    for (const at of [3, 17, 40, 5_000]) {
      await expect(eventsAfter((log) => flip(log, at))).rejects.toMatchObject(CORRUPT)
    }
  })

  test('is refused when it was cut off or emptied', async () => {
    for (const length of [0, 20, 5_000]) {
      const cut = eventsAfter((log) => truncateSync(log, length))
      await expect(cut).rejects.toMatchObject(CORRUPT)
    }
  })

  test('is taken in whatever became of the mark, and without one when it is damaged', async () => {
    const whole = await eventsAfter(() => undefined)
    expect(await eventsAfter((_log, mark) => rmSync(mark))).toBe(whole)
    expect(await eventsAfter((_log, mark) => flip(mark, 9))).toBe(whole)
    expect(await eventsAfter((_log, mark) => truncateSync(mark, 5))).toBe(whole)
    const left = await eventsAfter((log, mark) => {
      flip(log, 5_000)
      rmSync(mark)
    })
    expect(left).toBeLessThan(whole)
  })
})

test('a store that was closed has nothing marked, even when it could not be opened', async () => {
  const path = newFolder()
  cpSync(crashed, path, { recursive: true })
  const keys = join(path, 'keys', 'cinema.db')
  const held = readFileSync(keys)
  rmSync(keys)
  let storage = await openAt(path)
  await expect(storage.openApp('cinema')).rejects.toMatchObject(CORRUPT)
  await storage.close()
  writeFileSync(keys, held)
  expect(existsSync(join(path, 'apps', 'cinema', 'log.sums'))).toBe(true)
  storage = await openAt(path)
  expect((await (await storage.openApp('cinema')).totals()).events).toBeGreaterThan(0)
  await storage.close()
  rmSync(path, { recursive: true })
})
