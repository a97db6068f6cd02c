import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const SCRIPTS = join(import.meta.dirname, '..')
const STORAGE = new URL('../../packages/storage/src/index.ts', import.meta.url).href
/** Opens a data directory, which starts a thread. */
const OPEN = `
  import { randomBytes } from 'node:crypto'
  const { openSqliteStorage } = await import('${STORAGE}')
  const entropy = { bytes: (length) => randomBytes(length) }
  const path = process.argv[1]
  const storage = await openSqliteStorage({ path, clock: { now: Date.now }, entropy })
  await storage.close()
  console.log('opened')
`

test('a process and its threads run the sources without stripping types themselves', async () => {
  await run(process.execPath, [join(SCRIPTS, 'strip-types.mjs')])
  const folder = mkdtempSync(join(tmpdir(), 'adsum-plain-'))
  const words = ['--no-strip-types', '--input-type=module', '--eval', OPEN, join(folder, 'data')]
  const open = (options: string) =>
    run(process.execPath, words, { env: { ...process.env, NODE_OPTIONS: options } })
  try {
    const { href } = new URL('../plain-sources.mjs', import.meta.url)
    expect((await open(`--import=${href}`)).stdout).toBe('opened\n')
    await expect(open('')).rejects.toMatchObject({
      stderr: expect.stringContaining('ERR_UNKNOWN_FILE_EXTENSION'),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
