import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newFixture } from './fixture.ts'

/** Acknowledgements to watch. */
const LINES = 60
const APPENDER = new URL('./append-forever.ts', import.meta.url).pathname
const SYNC_FAILER = new URL('./fail-sync.ts', import.meta.url).pathname
const TRACER = 'strace'
const hasStrace = spawnSync(TRACER, ['-c', '-o', '/dev/null', 'true']).status === 0
const reason = hasStrace ? '' : ' (skipped: strace is missing or may not trace here)'

/**
 * What killing cannot show: that bytes are synced, not only handed to the kernel. The system calls of
 * a process with one writer say so: between two acknowledgements of events the write-ahead log of the
 * app is written, and synced after its last write.
 */
test.skipIf(!hasStrace)(`no event is acknowledged before its sync${reason}`, async () => {
  const honest = await trace('honest')
  expect(honest.acknowledged).toBeGreaterThan(LINES / 4)
  expect(honest.unsynced).toBe(0)
  const early = await trace('acknowledges-early')
  expect(early.unsynced).toBeGreaterThan(0)
})

test.skipIf(!hasStrace)(
  `a failed sync is an error, and the store stops until reopened${reason}`,
  async () => {
    const fixture = await newFixture()
    const log = join(fixture.path, 'apps', 'cinema', 'log.db-wal')
    const run = spawnSync(
      TRACER,
      ['-f', '-o', '/dev/null', '-P', log, '-e', 'inject=fsync,fdatasync:error=EIO:when=20'].concat(
        [process.execPath, SYNC_FAILER, fixture.path],
      ),
      { encoding: 'utf8' },
    )
    expect(run.stderr).toBe('')
    const { acknowledged, ...rest } = JSON.parse(run.stdout)
    expect(acknowledged).toBeGreaterThan(5)
    expect(rest).toEqual({
      refusal: 'data_directory_unreadable',
      afterwards: ['data_directory_unreadable', 'data_directory_unreadable'],
      lost: [],
      recovered: ['accepted'],
    })
    await fixture.dispose()
  },
)

async function trace(mode: string): Promise<{ acknowledged: number; unsynced: number }> {
  const fixture = await newFixture()
  const log = join(fixture.path, 'calls')
  const calls = 'trace=write,pwrite64,fsync,fdatasync'
  const command = [process.execPath, APPENDER, join(fixture.path, 'data'), '0', mode, '1']
  const child = spawn(TRACER, ['-f', '-y', '-e', calls, '-o', log, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  let lines = 0
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (part: string) => {
    lines += part.split('\n').length - 1
    // The group: strace alone would leave the process that it traces running.
    if (lines >= LINES && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  })
  await once(child, 'close')
  const outcome = judge(readFileSync(log, 'utf8').split('\n'))
  await fixture.dispose()
  return outcome
}

/** Counts acknowledgements, and those whose bytes were not written and synced before. */
function judge(calls: readonly string[]): { acknowledged: number; unsynced: number } {
  let acknowledged = 0
  let unsynced = 0
  let state: 'idle' | 'written' | 'synced' = 'idle'
  for (const call of calls) {
    const isOnLog = call.includes('/log.db-wal>')
    if (isOnLog && call.includes('pwrite64(')) state = 'written'
    else if (isOnLog && /fsync|fdatasync/.test(call)) state = state === 'idle' ? 'idle' : 'synced'
    // The last id of a batch ends in -2; the lines before it belong to the same acknowledgement.
    else if (/write\(1<.*"event \S+ \S+-2\\n"/.test(call)) {
      acknowledged++
      if (state !== 'synced') unsynced++
      state = 'idle'
    }
  }
  return { acknowledged, unsynced }
}
