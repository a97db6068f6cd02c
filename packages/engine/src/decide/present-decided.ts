import type { Decision, StoredDecision } from '@adsum/protocol'
import type { StoredReward } from '../ports.ts'
import { type DecideRecord, optionOf } from './decide-record.ts'
import type { Outcome } from './outcome.ts'
import { allReasons, presentChoice } from './words.ts'

type TitleOf = (action: string) => string

/** A record as the answer that it was. */
export function presentDecision(id: string, record: DecideRecord, titleOf: TitleOf): Decision {
  const choice = choiceOf(record, titleOf)
  const { surface, model, baseline, personalization, mode, options, partsTotal, learns } = record
  return {
    id,
    surface,
    model,
    baseline,
    personalization,
    choices: choice === null ? [] : [choice.choice],
    mode,
    options: options.map(({ action, parts }) => ({ action, propensity: parts / partsTotal })),
    learns,
  }
}

/** A record with everything that is known of it. */
export function presentStored(
  id: string,
  record: DecideRecord,
  now: {
    readonly known: readonly StoredReward[]
    readonly outcome: Outcome
    readonly titleOf: TitleOf
  },
): StoredDecision {
  const { user, context, time, options, scale, partsTotal, draw, constraints, incumbent } = record
  const choice = choiceOf(record, now.titleOf)
  return {
    ...presentDecision(id, record, now.titleOf),
    user,
    context: { ...context },
    time: new Date(time).toISOString(),
    candidates: options.length,
    choices:
      choice === null ? [] : [{ ...choice.choice, terms: allReasons(record.terms, choice.title) }],
    rewards: now.known.flatMap(({ value, time: at }) =>
      value === null ? [] : [{ value, time: new Date(at).toISOString() }],
    ),
    replay: {
      scale,
      partsTotal,
      draw,
      chosen: options[optionOf(options, draw)]?.action ?? null,
      options: options.map((option) => ({ ...option })),
    },
    constraints: [...constraints],
    ...(incumbent !== null && { incumbent: options[incumbent]?.action ?? null }),
    learning: { ...now.outcome, until: new Date(record.deadline).toISOString() },
  }
}

/** The choice of a record with what it is called, or none where nothing was chosen. */
function choiceOf(record: DecideRecord, titleOf: TitleOf) {
  const counts = record.incumbent ?? optionOf(record.options, record.draw)
  const action = record.options[counts]?.action ?? null
  const title = action === null ? '' : titleOf(action)
  const choice = presentChoice(record, counts, title)
  return choice === null ? null : { choice, title }
}
