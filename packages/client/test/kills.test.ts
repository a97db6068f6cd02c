import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { EventInput } from '@adsum/protocol'
import type { EngineApi } from '@adsum/server'
import { serve } from '@adsum/server/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../src/index.ts'
import { openQueueFolder } from '../src/node.ts'
import { openCinema } from './cinema.ts'
import { type Fault, startFaultyProxy } from './faulty-proxy.ts'

/** Requests of a process before its death; with none it dies soon after its first promise. */
const LIVES_REQUESTS = [3, 0, 12, 1, 0, 8, 2, 5]
/** Milliseconds between that and the kill, so that it comes at any point of the work. */
const KILL_DELAYS_MS = [0, 5, 12, 1, 30, 3, 20, 8]
/** What happens to requests, over and over: most of them arrive, few are answered. */
const FAULTS: readonly Fault[] = ['lose', 'pass', 'half', 'refuse', 'pass', { status: 503 }]
/** Eight processes, on a busy machine. */
const TEST_MS_MAX = 180_000
const EVENTS_TOGETHER = 8
const program = fileURLToPath(new URL('./track-forever.ts', import.meta.url))

/** Lets a process track events until it has lived long enough; what it was promised to be kept. */
async function runAndKill(
  url: string,
  folder: string,
  run: string,
  enough: () => boolean,
  delayMs: number,
): Promise<EventInput[]> {
  const child = spawn(process.execPath, [program, url, folder, run], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const promised: EventInput[] = []
  let dying = false
  for await (const line of createInterface(child.stdout)) {
    promised.push(JSON.parse(line))
    if (enough() && !dying) {
      dying = true
      setTimeout(() => child.kill('SIGKILL'), delayMs)
    }
  }
  expect(await exit).toEqual([null, 'SIGKILL'])
  return promised
}

test(
  'a process that is killed loses no event that track had taken, and doubles none',
  async () => {
    const { url } = await serve<EngineApi>(await openCinema())
    const proxy = await startFaultyProxy(
      url,
      () => FAULTS[proxy.bodies.length % FAULTS.length] ?? 'pass',
    )
    const folder = await mkdtemp(join(tmpdir(), 'adsum-queue-'))
    onTestFinished(async () => {
      await proxy.close()
      await rm(folder, { recursive: true, force: true })
    })

    const promised: EventInput[] = []
    for (const [run, requests] of LIVES_REQUESTS.entries()) {
      const last = proxy.bodies.length + requests
      const enough = () => proxy.bodies.length >= last
      const delayMs = KILL_DELAYS_MS[run] ?? 0
      promised.push(...(await runAndKill(proxy.url, folder, `r${run}`, enough, delayMs)))
    }
    // The next process finds what is left and, over a sound line, delivers it.
    const heir = createClient({ url, app: 'cinema', store: await openQueueFolder(folder) })
    while ((await heir.pending()).events > 0) await heir.flush()
    await heir.close()

    const client = createClient({ url, app: 'cinema' })
    const recorded = async () => (await client.listApps())[0]?.events ?? 0
    const before = await recorded()
    // Sent once more, every one of them is known; one that was lost would now be accepted.
    for (let at = 0; at < promised.length; at += 500) {
      const results = await client.sendEvents(promised.slice(at, at + 500))
      expect(results.filter(({ status }) => status !== 'duplicate')).toEqual([])
    }
    expect(await recorded()).toBe(before)
    // What a process was writing when it was killed may be there as well, and nothing else.
    expect(before).toBeGreaterThanOrEqual(promised.length)
    expect(before).toBeLessThanOrEqual(promised.length + LIVES_REQUESTS.length * EVENTS_TOGETHER)
    // Some went over the line more than once, or this proves little.
    const sent = proxy.bodies.flatMap(idsIn)
    expect(sent.length).toBeGreaterThan(new Set(sent).size)
  },
  TEST_MS_MAX,
)

function idsIn(body: string): string[] {
  const { events }: { events: { id: string }[] } = JSON.parse(body)
  return events.map(({ id }) => id)
}
