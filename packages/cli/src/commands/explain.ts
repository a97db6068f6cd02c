import { CHOICES_MAX, type StoredDecision } from '@adsum/protocol'
import { Command } from 'commander'
import { count } from '../amount.ts'
import type { Context } from '../context.ts'
import { showReasons } from '../decision-words.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'
import { type AppCalls, withWorkplace } from '../workplace.ts'

interface ExplainOptions {
  readonly app?: string
  readonly surface: string
  readonly user?: string
  readonly item?: string
}

/** `adsum explain`: every term of an answer that was given, or of one item for a person. */
export const explainCommand: MakeCommand = (context) =>
  new Command('explain')
    .description('Show every term of an answer, or why an item would be shown to a person.')
    .argument('[decision]', 'the id of an answer, such as d_3q5k…')
    .option('--app <name>', 'the app; may be left out where there is only one')
    .option('--surface <name>', 'the place in the product', 'home')
    .option('--user <id>', 'instead of a decision: the person')
    .option('--item <id>', 'instead of a decision: the item')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum explain d_3q5k0c8e5c7m2r9x1v6w4t8z0y --app cinema\n' +
        '  adsum explain --app cinema --user nora --item film-012',
    )
    .action(async (decision: string | undefined, options: ExplainOptions) => {
      const here = context()
      const { app, user, item } = options
      if (decision !== undefined && (user !== undefined || item !== undefined)) {
        throw new CommandFault('usage_invalid', 'Name a decision, or --user and --item, not both.')
      }
      await withWorkplace(here, async (place) => {
        const calls = await place.app(app)
        if (decision !== undefined) {
          show(here, await calls.readDecision(decision))
        } else if (user !== undefined && item !== undefined) {
          show(here, await explainItem(calls, options.surface, user, item))
        } else {
          throw new CommandFault('usage_invalid', 'Name a decision, or --user and --item.')
        }
      })
    })

/** Asks for a long list and keeps the one item. */
async function explainItem(
  calls: AppCalls,
  surface: string,
  user: string,
  item: string,
): Promise<StoredDecision> {
  const { id } = await calls.decide({ surface, user, limit: CHOICES_MAX })
  const stored = await calls.readDecision(id)
  return { ...stored, choices: stored.choices.filter((choice) => choice.item === item) }
}

function show({ output }: Context, decision: StoredDecision): void {
  output.result(decision)
  if (decision.choices.length === 0) {
    output.say(`It is not among the first ${CHOICES_MAX} suggestions for this person.`)
    return
  }
  const whom = decision.user ?? 'nobody in particular'
  output.say(
    `${decision.surface}, for ${whom}, ${decision.time}, model ${decision.model ?? 'none'}`,
  )
  for (const { title, item, terms, score, scale } of decision.choices) {
    output.say()
    output.say(`${title} (${item})`)
    showReasons(output, terms, score)
    output.say(`     of ${count(scale)}: ${(score / scale).toFixed(4)}`)
  }
}
