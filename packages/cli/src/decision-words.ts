import type { Decision, Reason } from '@adsum/protocol'
import { count } from './amount.ts'
import type { Output } from './output.ts'

/** Shows an answer: each choice with its score and the shares that add up to it. */
export function showDecision(output: Output, decision: Decision): void {
  const { choices, baseline, personalization } = decision
  if (choices.length === 0) {
    output.say('There is nothing to suggest.')
    return
  }
  for (const [place, choice] of choices.entries()) {
    const name = choice.title === choice.item ? choice.title : `${choice.title} (${choice.item})`
    output.say(`${String(place + 1).padStart(3)}  ${name}`)
    showReasons(output, choice.reasons, choice.score)
  }
  const scale = choices[0]?.scale ?? 1
  output.say()
  output.say(
    baseline
      ? 'This is the list of what is popular: no model has been fitted yet.'
      : `Made from ${levelWords[personalization]}. Shares add up to the score; ${count(scale)} is 1.`,
  )
  output.say(`Every term: adsum explain ${decision.id}`)
}

const levelWords: Readonly<Record<Decision['personalization'], string>> = {
  everyone: 'what everyone does, the same for all',
  moment: 'the last few events',
  history: 'the whole history',
}

/** Shows shares below each other and the score that they add up to. */
export function showReasons(output: Output, reasons: readonly Reason[], score: number): void {
  const rows = reasons.map(({ share, text }) => [count(share), text])
  output.table([...rows, [`= ${count(score)}`]], { right: [0], indent: 5 })
}
