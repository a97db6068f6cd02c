import { availableParallelism } from 'node:os'
import { judgeFile } from '@adsum/engine'
import type { Interval, Verdict } from '@adsum/protocol'
import { Command } from 'commander'
import { amount } from '../amount.ts'
import { addFileOptions, type FileOptions, STEPS, settleFile } from '../data-file.ts'
import type { MakeCommand } from '../make-command.ts'
import type { Output } from '../output.ts'
import { evaluatePolicies } from '../policy-evaluation.ts'

/** `adsum evaluate`: would personalization be worth it on these data? */
export const evaluateCommand: MakeCommand = (context) =>
  addFileOptions(
    new Command('evaluate')
      .description(
        'Find out whether personalization is worth it on your data, or with --policy what other ' +
          'choices would have earned. Nothing is stored.',
      )
      .argument('<file>', 'a CSV or JSON Lines file, packed or not, or a MovieLens folder'),
  )
    .option(
      '--policy <name>',
      'on a log of decisions: uniform, greedy, always:<option>, column:<name>; may be repeated',
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  adsum evaluate events.csv\n' +
        '  adsum evaluate orders.csv.gz --map user=customer item=sku time=date\n' +
        '  adsum evaluate ../data/movielens-100k --json\n' +
        '  adsum evaluate decisions.csv --policy uniform --policy greedy',
    )
    .action(async (typed: string, options: FileOptions & { readonly policy?: string[] }) => {
      if (options.policy !== undefined) {
        await evaluatePolicies(context(), typed, options, options.policy)
        return
      }
      const { world, output, ...rest } = context()
      const { order, mapping } = await settleFile({ world, output, ...rest }, typed, options)
      const progress = output.progress()
      const verdict = await judgeFile(order, {
        clock: world.clock,
        threads: availableParallelism(),
        onProgress: ({ step, done }) => progress.show(STEPS[step], done),
      }).finally(() => progress.end())
      showVerdict(output, verdict)
      output.result({ ...verdict, mapping })
    })

function showVerdict(output: Output, verdict: Verdict): void {
  const { rows, users, items, testUsers, methods } = verdict
  output.say(
    `${amount(rows, 'event')} of ${amount(users, 'person', 'people')} on ${amount(items, 'item')}; ` +
      `${amount(testUsers, 'person was', 'people were')} asked about. Split ${verdict.split}.`,
  )
  if (methods.length > 0) {
    output.say()
    output.table(
      [
        ['', 'NDCG@10', '95% interval', 'found in 10', '95% interval', 'items shown'],
        ...methods.map(({ title, ndcg10, hitRate10, coverage }) => [
          title,
          ndcg10.value.toFixed(3),
          range(ndcg10, (value) => value.toFixed(3)),
          percent(hitRate10.value),
          range(hitRate10, percent),
          percent(coverage),
        ]),
      ],
      { right: [1, 2, 3, 4, 5] },
    )
  }
  output.say()
  output.say(verdict.sentence)
  for (const why of verdict.why) output.say(`- ${why}`)
}

function range({ low, high }: Interval, words: (value: number) => string): string {
  return `${words(low)} to ${words(high)}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}
