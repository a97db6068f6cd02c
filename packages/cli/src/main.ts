import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline/promises'
import { allocatorEnvironment } from './allocator.ts'
import { run } from './program.ts'
import type { TextOutput } from './world.ts'

/** Characters of a line where no terminal says how many. */
const COLUMNS_DEFAULT = 100

const textOutput = (stream: NodeJS.WriteStream): TextOutput => ({
  write: (text) => void stream.write(text),
  isTerminal: stream.isTTY === true,
  columns: stream.columns ?? COLUMNS_DEFAULT,
})

/** Whoever reads may stop reading, as `head` does; that is no fault. */
process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
  if (fault.code !== 'EPIPE') throw fault
})

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}

function isTaken(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (fault: NodeJS.ErrnoException) => {
      if (fault.code === 'EADDRINUSE') resolve(true)
      else reject(fault)
    })
    probe.listen(port, host, () => probe.close(() => resolve(false)))
  })
}

const words = process.argv.slice(2)
const settled = allocatorEnvironment({
  platform: process.platform,
  words,
  environment: process.env,
})
// The same process goes on with the same streams; where Node cannot do that it stays as it is.
if (settled !== null && process.execve !== undefined) {
  const program = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, program, settled)
}

process.exitCode = await run({
  words,
  environment: process.env,
  // npm runs scripts in the root of the project and says where they were called.
  folder: process.env.INIT_CWD ?? process.cwd(),
  home: process.cwd(),
  clock: { now: () => Date.now() },
  entropy: { bytes: (length) => randomBytes(length) },
  output: textOutput(process.stdout),
  errors: textOutput(process.stderr),
  fetch: globalThis.fetch,
  ask: process.stdin.isTTY === true && process.stderr.isTTY === true ? ask : null,
  isTaken,
  listen: (server, port, host) => server.listen({ host, port }),
  interrupted: () =>
    new Promise((resolve) => {
      // A second signal ends the process at once, as by default.
      process.once('SIGINT', () => resolve())
      process.once('SIGTERM', () => resolve())
    }),
})
