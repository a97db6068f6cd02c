import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer } from '@adsum/server'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { declareFrom } from '../declaration-files.ts'
import { ensureDemonstration } from '../demonstration.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'
import { version } from '../version.ts'
import { openEngine } from '../workplace.ts'

interface StartOptions {
  readonly demo: boolean
}

/** `adsum start`: serves every app of the data directory until it is interrupted. */
export const startCommand: MakeCommand = (context) =>
  new Command('start')
    .description(
      'Serve the apps of the data directory on this machine; the cinema if there are none.',
    )
    .argument('[declarations...]', 'files whose exported apps are to run too')
    .option('--no-demo', 'make no demonstration when there are no apps')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum start\n' +
        '  adsum start shop.ts\n' +
        '  PORT=8080 ADSUM_DATA=/var/lib/adsum adsum start --no-demo',
    )
    .action(async (declarations: readonly string[], { demo }: StartOptions) => {
      const here = context()
      await requireFreePort(here)
      const interrupted = here.world.interrupted()
      const engine = await openEngine(here)
      try {
        for (const file of declarations) await declareFrom(here.path(file), engine)
        if (demo) await ensureDemonstration(here, engine)
        const pages = builtPages()
        const server = createServer({ engine, version, ...(pages === null ? {} : { pages }) })
        try {
          const address = await here.world.listen(server, here.port)
          showReady(here, address, await engine.apps())
          await interrupted
          here.output.note('Closing; what is recorded is safe.')
        } finally {
          await server.close()
        }
      } finally {
        await engine.close()
      }
    })

/** Says so before anything takes long. */
async function requireFreePort({ world, port }: Context): Promise<void> {
  if (!(await world.isTaken(port))) return
  const next = `PORT=${port + 1} adsum start`
  throw new CommandFault(
    'port_in_use',
    `The port ${port} is in use. Stop what uses it, or choose another: ${next}`,
  )
}

/** The console's pages, when they are built. */
function builtPages(): string | null {
  const manifest = fileURLToPath(import.meta.resolve('@adsum/console/package.json'))
  const folder = join(dirname(manifest), 'dist')
  return existsSync(join(folder, 'index.html')) ? folder : null
}

function showReady(
  { output, data }: Context,
  address: string,
  apps: readonly { readonly name: string }[],
): void {
  output.say(`Adsum is ready: ${address}`)
  for (const { name } of apps) output.say(`  app   ${name}`)
  output.say(`  data  ${data}`)
  output.say('  stop  Ctrl-C')
  output.result({ address, data, apps: apps.map(({ name }) => name) })
}
