import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { restore } from './backup-fixture.ts'
import { newFolder, openAt } from './fixture.ts'

/** For more kills see bench/src/faults. */
const KILLS = 5
/** Milliseconds after the first backup was begun in which a kill may come. */
const KILL_MS_MAX = 60
const TIMEOUT_MS = 120_000
const BACKER_UP = new URL('./back-up-forever.ts', import.meta.url).pathname

test('a kill leaves whole backups and unfinished ones, and no other', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = newFolder()
  const backups = join(folder, 'backups')
  mkdirSync(backups)
  const events = new Map<string, number>()
  for (let run = 0; run < KILLS; run++) {
    const lines = await killed(folder, backups, run)
    for (const [, name = '', least] of lines.map((line) => line.split(' '))) {
      if (least !== undefined) events.set(name, Number(least))
    }
  }
  const names = readdirSync(backups).filter((name) => existsSync(join(backups, name)))
  const whole = names.filter((name) => /^\d+-\d+$/.test(name))
  const rest = names.filter((name) => !whole.includes(name))
  for (const name of rest) expect(name).toMatch(/^\d+-\d+(-keys)?(\.unfinished)?$/)
  // Whatever bears its final name is whole, whether its maker lived to say so or not.
  for (const name of whole) {
    const target = join(folder, 'restored')
    const report = await restore(join(backups, name), null, target)
    const [run] = name.split('-')
    expect(report.apps[0]?.found.damaged).toBe(0)
    expect(await eventsOf(target, `user-${run}-`), name).toBeGreaterThanOrEqual(
      events.get(name) ?? 0,
    )
    rmSync(target, { recursive: true })
  }
  for (const name of events.keys()) expect(whole).toContain(name)
  expect(rest.some((name) => name.endsWith('.unfinished'))).toBe(true)
  rmSync(folder, { recursive: true })
})

/** Runs the process, kills it while it backs up, and returns the lines that it wrote. */
async function killed(folder: string, backups: string, run: number): Promise<string[]> {
  const child = spawn(process.execPath, [BACKER_UP, join(folder, 'data'), backups, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await once(child.stdout, 'data')
  setTimeout(() => child.kill('SIGKILL'), (KILL_MS_MAX * (run + 1)) / KILLS)
  await once(child, 'close')
  return text.trimEnd().split('\n')
}

async function eventsOf(data: string, prefix: string): Promise<number> {
  const storage = await openAt(data)
  const store = await storage.openApp('cinema')
  let count = 0
  for await (const { user, events } of store.readPeople()) {
    if (user.startsWith(prefix)) count += events.length
  }
  await storage.close()
  return count
}
