import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { createRandom, type Random } from '@adsum/learning'
import { AdsumError } from '@adsum/protocol'
import { readApp, readUser } from './asking.ts'
import { Clients } from './clients.ts'
import type { FaultOptions, Verdict } from './fault.ts'
import { Recorder } from './recorder.ts'
import { ServerProcess } from './server-process.ts'
import { openStorage } from './small-app.ts'

const ATTEMPTS = 200
/** Attempts on one server; then it is killed, or closed, and another takes the directory over. */
const ATTEMPTS_PER_SERVER = 10
/** Milliseconds from the start of opening to the refusal. */
const REFUSED_MS_MAX = 1_000
const OPENER = join(import.meta.dirname, 'open-once.ts')
const LOCKED = 'data_directory_locked'

/** What came of opening a directory: the code of the refusal, or `opened`. */
export interface Attempt {
  readonly code: string
  readonly milliseconds: number
}

/** Opens a data directory again and again that a server at work holds. */
export async function secondProcess({ seed, count, say }: FaultOptions): Promise<Verdict> {
  const random = createRandom(seed)
  const attempts = count ?? ATTEMPTS
  const folder = await mkdtemp(join(tmpdir(), 'adsum-second-'))
  const path = join(folder, 'data')
  const recorder = new Recorder()
  const clients = new Clients(recorder, random, String(seed))
  const codes: Record<string, number> = {}
  let refusedMsMax = 0
  let takenOver = 0
  let server: ServerProcess | null = null
  try {
    for (let first = 0; first < attempts; first += ATTEMPTS_PER_SERVER) {
      const started = await ServerProcess.start(path)
      server = started.server
      await clients.sendOne(started.url)
      await check(recorder, started.url)
      takenOver++
      const tried = Promise.withResolvers<void>()
      const loading = clients.load(started.url, tried.promise)
      for (let at = first; at < Math.min(attempts, first + ATTEMPTS_PER_SERVER); at++) {
        const { code, milliseconds } = at % 2 === 0 ? await openElsewhere(path) : await open(path)
        codes[code] = (codes[code] ?? 0) + 1
        refusedMsMax = Math.max(refusedMsMax, milliseconds)
      }
      const isKilled = random.below(2) === 0
      if (isKilled) await server.kill()
      tried.resolve()
      await loading
      await server.close()
      leaveHolder(path, random)
      say(`${Math.min(attempts, first + ATTEMPTS_PER_SERVER)} attempts, ${JSON.stringify(codes)}`)
    }
    const last = await ServerProcess.start(path)
    server = last.server
    await clients.sendOne(last.url)
    await check(recorder, last.url, true)
  } finally {
    await server?.kill()
    await rm(folder, { recursive: true, force: true })
  }
  const refused = codes[LOCKED] ?? 0
  const isWhole = Object.values(recorder.broken).every((times) => times === 0)
  return {
    passed: refused === attempts && refusedMsMax <= REFUSED_MS_MAX && isWhole,
    seen: {
      attempts,
      refused,
      refusedMsMax: Math.round(refusedMsMax),
      ...recorder.broken,
      acknowledged: recorder.acknowledged,
      takenOver,
    },
  }
}

async function check(recorder: Recorder, url: string, everyone = false): Promise<void> {
  await recorder.check((user) => readUser(url, user), everyone)
  recorder.checkTotals(await readApp(url))
}

/** Opens a directory and tells what came of it. */
export async function open(path: string): Promise<Attempt> {
  const began = performance.now()
  const attempt = (code: string) => ({ code, milliseconds: performance.now() - began })
  try {
    await (await openStorage(path)).close()
    return attempt('opened')
  } catch (fault) {
    if (fault instanceof AdsumError) return attempt(fault.code)
    throw fault
  }
}

/** The same in a new process; this one is another than the server's, too. */
async function openElsewhere(path: string): Promise<Attempt> {
  const { stdout } = await promisify(execFile)(process.execPath, [OPENER, path])
  return JSON.parse(stdout)
}

/** Leaves behind what a process that ended badly might: the next one must not mind. */
function leaveHolder(path: string, random: Random): void {
  const left = [
    // A process that is alive and has nothing to do with the directory, as when numbers are used again.
    `process ${process.pid} since 2026-01-01T00:00:00.000Z`,
    'process 1 since 2099-01-01T00:00:00.000Z',
    '',
    '\u0000\u0000',
  ]
  const words = left[random.below(left.length + 1)]
  if (words !== undefined) writeFileSync(join(path, 'lock.holder'), words)
}
