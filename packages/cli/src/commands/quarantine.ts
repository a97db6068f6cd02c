import {
  QUARANTINE_SHOWN_DEFAULT,
  QUARANTINE_SHOWN_MAX,
  type QuarantineView,
} from '@adsum/protocol'
import { Command } from 'commander'
import { amount, count } from '../amount.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'
import type { Output } from '../output.ts'
import { withWorkplace } from '../workplace.ts'

interface AppOption {
  readonly app?: string
}

interface ListOptions extends AppOption {
  readonly code?: string
  readonly limit: string
}

const APP_WORDS = 'the app; may be left out where there is only one'

/** `adsum quarantine`: events that were understood but not taken. */
export const quarantineCommand: MakeCommand = (context) =>
  new Command('quarantine')
    .description('Show events that were not taken, and why; judge them anew, or discard them.')
    .addCommand(listCommand(context))
    .addCommand(replayCommand(context))
    .addCommand(discardCommand(context))

const listCommand: MakeCommand = (context) =>
  new Command('list')
    .description('List quarantined events, newest first.')
    .option('--app <name>', APP_WORDS)
    .option('--code <code>', 'only those with this reason, such as item_unknown')
    .option('--limit <number>', 'how many at the most', String(QUARANTINE_SHOWN_DEFAULT))
    .addHelpText(
      'after',
      '\nExamples:\n  adsum quarantine list\n  adsum quarantine list --code item_unknown --json',
    )
    .action(async ({ app, code, limit }: ListOptions) => {
      const here = context()
      const question = { limit: readLimit(limit), ...(code === undefined ? {} : { code }) }
      await withWorkplace(here, async (place) => {
        const calls = await place.app(app)
        const view = await calls.readQuarantine(question)
        show(here.output, view)
        here.output.result(view)
      })
    })

const replayCommand: MakeCommand = (context) =>
  new Command('replay')
    .description('Judge quarantined events anew: after items or event types were added.')
    .argument('[ids...]', 'those to be judged, such as q_1f…; all of them unless given')
    .option('--app <name>', APP_WORDS)
    .addHelpText(
      'after',
      '\nExamples:\n  adsum quarantine replay\n  adsum quarantine replay q_5d1f… --app cinema',
    )
    .action(async (ids: readonly string[], { app }: AppOption) => {
      const here = context()
      await withWorkplace(here, async (place) => {
        const calls = await place.app(app)
        const replayed = await calls.replayQuarantine(ids.length === 0 ? undefined : ids)
        const { accepted, duplicate, kept, waiting } = replayed
        here.output.say(
          `Recorded ${amount(accepted, 'event')}; ${count(duplicate)} were recorded already; ` +
            `${count(kept)} stay in quarantine.`,
        )
        if (waiting !== undefined) {
          here.output.say(
            `Of those ${amount(waiting.events, 'event')} lie in the future: replay again from ` +
              `${waiting.until} on.`,
          )
        }
        here.output.result(replayed)
      })
    })

const discardCommand: MakeCommand = (context) =>
  new Command('discard')
    .description('Throw quarantined events away.')
    .argument('<ids...>', 'those to be thrown away, such as q_1f…')
    .option('--app <name>', APP_WORDS)
    .addHelpText('after', '\nExamples:\n  adsum quarantine discard q_5d1f… --app cinema')
    .action(async (ids: readonly string[], { app }: AppOption) => {
      const here = context()
      await withWorkplace(here, async (place) => {
        const calls = await place.app(app)
        for (const id of ids) await calls.removeQuarantined(id)
        here.output.say(`Discarded ${amount(ids.length, 'event')}.`)
        here.output.result({ removed: ids.length })
      })
    })

/** @throws CommandFault `usage_invalid` */
function readLimit(typed: string): number {
  const limit = Number(typed)
  if (/^\d+$/.test(typed) && limit >= 1 && limit <= QUARANTINE_SHOWN_MAX) return limit
  throw new CommandFault(
    'usage_invalid',
    `--limit "${typed}" is no number from 1 to ${QUARANTINE_SHOWN_MAX}.`,
  )
}

function show(output: Output, { total, events }: QuarantineView): void {
  if (total === 0) {
    output.say('Nothing is in quarantine.')
    return
  }
  output.table([
    ['id', 'received', 'event', 'user', 'code'],
    ...events.map(({ id, received, event, user, code }) => [id, received, event, user, code]),
  ])
  output.say()
  for (const [code, message] of new Map(events.map(({ code, message }) => [code, message]))) {
    output.say(`${code}, such as: ${message}`)
  }
  output.say(`${count(events.length)} of ${count(total)} shown.`)
}
