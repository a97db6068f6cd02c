import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../src/program.ts'
import type { World } from '../src/world.ts'

export const NOW: number = Date.parse('2026-11-21T12:00:00Z')

/** What a command wrote and how it ended. */
export interface Ended {
  readonly code: number
  readonly output: string
  readonly errors: string
  /** The last line of the output as JSON. */
  json<Answer>(): Answer
}

/** A folder with its own data directory, in which commands run as in a shell. */
export class MadeWorld {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'adsum-cli-'))
  /** What whoever sits at the terminal answers; nobody does without answers. */
  answers: string[] | null = null
  /** The environment of the commands. */
  environment: Record<string, string> = {}
  /** Reaches servers in the place of the network. */
  fetch: typeof globalThis.fetch = globalThis.fetch
  /** What they were asked. */
  readonly questions: string[] = []

  write(name: string, content: string): string {
    writeFileSync(join(this.folder, name), content)
    return name
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  async adsum(...words: string[]): Promise<Ended> {
    const started = this.begin(words)
    return started.ended
  }

  /** Begins a command that runs until it is interrupted. */
  begin(words: readonly string[]): {
    readonly ended: Promise<Ended>
    /** What it said when a server listened. */
    listening(): Promise<string>
    interrupt(): void
  } {
    let output = ''
    let errors = ''
    const interrupted = Promise.withResolvers<void>()
    const listening = Promise.withResolvers<string>()
    const text = (write: (text: string) => void) => ({ write, isTerminal: false, columns: 100 })
    const world: World = {
      words,
      environment: this.environment,
      folder: this.folder,
      home: this.folder,
      clock: { now: () => Date.now() },
      entropy: { bytes: (length) => randomBytes(length) },
      output: text((part) => {
        output += part
        if (output.includes('Ctrl-C')) listening.resolve(output)
      }),
      errors: text((part) => {
        errors += part
      }),
      fetch: (input, init) => this.fetch(input, init),
      ask:
        this.answers === null
          ? null
          : async (question) => {
              this.questions.push(question)
              return this.answers?.shift() ?? ''
            },
      isTaken: (port) => freePort(port).then((free) => free < 0),
      listen: (server, port, host) => server.listen({ host, port }),
      interrupted: () => interrupted.promise,
    }
    const ended = run(world).then((code) => ({
      code,
      output,
      errors,
      json: <Answer>() => JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Answer,
    }))
    const neverListened = async (): Promise<never> => {
      throw new Error(`it ended: ${(await ended).errors}`)
    }
    return {
      ended,
      listening: () => Promise.race([listening.promise, neverListened()]),
      interrupt: interrupted.resolve,
    }
  }
}

/** The wanted port, or any; -1 when it is taken. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(-1))
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : -1
      probe.close(() => resolve(port))
    })
  })
}

/** Rows of thirty people who go through one of two shelves in order. */
export function shop(): string {
  const rows = Array.from({ length: 30 * 5 }, (_, row) => {
    const [person, step] = [row % 30, Math.floor(row / 30)]
    const item = `${person % 2 === 0 ? 'tea' : 'jam'}-${(person + step) % 9}`
    return `p${person},${item},The ${item},${1_700_000_000 + step * 3_600 + person}`
  })
  return `customer,sku,title,date\n${rows.join('\n')}\n`
}
