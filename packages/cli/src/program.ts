import { Command, CommanderError } from 'commander'
import { askCommand } from './commands/ask.ts'
import { backupCommand } from './commands/backup.ts'
import { doctorCommand } from './commands/doctor.ts'
import { eraseCommand } from './commands/erase.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { explainCommand } from './commands/explain.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { keysCommand } from './commands/keys.ts'
import { quarantineCommand } from './commands/quarantine.ts'
import { restoreCommand } from './commands/restore.ts'
import { startCommand } from './commands/start.ts'
import { type Context, type GlobalOptions, makeContext } from './context.ts'
import { describeFault, EXIT } from './fault.ts'
import type { MakeCommand } from './make-command.ts'
import { Output } from './output.ts'
import { version } from './version.ts'
import type { World } from './world.ts'

const commands: readonly MakeCommand[] = [
  startCommand,
  evaluateCommand,
  importCommand,
  initCommand,
  askCommand,
  explainCommand,
  eraseCommand,
  quarantineCommand,
  keysCommand,
  backupCommand,
  restoreCommand,
  doctorCommand,
]

/** What commander throws when it has shown what was asked for. */
const HELP_SHOWN: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version'])

/** Runs what was typed. @returns the exit code: 0 done, 1 a fault, 2 wrong usage. */
export async function run(world: World): Promise<number> {
  const program = new Command('adsum')
    .description('A personalization engine whose answers add up and whose models forget.')
    .version(version)
    .option('--data <folder>', 'the data directory (default: ADSUM_DATA, or ./data)')
    .option('--port <number>', 'the port of the server (default: PORT, or 7460)')
    .option('--json', 'answer with one JSON object, for programs')
  let exitCode: number = EXIT.ok
  const context = (): Context =>
    makeContext(world, program.opts<GlobalOptions>(), (code) => {
      exitCode = code
    })
  for (const make of commands) program.addCommand(make(context))
  const subcommands = program.commands.flatMap((command) => [command, ...command.commands])
  for (const command of [program, ...subcommands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => world.output.write(text),
      writeErr: (text) => world.errors.write(text),
    })
  }
  try {
    await program.parseAsync(world.words, { from: 'user' })
    return exitCode
  } catch (fault) {
    if (fault instanceof CommanderError && HELP_SHOWN.has(fault.code)) return EXIT.ok
    const { code, message, exitCode: failed } = describeFault(fault)
    // Commander has told its own faults already.
    if (!(fault instanceof CommanderError)) world.errors.write(`${message} (${code})\n`)
    const output = new Output(world, world.words.includes('--json'))
    output.result({ error: { code, message } })
    return failed
  }
}
