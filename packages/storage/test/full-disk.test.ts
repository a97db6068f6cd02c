import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newFolder } from './fixture.ts'

/** Of util-linux: runs a command where it is root, among mounts of its own. */
const NAME_SPACE = 'unshare'
const DISK = '12m'
const FILLER = new URL('./fill-disk.ts', import.meta.url).pathname
const OPENER = new URL('./fixture.ts', import.meta.url).pathname

/** Runs a command in a name space of its own, where `folder` is a small disk that nobody else sees. */
function onSmallDisk(folder: string, command: string, ...words: readonly string[]) {
  const mount = `mount -t tmpfs -o size=${DISK} none "$0" && ${command}`
  return spawnSync(NAME_SPACE, ['-rm', 'sh', '-c', mount, folder, ...words], { encoding: 'utf8' })
}

const probe = newFolder()
const canMount = onSmallDisk(probe, 'true').status === 0
rmSync(probe, { recursive: true })
const reason = canMount ? '' : ' (skipped: this machine lets nobody mount a small disk)'

test.skipIf(!canMount)(
  `a full disk refuses, keeps what it has, and goes on with room${reason}`,
  () => {
    const folder = newFolder()
    const run = onSmallDisk(folder, 'exec "$1" "$2" "$0"', process.execPath, FILLER)
    expect(run.stderr).toBe('')
    const { duringFull, afterRoom, reopened } = JSON.parse(run.stdout)
    const { erase, ...during } = duringFull
    // Space left in the write-ahead log may do.
    expect(['done', 'data_directory_full']).toContain(erase)
    expect(during).toEqual({
      refusals: ['data_directory_full', 'data_directory_full'],
      read: 40,
      items: 'data_directory_full',
      record: 'data_directory_full',
      model: 'data_directory_full',
      modelsLeft: [],
      lost: [],
    })
    expect(afterRoom).toEqual({ erased: 40, lost: [] })
    const { stored, counted, acknowledged, ...rest } = reopened
    expect(rest).toEqual({ lost: [], sameTotals: true })
    expect([stored, counted]).toEqual([acknowledged, acknowledged])
    rmSync(folder, { recursive: true })
  },
)

test.skipIf(!canMount)(`a read-only disk is refused with its reason${reason}`, () => {
  const folder = newFolder()
  const script = `
    import { openAt } from ${JSON.stringify(OPENER)}
    await openAt(process.argv[1]).catch((error) => console.log(error.code, error.message))`
  const command = 'mount -o remount,ro "$0" && exec "$1" --input-type=module --eval "$2" "$0"'
  const run = onSmallDisk(folder, command, process.execPath, script)
  expect(run.stderr).toBe('')
  expect(run.stdout).toContain('data_directory_unreadable')
  expect(run.stdout).toMatch(/read-only|readonly/)
  rmSync(folder, { recursive: true })
})
