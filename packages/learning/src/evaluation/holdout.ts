import { joinSequences, type Sequences } from '../statistics/sequences.ts'
import { type Interactions, rowsByPerson } from './interactions.ts'

/** Share of the events, the latest ones, that a split by time keeps from training. */
const TIME_SPLIT_SHARE = 0.2

/** A question with a known answer: after this history, which item came next? */
export interface TestCase {
  readonly user: number
  /** Items before the target, oldest first. */
  readonly history: Int32Array
  readonly target: number
}

export interface Holdout {
  /** `time`: nothing after a moment was learned from. `last-event`: nobody's last event was. */
  readonly split: 'time' | 'last-event'
  readonly training: Sequences
  /** Times of the training events, one per item of `training`; `null` when unknown. */
  readonly trainingTimes: Float64Array | null
  readonly cases: readonly TestCase[]
}

/**
 * Keeps events from training to ask about afterwards. With times the cut is one moment for everyone, as
 * in life: what happened later must not teach. The question is then each person's last event after the
 * cut, with everything before it as history. Without times it is each person's last event.
 * People with a single event give no question: there is no history to judge by.
 */
export function holdOut(interactions: Interactions): Holdout {
  const { items, times } = interactions
  const people = rowsByPerson(interactions)
  const cut = times === null ? null : cutTime(times)
  const learned: Int32Array[] = []
  const cases: TestCase[] = []
  for (const [user, rows] of people.entries()) {
    const last = rows.length - 1
    const asked =
      last >= 1 && (times === null || cut === null || (times[rows[last] as number] as number) > cut)
    learned.push(
      times === null || cut === null
        ? rows.subarray(0, asked ? last : rows.length)
        : rows.filter((row) => (times[row] as number) <= cut),
    )
    if (!asked) continue
    cases.push({
      user,
      history: rows.subarray(0, last).map((row) => items[row] as number),
      target: items[rows[last] as number] as number,
    })
  }
  return {
    split: times === null ? 'last-event' : 'time',
    training: joinSequences(learned.map((rows) => rows.map((row) => items[row]!))),
    trainingTimes: times === null ? null : trainingTimes(learned, times),
    cases,
  }
}

/** The moment after which the latest fifth of the events lies. */
function cutTime(times: Float64Array): number {
  const sorted = times.slice().sort()
  const index = Math.max(0, Math.ceil(sorted.length * (1 - TIME_SPLIT_SHARE)) - 1)
  return sorted[index] ?? 0
}

function trainingTimes(learned: readonly Int32Array[], times: Float64Array): Float64Array {
  return Float64Array.from(
    learned.flatMap((rows) => Array.from(rows, (row) => times[row] as number)),
  )
}
