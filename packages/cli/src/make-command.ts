import type { Command } from 'commander'
import type { Context } from './context.ts'

/** Makes a command: its words, and what it does. It gets its context when it runs. */
export type MakeCommand = (context: () => Context) => Command
