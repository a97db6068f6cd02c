import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FaultOptions, skipped, type Verdict } from './fault.ts'

const FILLS = 50
/** Milliseconds from a request to its refusal, and from room to the next stored event. */
const REFUSED_MS_MAX = 100
const RECOVERED_MS_MAX = 5_000
const DISK = '48m'
/** Of util-linux: runs a command where it is root, among mounts of its own, which end with it. */
const NAME_SPACE = 'unshare'
const FILLER = join(import.meta.dirname, 'fill-small-disk.ts')

/** What the process on the small disk saw. */
export interface Filled {
  readonly fills: number
  readonly refusedMsMax: number
  readonly recoveredMsMax: number
  readonly lost: number
  /** Questions that were not answered while the disk was full. */
  readonly unanswered: number
  /** Refusals that do not say that the disk is full. */
  readonly misnamed: number
  /** Fills in which nothing was refused: the test's own failure. */
  readonly unnoticed: number
}

/** Fills a small disk under a server that goes on running, and makes room again. */
export async function diskFull({ seed, count, say }: FaultOptions): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'adsum-disk-'))
  try {
    if (spawnSync(...onSmallDisk(folder, 'true')).status !== 0) {
      return skipped('this machine lets nobody mount a small disk')
    }
    const words = [process.execPath, FILLER, folder, String(count ?? FILLS), String(seed)]
    const [command, args] = onSmallDisk(folder, 'exec "$@"', ...words)
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let last = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      const lines = (last + part).split('\n')
      last = lines.pop() ?? ''
      for (const line of lines) say(line)
    })
    const [status] = await once(child, 'close')
    if (status !== 0) throw new Error(`filling the disk ended with ${status}`)
    const filled: Filled = JSON.parse(last)
    const isWhole = filled.lost + filled.unanswered + filled.misnamed + filled.unnoticed === 0
    const isInTime =
      filled.refusedMsMax <= REFUSED_MS_MAX && filled.recoveredMsMax <= RECOVERED_MS_MAX
    return { passed: isWhole && isInTime, seen: { ...filled } }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function onSmallDisk(
  folder: string,
  command: string,
  ...words: readonly string[]
): [command: string, args: readonly string[]] {
  const mount = `mount -t tmpfs -o size=${DISK} none "$0" && ${command}`
  return [NAME_SPACE, ['-rm', 'sh', '-c', mount, folder, ...words]]
}
