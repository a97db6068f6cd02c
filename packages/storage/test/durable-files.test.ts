import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newFolder } from './fixture.ts'

const WRITER = new URL('./write-durably.ts', import.meta.url).pathname
const TRACER = 'strace'
const hasStrace = spawnSync(TRACER, ['-c', '-o', '/dev/null', 'true']).status === 0
const reason = hasStrace ? '' : ' (skipped: strace is missing or may not trace here)'

/** A system call on a file or folder that is looked at: its path below the folder. */
interface Call {
  readonly name: 'write' | 'sync' | 'rename'
  readonly path: string
}

test.skipIf(!hasStrace)(
  `a small file is synced before it gets its name, and its folder after${reason}`,
  () => {
    for (const kind of ['file', 'file-off-loop'] as const) {
      expect(trace(kind), kind).toEqual([
        { name: 'write', path: '/small.tmp' },
        { name: 'sync', path: '/small.tmp' },
        { name: 'rename', path: '/small.tmp' },
        { name: 'sync', path: '' },
      ])
    }
  },
)

test.skipIf(!hasStrace)(
  `a backup is synced, files and folders, before it gets its name${reason}`,
  () => {
    for (const made of ['/made.unfinished', '/made-keys.unfinished']) {
      const calls = trace('backup').filter(({ path }) => `${path}/`.startsWith(`${made}/`))
      const [published, ...later] = calls.splice(
        calls.findIndex(({ name, path }) => name === 'rename' && path === made),
      )
      expect(published?.path).toBe(made)
      expect(later).toEqual([])
      const written = new Set(calls.filter(({ name }) => name === 'write').map(({ path }) => path))
      expect(written.size).toBeGreaterThanOrEqual(3)
      for (const path of written) {
        const last = calls.findLast((call) => call.path === path && call.name !== 'rename')
        expect(last, path).toEqual({ name: 'sync', path })
        const folder = path.slice(0, path.lastIndexOf('/'))
        const fromFirst = calls.slice(calls.findIndex((call) => call.path === path))
        expect(fromFirst, folder).toContainEqual({ name: 'sync', path: folder })
      }
    }
  },
)

/** The calls below the folder that the process worked in, in their order. */
function trace(what: 'file' | 'file-off-loop' | 'backup'): Call[] {
  const folder = newFolder()
  const log = join(folder, 'calls')
  const kinds = 'trace=write,pwrite64,fsync,fdatasync,rename,renameat,renameat2'
  const command = [process.execPath, WRITER, folder, what]
  const run = spawnSync(TRACER, ['-f', '-y', '-e', kinds, '-o', log, ...command], {
    encoding: 'utf8',
  })
  expect(run.stderr).toBe('')
  const calls = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => callOf(line, folder))
  rmSync(folder, { recursive: true })
  return calls
}

/** What a line of the trace says, such as `17 fsync(20</tmp/x/small.tmp>) = 0`; most say nothing. */
function callOf(line: string, folder: string): Call[] {
  const [, call = '', onFile, renamed] =
    /^\d+ +(\w+)\((?:\d+<([^>]*)>|(?:AT_FDCWD[^,]*, )?"([^"]*)")/.exec(line) ?? []
  const path = onFile ?? renamed ?? ''
  if (!path.startsWith(folder)) return []
  const name = call.startsWith('rename') ? 'rename' : call.includes('sync') ? 'sync' : 'write'
  return [{ name, path: path.slice(folder.length) }]
}
