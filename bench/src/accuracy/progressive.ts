import { Bandit, banditConfiguration, createRandom, featureName } from '@adsum/learning'
import type { LabelledRow } from './classification-sets.ts'

/** Declared features with a place of their own, at the most; others are hashed. */
const KNOWN_MAX = 200

/** What a bandit came to on a classification set. */
export interface Progressive {
  /** Share of rows for which the action chosen was not the label. */
  readonly error: number
  readonly seconds: number
}

/** The rows in an order that depends on the seed alone (Fisher and Yates). */
export function shuffled<Row>(rows: readonly Row[], seed: number): Row[] {
  const order = [...rows]
  const random = createRandom(seed)
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.below(at + 1)
    const kept = order[at] as Row
    order[at] = order[other] as Row
    order[other] = kept
  }
  return order
}

/** The labels of a set, in order. */
export function labelsOf(rows: readonly LabelledRow[]): string[] {
  return [...new Set(rows.map(({ label }) => label))].sort()
}

/**
 * A classification set as a bandit: labels are the actions, without features; choosing the right one
 * rewards 1, another 0, and nothing else is told. Columns are declared, words are not.
 */
export function playProgressively(rows: readonly LabelledRow[], seed: number): Progressive {
  const actions = labelsOf(rows).map((id) => ({ id }))
  const bandit = new Bandit(banditConfiguration({ known: declared(rows) }))
  const random = createRandom(seed)
  let wrong = 0
  const start = performance.now()
  for (const { context, label } of rows) {
    const { chosen, row } = bandit.choose({ context, actions }, random)
    const right = actions[chosen]?.id === label
    if (!right) wrong += 1
    bandit.learn({ row, reward: right ? 1 : 0 })
  }
  return { error: wrong / rows.length, seconds: (performance.now() - start) / 1000 }
}

/** Names of columns, as an app would declare them. */
function declared(rows: readonly LabelledRow[]): string[] {
  const names = new Set<string>()
  for (const { context } of rows) {
    for (const [name, value] of Object.entries(context)) {
      if (typeof value === 'number') names.add(featureName('context', name))
      else if (typeof value === 'string') names.add(featureName('context', name, value))
    }
  }
  return [...names].sort().slice(0, KNOWN_MAX)
}
