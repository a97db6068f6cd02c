import { AdsumError } from '@adsum/protocol'
import type { StoredReward } from '../ports.ts'
import { Deadlines } from './deadlines.ts'
import { type DecideRecord, optionOf } from './decide-record.ts'
import type { Decided } from './outcome.ts'

/** Decisions whose reward may still come, per app; about 500 bytes each. Of more nothing is learned. */
export const OPEN_DECISIONS_MAX = 500_000

/** Milliseconds that a decision is kept whose window is over but to which something is done. */
const KEPT_MS = 1_000

/** A decision that may still be rewarded, in memory. */
export interface OpenDecision {
  readonly id: string
  readonly surface: string
  readonly user: string | null
  /** The action that counts: ours, or where we only watch the other system's. */
  readonly action: string | null
  readonly time: number
  readonly deadline: number
  readonly decided: Decided
  /** What learning adds for it. */
  readonly row: Uint8Array
  /** Where we only watch: whether we would have done the same, and what we expected of ours beyond theirs. */
  readonly shadow: { readonly agreed: boolean; readonly lift: number } | null
  /** Resolves when its record was handed to the store: what is sent then comes after it. */
  readonly sent: Promise<void>
  /** When it is looked at next: at the end of its window, or later where something is under way then. */
  wakes: number
  /** Rewards on their way to the disk. */
  pending: number
  /** Rewards and activation, in the order of arrival; those on their way to the disk included. */
  known: StoredReward[]
  /** Those of the known that are at rest; only these are learned. */
  stored: Set<StoredReward>
  /** The value that the statistics hold for it now; `null`: none. */
  learned: number | null
  /** Whether its window is over. */
  isOver: boolean
  /** Whether its person is being erased, or its record could not be stored: nothing happens to it any more. */
  isGone: boolean
}

/** Decisions by their id, by person, and by the end of their window. */
export class OpenDecisions {
  readonly #byId = new Map<string, OpenDecision>()
  readonly #ofPerson = new Map<string, Set<OpenDecision>>()
  readonly #deadlines = new Deadlines<OpenDecision>()

  get isFull(): boolean {
    return this.#byId.size >= OPEN_DECISIONS_MAX
  }

  /** When the next decision is due; null when none is open. */
  get next(): number | null {
    return this.#deadlines.next
  }

  all(): Iterable<OpenDecision> {
    return this.#byId.values()
  }

  get(id: string): OpenDecision | undefined {
    return this.#byId.get(id)
  }

  /** Open decisions of a person, in the order in which they were made. */
  of(user: string): Iterable<OpenDecision> {
    return this.#ofPerson.get(user) ?? []
  }

  add(decision: OpenDecision): void {
    this.#byId.set(decision.id, decision)
    this.#deadlines.add(decision)
    if (decision.user === null) return
    const ofPerson = this.#ofPerson.get(decision.user)
    if (ofPerson === undefined) this.#ofPerson.set(decision.user, new Set([decision]))
    else ofPerson.add(decision)
  }

  remove(decision: OpenDecision): void {
    if (this.#byId.get(decision.id) === decision) this.#byId.delete(decision.id)
    if (decision.user === null) return
    const ofPerson = this.#ofPerson.get(decision.user)
    ofPerson?.delete(decision)
    if (ofPerson?.size === 0) this.#ofPerson.delete(decision.user)
  }

  /**
   * Takes out the decisions that are due at `now`. Those to which something is being done stay a little:
   * nobody may find another copy of them in the log meanwhile.
   */
  *takeDue(now: number): Generator<OpenDecision> {
    for (;;) {
      const decision = this.#deadlines.take(now)
      if (decision === null) return
      if (this.#byId.get(decision.id) !== decision) continue
      if (decision.pending === 0) this.remove(decision)
      else {
        decision.wakes = now + KEPT_MS
        this.#deadlines.add(decision)
      }
      yield decision
    }
  }

  /** Takes a decision in whose window is over, for as long as something is done to it. */
  keepForNow(decision: OpenDecision, now: number): void {
    decision.wakes = now + KEPT_MS
    this.add(decision)
  }
}

/** A decision as its record makes it, of which nothing is known yet. */
export function openDecision(id: string, record: DecideRecord, sent: Promise<void>): OpenDecision {
  const { surface, user, time, deadline, options, scale, draw, incumbent, row } = record
  const { deferred, learns, aggregation, worth } = record
  const ours = optionOf(options, draw)
  const counts = incumbent ?? ours
  const expected = (at: number): number => {
    const option = options[at]
    return option === undefined ? 0 : (option.score - option.exploration) / scale
  }
  return {
    id,
    surface,
    user,
    action: options[counts]?.action ?? null,
    time,
    deadline,
    decided: { deadline, deferred, learns, aggregation, worth },
    row,
    shadow:
      incumbent === null
        ? null
        : { agreed: ours === incumbent, lift: expected(ours) - expected(incumbent) },
    sent,
    wakes: deadline,
    pending: 0,
    known: [],
    stored: new Set(),
    learned: null,
    isOver: false,
    isGone: false,
  }
}

/** Whether a reward is known already: the same, or another one of the same id. */
export function sameReward(
  known: readonly StoredReward[],
  { id, value, time }: StoredReward,
): 'none' | 'same' | 'conflict' {
  const same = known.find((one) =>
    id === undefined ? one.value === value && one.time === time : one.id === id,
  )
  if (same === undefined) return 'none'
  return same.value === value ? 'same' : 'conflict'
}

/** The id of a reward was used for another value. */
export function conflictOf({ decision, id = '' }: StoredReward): AdsumError {
  return new AdsumError('reward_conflict', { decision, reward: id }, { path: 'id' })
}

/** The window of a decision is over. */
export function lateBy(
  code: 'reward_late' | 'activation_late',
  { id, deadline }: OpenDecision,
): AdsumError {
  return new AdsumError(code, { decision: id, until: new Date(deadline).toISOString() })
}
