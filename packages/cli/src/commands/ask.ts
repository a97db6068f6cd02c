import { CHOICES_MAX } from '@adsum/protocol'
import { Command, InvalidArgumentError } from 'commander'
import { showDecision } from '../decision-words.ts'
import type { MakeCommand } from '../make-command.ts'
import { withWorkplace } from '../workplace.ts'

interface AskOptions {
  readonly app?: string
  readonly surface: string
  readonly user?: string
  readonly limit: number
}

const LIMIT_DEFAULT = 10

/** `adsum ask`: what a surface would show to a person, with reasons. */
export const askCommand: MakeCommand = (context) =>
  new Command('ask')
    .description('Ask a surface what it would show, and why.')
    .option('--app <name>', 'the app; may be left out where there is only one')
    .option('--surface <name>', 'the place in the product', 'home')
    .option('--user <id>', 'for whom; without it the answer is for nobody in particular')
    .option('--limit <number>', 'how many choices', parseLimit, LIMIT_DEFAULT)
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum ask --app cinema --user nora\n' +
        '  adsum ask --app cinema --surface home --limit 3 --json',
    )
    .action(async ({ app, surface, user, limit }: AskOptions) => {
      const here = context()
      await withWorkplace(here, async (place) => {
        const request = { surface, limit, ...(user === undefined ? {} : { user }) }
        const decision = await (await place.app(app)).decide(request)
        showDecision(here.output, decision)
        here.output.result(decision)
      })
    })

function parseLimit(typed: string): number {
  const limit = Number(typed)
  if (Number.isInteger(limit) && limit >= 1 && limit <= CHOICES_MAX) return limit
  throw new InvalidArgumentError(`It is a whole number from 1 to ${CHOICES_MAX}.`)
}
