import type { Clock, Entropy } from '@adsum/engine'

/** A stream that people or programs read. */
export interface TextOutput {
  write(text: string): void
  /** Whether a terminal shows it, on which a line can be drawn over. */
  readonly isTerminal: boolean
  /** Characters of a line. */
  readonly columns: number
}

/** A server that can be made to listen; Fastify fits by its shape. */
export interface Listener {
  listen(options: { readonly host: string; readonly port: number }): Promise<string>
}

/** Everything outside the process that commands touch. `main.ts` makes it, and nothing else does. */
export interface World {
  /** What was typed after the name of the program. */
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where typed paths start from. */
  readonly folder: string
  /** Where the data directory lies unless something else was said. */
  readonly home: string
  readonly clock: Clock
  readonly entropy: Entropy
  readonly output: TextOutput
  readonly errors: TextOutput
  readonly fetch: typeof globalThis.fetch
  /** Asks whoever sits at the terminal; null when nobody does. */
  readonly ask: ((question: string) => Promise<string>) | null
  /** Whether another process listens on the port of this address already. */
  isTaken(port: number, host: string): Promise<boolean>
  /** Opens the socket of a server; resolves with its address. */
  listen(server: Listener, port: number, host: string): Promise<string>
  /** Resolves when the process is told to end. */
  interrupted(): Promise<void>
}
