import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allocatorSettings } from '@adsum/engine/at-rest'

const SERVER = join(import.meta.dirname, 'ingest-server.ts')
export const ITEMS = 1_000

/** What the server process uses. */
export interface ServerUsage {
  /** Resident memory, MB. */
  readonly residentMb: number
  readonly cpuSeconds: number
  /** Events in the log. */
  readonly stored: number
  /** Transactions so far. */
  readonly groups: number
  readonly memory: NodeJS.MemoryUsage
}

interface Started {
  readonly port: number
  readonly keys: readonly string[]
}

/** A server in a process and a data directory of its own. */
export class ServerProcess {
  readonly port: number
  /** Secret keys that may record. */
  readonly keys: readonly string[]
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(child: ChildProcess, started: Started, folder: string) {
    this.#child = child
    this.port = started.port
    this.keys = started.keys
    this.#folder = folder
  }

  /** @param flags of Node, such as `--cpu-prof`. */
  static async start(
    folder: string | null = null,
    flags: readonly string[] = (process.env.BENCH_SERVER_FLAGS ?? '').split(' ').filter(Boolean),
  ): Promise<ServerProcess> {
    const path = folder ?? (await mkdtemp(join(tmpdir(), 'adsum-bench-')))
    const child = fork(SERVER, [join(path, 'data'), String(ITEMS)], {
      execArgv: [...flags],
      // As `adsum start` has them.
      env: { ...process.env, ...allocatorSettings },
    })
    const [started] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error('the server did not start')
      }),
    ])) as [Started]
    return new ServerProcess(child, started, path)
  }

  async usage(): Promise<ServerUsage> {
    this.#child.send('usage')
    const [usage] = (await once(this.#child, 'message')) as [ServerUsage]
    return usage
  }

  /** Ends the process and keeps what it stored; the folder is for the next to start on. */
  async end(): Promise<string> {
    const exited = once(this.#child, 'exit')
    this.#child.disconnect()
    await exited
    return this.#folder
  }

  async remove(): Promise<void> {
    await rm(await this.end(), { recursive: true, force: true })
  }
}
