import { resolve } from 'node:path'
import { CommandFault } from './fault.ts'
import { Output } from './output.ts'
import type { World } from './world.ts'

/** Where data lie unless ADSUM_DATA or --data says otherwise. */
const DATA_DEFAULT = 'data'
/** Where the server listens unless PORT or --port says otherwise. */
const PORT_DEFAULT = 7460

/** Options that every command has. */
export interface GlobalOptions {
  readonly data?: string
  readonly port?: string
  readonly json?: boolean
}

/** What a command works with. */
export interface Context {
  readonly world: World
  readonly output: Output
  /** The data directory, absolute. */
  readonly data: string
  /** Whether somebody said which data directory is meant. */
  readonly isDataNamed: boolean
  readonly port: number
  /** Ends the command with this code although nothing failed. */
  exitWith(code: number): void
  /** An absolute path of what was typed. */
  path(typed: string): string
}

/** @throws CommandFault `usage_invalid` for a port that is none. */
export function makeContext(
  world: World,
  options: GlobalOptions,
  exitWith: Context['exitWith'],
): Context {
  const path = (typed: string): string => resolve(world.folder, typed)
  const typedPort = options.port ?? world.environment.PORT ?? String(PORT_DEFAULT)
  const port = Number(typedPort)
  if (!/^\d{1,5}$/.test(typedPort) || port > 65_535) {
    throw new CommandFault('usage_invalid', `The port "${typedPort}" is no number from 0 to 65535.`)
  }
  return {
    world,
    output: new Output(world, options.json === true),
    data:
      options.data === undefined
        ? resolve(world.home, world.environment.ADSUM_DATA ?? DATA_DEFAULT)
        : path(options.data),
    isDataNamed: (options.data ?? world.environment.ADSUM_DATA ?? '') !== '',
    port,
    exitWith,
    path,
  }
}
