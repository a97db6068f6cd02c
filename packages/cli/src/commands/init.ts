import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { declarationOf, declarationSource, readFileEvents, summarise } from '@adsum/engine'
import { Command } from 'commander'
import { appNameOf, requireAppName } from '../app-name.ts'
import { addFileOptions, type FileOptions, STEPS, settleFile } from '../data-file.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'

interface InitOptions extends FileOptions {
  readonly out: string
  readonly app?: string
  readonly force?: boolean
}

/** `adsum init`: writes the declaration of an app for the data of a file. */
export const initCommand: MakeCommand = (context) =>
  addFileOptions(
    new Command('init')
      .description('Write the declaration of an app that fits your data, to change it as you like.')
      .argument('<file>', 'a CSV or JSON Lines file, packed or not, or a MovieLens folder')
      .option('--out <file>', 'where to write it', 'app.ts')
      .option('--app <name>', "the app's name; made of the file's unless given")
      .option('--force', 'write over a file that is there'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum init events.csv --out shop.ts\n' +
        '  adsum start shop.ts                     # run the app it declares\n' +
        '  adsum import events.csv --app events    # bring the data in',
    )
    .action(async (typed: string, options: InitOptions) => {
      const here = context()
      const { output, world } = here
      const out = here.path(options.out)
      if (options.force !== true && existsSync(out)) throw isThere(out)
      const { order, mapping, view } = await settleFile(here, typed, options)
      const name = requireAppName(options.app ?? appNameOf(view.name))
      const progress = output.progress()
      const events = await readFileEvents(order, {
        clock: world.clock,
        threads: availableParallelism(),
        onProgress: ({ step, done }) => progress.show(STEPS[step], done),
      }).finally(() => progress.end())
      const declaration = declarationOf(summarise(events, mapping), { name })
      await writeFile(out, declarationSource(declaration))
      output.say(
        `The app "${name}" is declared in ${out}. Start it with: adsum start ${options.out}`,
      )
      output.result({ out, declaration })
    })

function isThere(path: string): CommandFault {
  return new CommandFault('file_exists', `${path} is there already; say --force to write over it.`)
}
