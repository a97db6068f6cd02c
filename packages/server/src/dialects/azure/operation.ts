import type { Scope } from '@adsum/protocol'
import type { FaultCode } from './faults.ts'
import type { Loop } from './loop.ts'
import type { Loops } from './loops.ts'
import type { Prefix } from './paths.ts'
import type { RankWatch } from './rank.ts'

/** What a request to an operation brings. */
export interface Call {
  readonly loop: Loop
  readonly loops: Loops
  /** The identifier in the path, decoded; empty where there is none. */
  readonly id: string
  readonly query: Readonly<Record<string, unknown>>
  /** Parsed JSON; bytes where the operation takes bytes. */
  readonly body: unknown
  readonly prefix: Prefix
  readonly watch: RankWatch
  /** Tells the operator. */
  warn(facts: object, what: string): void
}

export interface Answer {
  readonly status: number
  /** JSON, or bytes. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One operation of the protocol. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the prefix; `:id` is the identifier. */
  readonly path: string
  readonly scope: Scope
  /** Whether the oldest prefix has it too. */
  readonly inFirstVersion: boolean
  /** What its body is: nothing is read where it has none. */
  readonly takes: 'json' | 'bytes' | 'nothing'
  /** The code for a body that does not fit. */
  readonly invalid: FaultCode
  handle(call: Call): Promise<Answer>
}
