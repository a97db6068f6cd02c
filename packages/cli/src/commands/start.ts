import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AtRest } from '@adsum/engine/at-rest'
import { createServer } from '@adsum/server'
import { Command } from 'commander'
import type { Context } from '../context.ts'
import { declareFrom } from '../declaration-files.ts'
import { ensureDemonstration, ensureDemonstrationKeys } from '../demonstration.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'
import {
  isProduction,
  missingData,
  missingKeys,
  missingSettings,
  requireNothing,
  type ServingMode,
  servingMode,
} from '../production.ts'
import { version } from '../version.ts'
import { openEngine } from '../workplace.ts'

interface StartOptions {
  readonly demo: boolean
  readonly production?: boolean
}

/** `adsum start`: serves every app of the data directory until it is interrupted. */
export const startCommand: MakeCommand = (context) =>
  new Command('start')
    .description(
      'Serve the apps of the data directory on this machine; the cinema if there are none.',
    )
    .argument('[declarations...]', 'files whose exported apps are to run too')
    .option('--no-demo', 'make no demonstration when there are no apps')
    .option('--production', 'serve others, who need keys (as ADSUM_MODE=production)')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum start\n' +
        '  adsum start shop.ts\n' +
        '  PORT=8080 ADSUM_DATA=/var/lib/adsum adsum start --no-demo\n' +
        '  ADSUM_DATA=/var/lib/adsum ADSUM_HOST=0.0.0.0 \\\n' +
        '    ADSUM_PUBLIC_URL=https://adsum.example adsum start --production',
    )
    .action(async (declarations: readonly string[], { demo, production = false }: StartOptions) => {
      const here = context()
      const isOpenToOthers = isProduction(here, production)
      const mode = servingMode(here, isOpenToOthers)
      if (isOpenToOthers) await requireProduction(here)
      await requireFreePort(here, mode)
      const interrupted = here.world.interrupted()
      const engine = await openEngine(here)
      try {
        for (const file of declarations) await declareFrom(here.path(file), engine)
        if (demo && !isOpenToOthers) await ensureDemonstration(here, engine)
        const server = createServer({ engine, version, ...serverOptions(mode) })
        const rest = new AtRest()
        server.server.on('request', () => rest.stir())
        try {
          const address = await here.world.listen(server, here.port, mode.host)
          const keys = demo && !isOpenToOthers ? await ensureDemonstrationKeys(engine) : null
          showReady(here, mode.publicUrl ?? address, await engine.apps(), keys)
          await interrupted
          here.output.note('Closing; what is recorded is safe.')
        } finally {
          await server.close()
        }
      } finally {
        await engine.close()
      }
    })

/** Says all that is missing at once. @throws AdsumError `production_unconfigured` */
async function requireProduction(here: Context): Promise<void> {
  const missing = [...missingSettings(here), ...missingData(here)]
  if (here.isDataNamed && existsSync(here.data)) {
    const engine = await openEngine(here)
    try {
      missing.push(...missingKeys(here, engine.accessKeys.list()))
    } finally {
      await engine.close()
    }
  }
  requireNothing(missing)
}

/**
 * The pages are for this machine: they ask without a key. A production server has the API alone.
 */
function serverOptions({ publicUrl }: ServingMode): { publicUrl: string } | { pages?: string } {
  if (publicUrl !== null) return { publicUrl }
  const pages = builtPages()
  return pages === null ? {} : { pages }
}

/** Says so before anything takes long. */
async function requireFreePort({ world, port }: Context, { host }: ServingMode): Promise<void> {
  if (!(await world.isTaken(port, host))) return
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
  keys: { readonly write: string; readonly secret: string } | null,
): void {
  output.say(`Adsum is ready: ${address}`)
  for (const { name } of apps) output.say(`  app   ${name}`)
  output.say(`  data  ${data}`)
  if (keys !== null) {
    output.say('  keys  made for the demonstration, and shown only now:')
    output.say(`        ${keys.write}  records events`)
    output.say(`        ${keys.secret}  may do everything`)
  }
  output.say('  stop  Ctrl-C')
  output.result({
    address,
    data,
    apps: apps.map(({ name }) => name),
    ...(keys === null ? {} : { keys }),
  })
}
