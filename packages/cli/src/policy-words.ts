import type { DecisionLog } from '@adsum/engine'
import type { PolicyEvaluation, ValueRange } from '@adsum/learning'
import { amount } from './amount.ts'
import type { Output } from './output.ts'

/** Says what was read. */
export function showLog(
  output: Output,
  { name, format, decisions, namesCandidates }: DecisionLog,
  options: number,
  earned: ValueRange | null,
): void {
  const source = format === 'open-bandit' ? ', a file of the Open Bandit Dataset' : ''
  output.say(
    `${name}: ${amount(decisions.length, 'decision')} among ${amount(options, 'option')}${source}.`,
  )
  if (earned !== null) {
    const { value, low, high } = earned
    output.say(`They earned ${figure(value)} each, between ${figure(low)} and ${figure(high)}.`)
  }
  if (!namesCandidates) {
    output.say('Without a column "candidates", every option in the log counts as one each time.')
  }
}

/** Says in words what a policy would have earned, or why the log cannot tell. */
export function showPolicy(output: Output, evaluation: PolicyEvaluation): void {
  const { policy, support, earned, refusal, headline, estimates } = evaluation
  output.say(policy)
  if (refusal !== null || headline === null) {
    const { reason, advice, code } = refusal ?? NOTHING
    output.say(`  No figure. ${reason} (${code})`)
    output.say(`  ${advice}`)
    return
  }
  output.say(
    `  would have earned ${figure(headline.value)} per decision, between ${figure(headline.low)} and ` +
      `${figure(headline.high)}; now ${figure(earned.value)}.`,
  )
  output.say(`  ${differenceInWords(headline.difference)}`)
  output.say(
    `  The log tells as much about it as ${amount(Math.round(support.effectiveDecisions), 'decision')} ` +
      `of its own would; one decision counts up to ${figure(support.weightMax)} times.`,
  )
  output.table(
    [
      ['', 'estimate', '95% interval', 'weights up to', ''],
      ...estimates.map(({ name, title, value, low, high, limit }) => [
        name,
        figure(value),
        `${figure(low)} to ${figure(high)}`,
        limit === null ? '-' : figure(limit),
        title,
      ]),
    ],
    { right: [1, 2, 3], indent: 4 },
  )
}

const NOTHING = { reason: 'No estimator applies.', advice: '', code: 'internal' } as const

function differenceInWords({ value, low, high }: ValueRange): string {
  const range = `${figure(low)} to ${figure(high)}`
  if (low > 0) return `That is ${figure(value)} more (${range}): more than chance explains.`
  if (high < 0) {
    return `That is ${figure(-value)} less (${figure(-high)} to ${figure(-low)}): more than chance explains.`
  }
  return `The difference, ${figure(value)} (${range}), may be chance.`
}

/** A number with three digits that count. */
function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
}
