import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { App } from '@adsum/engine'
import type { LoopReport } from './loop-watch.ts'

const SERVER = join(import.meta.dirname, 'served-directory.ts')
/** Milliseconds that a server has to start before the run is given up. */
const START_MS_MAX = 60_000

/** What the server process tells beside HTTP. */
export interface Answers {
  readonly statistics: Awaited<ReturnType<App['verifyStatistics']>>
  readonly stalls: LoopReport
}
export type Question = keyof Answers

/** How a server process is started. */
export interface ServerOptions {
  /** Name of a planted fault. */
  readonly planted?: string
  /** A command that runs the server as its last words, such as a tracer. */
  readonly under?: readonly string[]
  /** Leaves out its log, where faults are expected by the thousand. */
  readonly isQuiet?: boolean
}

/** A server on a data directory, in a process of its own. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #spawned = performance.now()
  /** Resolves with its address, or with null when it ended before it listened. */
  readonly listening: Promise<string | null>
  readonly #exited: Promise<unknown>

  constructor(path: string, { planted, under = [], isQuiet = false }: ServerOptions = {}) {
    const words = [...under, process.execPath, SERVER, path]
    if (planted !== undefined) words.push(planted)
    const [command = '', ...rest] = words
    this.#child = spawn(command, rest, {
      stdio: ['ignore', 'inherit', isQuiet ? 'ignore' : 'inherit', 'ipc'],
      // A group of its own, so that a tracer and what it traces end together.
      detached: true,
    })
    this.#exited = once(this.#child, 'exit')
    this.listening = Promise.race([
      once(this.#child, 'message', { signal: AbortSignal.timeout(START_MS_MAX) }).then(
        ([{ address }]) => String(address),
      ),
      this.#exited.then(() => null),
    ])
  }

  static async start(
    path: string,
    options: ServerOptions = {},
  ): Promise<{ server: ServerProcess; url: string }> {
    const server = new ServerProcess(path, options)
    const url = await server.listening
    if (url === null) throw new Error('the server ended before it listened')
    return { server, url }
  }

  /** Milliseconds since it was started. */
  get ageMs(): number {
    return performance.now() - this.#spawned
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  async ask<Name extends Question>(question: Name): Promise<Answers[Name]> {
    const answered = once(this.#child, 'message')
    this.#child.send(question)
    const [answer] = (await answered) as [Answers[Name]]
    return answer
  }

  /** Ends it as the kernel does: at once, whatever it is doing. */
  async kill(): Promise<void> {
    if (this.isRunning) process.kill(-this.pid, 'SIGKILL')
    await this.#exited
  }

  /** Lets it finish what it has begun. */
  async close(): Promise<void> {
    if (this.isRunning) this.#child.disconnect()
    await this.#exited
  }
}
