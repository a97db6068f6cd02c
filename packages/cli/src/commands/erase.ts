import { AdsumError, type Receipt } from '@adsum/protocol'
import { Command } from 'commander'
import { amount } from '../amount.ts'
import type { Context } from '../context.ts'
import { CommandFault } from '../fault.ts'
import type { MakeCommand } from '../make-command.ts'
import type { Output } from '../output.ts'
import { type AppCalls, withWorkplace } from '../workplace.ts'

interface EraseOptions {
  readonly app?: string
  readonly yes?: boolean
}

/** Milliseconds that a server is given to replace its model before the receipt is shown as it stands. */
const REPLACE_MS_MAX = 60_000
/** Milliseconds between two looks at the receipt. */
const LOOK_MS = 500

/** `adsum erase`: forgets a person and shows the receipt. */
export const eraseCommand: MakeCommand = (context) =>
  new Command('erase')
    .description(
      'Forget a person: their events, the answers they got, and what was learned of them.',
    )
    .argument('<user>', 'who is to be forgotten')
    .option('--app <name>', 'the app; may be left out where there is only one')
    .option('--yes', 'do not ask first')
    .addHelpText(
      'after',
      '\nExamples:\n  adsum erase u-17 --app cinema\n  adsum erase u-17 --app cinema --yes --json',
    )
    .action(async (user: string, { app, yes }: EraseOptions) => {
      const here = context()
      if (yes !== true) await confirm(here, user)
      await withWorkplace(here, async (place) => {
        const calls = await place.app(app)
        const receipt = await untilReplaced(here, calls, await calls.eraseUser(user))
        showReceipt(here.output, user, receipt)
        here.output.result(receipt)
      })
    })

async function confirm({ world }: Context, user: string): Promise<void> {
  if (world.ask === null) {
    throw new CommandFault('answer_needed', 'Nobody is here to be asked: say --yes to erase.')
  }
  const answer = await world.ask(`Forget "${user}"? This cannot be undone. Type "yes": `)
  if (answer.trim().toLowerCase() !== 'yes') {
    throw new CommandFault('answer_needed', 'Nothing was erased.')
  }
}

/** The receipt once no model holds the person any more, or as it stands when that takes too long. */
async function untilReplaced(
  { world, output }: Context,
  calls: AppCalls,
  receipt: Receipt,
): Promise<Receipt> {
  const progress = output.progress()
  const end = world.clock.now() + REPLACE_MS_MAX
  const replaced = async (): Promise<Receipt> => {
    await calls.learnNow?.()
    let current = await calls.readReceipt(receipt.receipt)
    while (current.model.status === 'pending' && world.clock.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      current = await calls.readReceipt(receipt.receipt)
    }
    return current
  }
  try {
    return await progress.during('waiting for the next model', replaced())
  } catch (fault) {
    // The person is forgotten; only the next model is missing, and the receipt says so.
    if (!(fault instanceof AdsumError) || fault.code !== 'fit_failed') throw fault
    output.note(`${fault.message} (${fault.code})`)
    return receipt
  } finally {
    progress.end()
  }
}

function showReceipt(output: Output, user: string, receipt: Receipt): void {
  const { events, decisions, quarantined, statistics, model } = receipt
  output.say(
    `"${user}" is forgotten: ${amount(events, 'event')}, ${amount(quarantined, 'quarantined event')} ` +
      `and ${amount(decisions, 'stored answer')}.`,
  )
  output.say(`What was learned of them was taken out at ${statistics.at}`)
  output.say(`  before  ${statistics.before}`)
  output.say(`  after   ${statistics.after}`)
  output.say(modelWords(model))
  output.say(`Receipt ${receipt.receipt}, signed ${receipt.signature}`)
}

function modelWords({ status, last, next, at }: Receipt['model']): string {
  switch (status) {
    case 'never-contained':
      return 'No model had learned from them.'
    case 'replaced':
      return `The model ${last} that had learned from them is destroyed; ${next} replaced it at ${at}.`
    case 'pending':
      return `The model ${last} that had learned from them will be replaced by the next one.`
  }
}
