import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const TRACER = 'strace'
const hasStrace = spawnSync(TRACER, ['-c', '-o', '/dev/null', 'true']).status === 0
const reason = hasStrace ? '' : ' (skipped: strace is missing or may not trace here)'
const program = fileURLToPath(new URL('./track-forever.ts', import.meta.url))
/** Events to wait for, and how many the program tracks together. */
const EVENTS = 240
const EVENTS_TOGETHER = 8
/** Nobody answers there, so that nothing but tracking writes to the queue. */
const NOWHERE = 'http://127.0.0.1:9'

/**
 * What killing cannot show: that the bytes are on the disk, not only with the kernel. Between two
 * promises of the process its log is written, and synced after the last write.
 */
test.skipIf(!hasStrace)(`track resolves only after a sync${reason}`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adsum-queue-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const calls = join(folder, 'calls')
  const queue = join(folder, 'queue')
  const traced = ['-f', '-y', '-e', 'trace=write,pwrite64,fsync,fdatasync', '-o', calls]
  const child = spawn(TRACER, [...traced, process.execPath, program, NOWHERE, queue, 'r'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let promised = 0
  for await (const _ of createInterface(child.stdout)) {
    promised += 1
    if (promised === EVENTS) process.kill(-(child.pid ?? 0), 'SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')

  const { promises, unsynced } = readCalls(await readFile(calls, 'utf8'))
  expect(promises).toBeGreaterThan(EVENTS / EVENTS_TOGETHER / 2)
  expect(unsynced).toBe(0)
})

/** Promises in a trace, and those before which the log was not both written and synced. */
function readCalls(trace: string): { promises: number; unsynced: number } {
  let promises = 0
  let unsynced = 0
  let written = false
  let synced = false
  const syncing = new Set<string>()
  for (const line of trace.split('\n')) {
    const [thread = ''] = line.split(' ', 1)
    const ofLog = line.includes('queue.sqlite-wal>')
    if (ofLog && line.includes('pwrite64(')) {
      written = true
      synced = false
    } else if (ofLog && /f(data)?sync\(/.test(line)) {
      if (line.includes('<unfinished')) syncing.add(thread)
      else synced = true
    } else if (/f(data)?sync resumed/.test(line) && syncing.delete(thread)) {
      synced = true
    } else if (/ write\(1<.*\{/.test(line)) {
      promises += 1
      if (!(written && synced)) unsynced += 1
      written = false
      synced = false
    }
  }
  return { promises, unsynced }
}
