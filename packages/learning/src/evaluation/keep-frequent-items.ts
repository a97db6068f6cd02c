import { countItems } from '../baselines/count-items.ts'
import type { Sequences } from '../statistics/sequences.ts'
import type { Holdout, TestCase } from './holdout.ts'

/** A hold-out whose items are renumbered to those that training knows. */
export interface KnownItems {
  readonly training: Sequences
  /** A target that is not known stays in, as -1: no method can find it. */
  readonly cases: readonly TestCase[]
  readonly itemCount: number
  /** Items of the training part that were too rare to be kept. */
  readonly itemsLeftOut: number
}

/**
 * Keeps the items that occur in training, at most the `itemsMax` most frequent ones (of equals the
 * smaller number), and numbers them in their old order; all others become -1.
 */
export function keepFrequentItems(holdout: Holdout, itemsMax: number): KnownItems {
  const { training, cases } = holdout
  let highest = training.items.reduce((most, item) => Math.max(most, item), -1)
  for (const { history, target } of cases) {
    highest = history.reduce((most, item) => Math.max(most, item), Math.max(highest, target))
  }
  const counts = countItems(training.items, highest + 1)
  const occurring = Array.from(counts.keys()).filter((item) => (counts[item] as number) > 0)
  const kept = [...occurring]
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .slice(0, itemsMax)
    .sort((a, b) => a - b)
  const numbers = new Int32Array(highest + 1).fill(-1)
  for (const [number, item] of kept.entries()) numbers[item] = number
  const renumber = (item: number) => (item < 0 ? -1 : (numbers[item] as number))
  return {
    training: { items: training.items.map(renumber), offsets: training.offsets },
    cases: cases.map(({ user, history, target }) => ({
      user,
      history: history.map(renumber),
      target: renumber(target),
    })),
    itemCount: kept.length,
    itemsLeftOut: occurring.length - kept.length,
  }
}
