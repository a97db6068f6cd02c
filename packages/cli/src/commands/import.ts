import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import {
  type AppDeclaration,
  declarationOf,
  type Engine,
  exampleUsers,
  importEvents,
  readFileEvents,
  summarise,
} from '@adsum/engine'
import { AdsumError, isErrorCode, type Job, type RowProblem } from '@adsum/protocol'
import { Command } from 'commander'
import { amount } from '../amount.ts'
import { appNameOf, requireAppName } from '../app-name.ts'
import type { Context } from '../context.ts'
import {
  addFileOptions,
  type FileOptions,
  type SettledFile,
  STEPS,
  settleFile,
} from '../data-file.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'
import type { Output } from '../output.ts'
import { openUnlessServed, serverClient } from '../workplace.ts'

interface ImportOptions extends FileOptions {
  readonly app?: string
  readonly yes?: boolean
}

/** What an import did. */
interface Imported {
  readonly app: string
  readonly accepted: number
  readonly duplicates: number
  readonly conflicts: number
  readonly refused: number
  readonly problems: readonly RowProblem[]
  readonly exampleUsers: readonly string[]
}

/** Milliseconds between two looks at a server's job. */
const LOOK_MS = 300
/** Problems shown one by one. */
const PROBLEMS_SHOWN = 5

/** `adsum import`: brings a file into an app, made of the file when there is none of the name. */
export const importCommand: MakeCommand = (context) =>
  addFileOptions(
    new Command('import')
      .description('Bring the events of a file into an app. Importing a file twice adds nothing.')
      .argument('<file>', 'a CSV or JSON Lines file, packed or not, or a MovieLens folder')
      .option('--app <name>', 'the app; made when there is none of the name')
      .option('--yes', 'do not ask whether the columns are right'),
  )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum import events.csv --app shop\n' +
        '  adsum import orders.csv --app shop --map user=customer item=sku --on-problem stop\n' +
        '  adsum import ../data/movielens-100k --app films --yes',
    )
    .action(async (typed: string, options: ImportOptions) => {
      const here = context()
      const file = await settleFile(here, typed, options)
      const app = requireAppName(options.app ?? appNameOf(file.view.name))
      const engine = await openUnlessServed(here)
      try {
        const done =
          engine === null
            ? await importThroughServer(here, file, app, options)
            : await importHere(here, engine, file, app, options)
        show(here.output, done)
        here.output.result(done)
      } finally {
        await engine?.close()
      }
    })

/** Asks whoever sits there, unless they said yes before. */
async function confirm(
  { world, output }: Context,
  app: string,
  isThere: boolean,
  { yes }: ImportOptions,
): Promise<void> {
  const into = isThere ? `into the app "${app}", which is there already` : `as the new app "${app}"`
  output.say(`Import ${into}.`)
  if (yes === true || world.ask === null || output.isJson) return
  const answer = await world.ask('Are the columns right, and the app? [Y/n] ')
  if (/^\s*(y|yes)?\s*$/i.test(answer)) return
  throw new CommandFault(
    'answer_needed',
    'Nothing was imported. Say which column is which with --map user=… item=…, and --app.',
  )
}

async function importHere(
  context: Context,
  engine: Engine,
  { order, mapping }: SettledFile,
  name: string,
  options: ImportOptions,
): Promise<Imported> {
  await confirm(context, name, engine.has(name), options)
  const progress = context.output.progress()
  const { clock } = context.world
  try {
    const events = await readFileEvents(order, {
      clock,
      threads: availableParallelism(),
      onProgress: ({ step, done }) => progress.show(STEPS[step], done),
    })
    const declared = (): AppDeclaration => declarationOf(summarise(events, mapping), { name })
    const app = engine.has(name) ? engine.app(name) : await engine.declare(declared())
    const outcome = await importEvents(events, app, {
      now: clock.now(),
      onProblem: order.onProblem,
      onProgress: (done) => progress.show('recording', done),
    })
    await progress.during('learning', app.learnNow())
    return { app: name, ...outcome, exampleUsers: exampleUsers(events) }
  } finally {
    progress.end()
  }
}

/** Sends the file to the server that holds the data. It makes new apps of single files only. */
async function importThroughServer(
  context: Context,
  { order, mapping, view }: SettledFile,
  app: string,
  options: ImportOptions,
): Promise<Imported> {
  const { encoding, dates, onProblem } = options
  const isFile = (await stat(order.path)).isFile()
  const client = serverClient(context)
  const taken = (await client.listApps()).some(({ name }) => name === app)
  if (!isFile || taken || encoding !== undefined || dates !== undefined || onProblem === 'stop') {
    throw new AdsumError('data_directory_locked', {
      path: context.data,
      holder: `the server on port ${context.port}, which takes single files for new apps only`,
    })
  }
  await confirm(context, app, false, options)
  const progress = context.output.progress()
  try {
    progress.show('sending', 0)
    const { file } = await client.uploadFile(view.name, await openAsBlob(order.path))
    let job: Job = await client.makeApp(file, { name: app, mapping })
    while (job.state === 'running') {
      progress.show(job.step, job.progress)
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      job = await client.readJob(job.job)
    }
    if (job.app === undefined) throw faultOf(job)
    const { rows, refused, problems, exampleUsers: examples } = job.app
    const counts = { accepted: rows, duplicates: 0, conflicts: 0, refused, problems }
    return { app, ...counts, exampleUsers: examples }
  } finally {
    progress.end()
  }
}

function faultOf({ job, error }: Job): AdsumError {
  const code = error !== undefined && isErrorCode(error.code) ? error.code : 'internal'
  return new AdsumError(code, { reference: job }, error && { message: error.message })
}

function show(output: Output, done: Imported): void {
  const { accepted, duplicates, conflicts, refused, problems } = done
  output.say(`"${done.app}" took ${amount(accepted, 'event')} in.`)
  if (duplicates > 0) output.say(`${amount(duplicates, 'event was', 'events were')} there already.`)
  if (conflicts > 0) {
    output.say(
      `${amount(conflicts, 'event was', 'events were')} there with another content, which stays.`,
    )
  }
  if (refused > 0) {
    output.say(`${amount(refused, 'row was', 'rows were')} left out:`)
    for (const { line, column, expected, found } of problems.slice(0, PROBLEMS_SHOWN)) {
      output.say(`  line ${line}, ${column}: expected ${expected}, found ${found}`)
    }
    if (refused > PROBLEMS_SHOWN) output.say('  …')
  }
  const [user] = done.exampleUsers
  if (user !== undefined) output.say(`Try: adsum ask --app ${done.app} --user ${user}`)
}
