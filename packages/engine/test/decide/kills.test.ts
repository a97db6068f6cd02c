import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openSqliteStorage } from '@adsum/storage'
import { expect, onTestFinished, test } from 'vitest'
import { Engine } from '../../src/index.ts'

/** Rewards that a process is told are taken before it is killed. */
const LIVES = [1, 40, 150]
const TEST_MS_MAX = 120_000
const program = fileURLToPath(new URL('./decide-forever.ts', import.meta.url))

/** Lets a process decide until it has had enough rewards; those that it was told are taken. */
async function runAndKill(path: string, run: number, life: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [program, path, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const taken = new Map<string, number>()
  for await (const line of createInterface(child.stdout)) {
    const [id = '', value] = line.split(' ')
    taken.set(id, Number(value))
    if (taken.size === life) child.kill('SIGKILL')
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return taken
}

async function openEngine(path: string): Promise<Engine> {
  const clock = { now: () => Date.now() }
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const storage = await openSqliteStorage({ path, clock, entropy })
  const report = (fault: unknown): never => {
    throw fault
  }
  return Engine.open({ storage, clock, entropy, threads: 1, report })
}

test(
  'a process that is killed loses no reward that it had taken, and learns none twice',
  async () => {
    const path = await mkdtemp(join(tmpdir(), 'adsum-kills-'))
    onTestFinished(() => rm(path, { recursive: true, force: true }))
    const taken = new Map<string, number>()
    for (const [run, life] of LIVES.entries()) {
      for (const [id, value] of await runAndKill(path, run, life)) taken.set(id, value)
      const engine = await openEngine(path)
      const app = engine.app('shop')
      const { learned, decisions } = await app.readSurface('meal')
      expect(learned).toBeGreaterThanOrEqual(taken.size)
      expect(decisions).toBeGreaterThanOrEqual(learned)
      for (const [id, value] of taken) {
        expect((await app.readDecision(id)).learning).toMatchObject({ state: 'learned', value })
        expect(await app.reward(id, { id: 'r', value })).toEqual({ status: 'duplicate' })
      }
      const statistics = app.decideStatistics('meal')
      await engine.close()
      const again = await openEngine(path)
      expect(again.app('shop').decideStatistics('meal')).toEqual(statistics)
      await again.close()
    }
    expect(taken.size).toBeGreaterThanOrEqual(LIVES.reduce((sum, life) => sum + life, 0))
  },
  TEST_MS_MAX,
)
