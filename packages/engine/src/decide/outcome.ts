import type { Aggregation } from '../app/decide-surface.ts'
import type { StoredReward } from '../ports.ts'

/** What learning needs to know of a decision besides its row. */
export interface Decided {
  /** Milliseconds since 1970 UTC until which rewards count, and it can be activated. */
  readonly deadline: number
  /** Prepared ahead: nothing is learned of it before it is activated. */
  readonly deferred: boolean
  /** False where an internal fault answered, or the surface does not learn. */
  readonly learns: boolean
  readonly aggregation: Aggregation
  /** Its worth without a reward. */
  readonly worth: number
}

/** Where a decision stands. `value` is what is learned of it so far; `null`: nothing. */
export interface Outcome {
  readonly state: 'waiting' | 'deferred' | 'learned' | 'dropped'
  readonly value: number | null
}

/**
 * What is learned of a decision: a pure function of the record, of what became known afterwards, and of
 * whether its window is over; so memory and the log never disagree. A reward is learned when it arrives
 * and corrected by those that follow; without any the declared worth is learned when the window is over.
 *
 * @param known rewards and the activation, in the order of arrival
 */
export function outcomeOf(
  decided: Decided,
  known: readonly StoredReward[],
  isOver: boolean,
): Outcome {
  const { deadline, deferred, learns, aggregation, worth } = decided
  if (!learns) return { state: 'dropped', value: null }
  const inTime = known.filter(({ time }) => time <= deadline)
  if (deferred && !inTime.some(({ value }) => value === null)) {
    return { state: isOver ? 'dropped' : 'deferred', value: null }
  }
  const values = inTime.flatMap((reward) => (reward.value === null ? [] : [reward.value]))
  if (values.length > 0) return { state: 'learned', value: aggregate(aggregation, values, inTime) }
  return isOver ? { state: 'learned', value: worth } : { state: 'waiting', value: null }
}

function aggregate(
  aggregation: Aggregation,
  values: readonly number[],
  known: readonly StoredReward[],
): number {
  switch (aggregation) {
    case 'first':
      return values[0] as number
    case 'last':
      return latest(known)
    case 'max':
      return values.reduce((most, value) => Math.max(most, value))
    case 'sum':
      return values.reduce((sum, value) => sum + value, 0)
  }
}

/** The reward that happened last; of several at one moment the one that arrived last. */
function latest(known: readonly StoredReward[]): number {
  let last: StoredReward | null = null
  for (const reward of known) {
    if (reward.value !== null && (last === null || reward.time >= last.time)) last = reward
  }
  return last?.value ?? 0
}
