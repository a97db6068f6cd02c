import type { SequenceSum } from './statistics/sequence-sum.ts'

/**
 * How a learner lets go of a person (design, section 1): `sum` subtracts and fits again; `replay` starts
 * from the checkpoint before them; `fixed` is a published equation that never learns.
 */
export type Forgetting = 'sum' | 'replay' | 'fixed'

/** The statistics of a learner: an exact integer sum, keyed by append-only raw item ids. */
export interface LearnerStatistics extends SequenceSum {
  /** Names the item with this raw id. Ids count up from 0; a name never changes its id. */
  setItem(rawId: number, name: string): void
  /** Adds the total of `other` (or takes it back), items matched by name. */
  merge(other: this, sign: 1 | -1): void
  /** The total in canonical name order, zeros left out: equal totals have equal bytes. */
  serialise(): Uint8Array
  /** Frees memory outside the garbage collector. */
  close(): void
}

/** The terms of one score: integers that add up to it. */
export interface Terms {
  /** What everyone gets. */
  readonly bias: number
  /** One share per position of the sequence. */
  readonly events: Int32Array
}

/** What a learner publishes: integers only. Items are numbered in canonical name order. */
export interface LearnerModel {
  readonly items: readonly string[]
  /** The integer score of every item after the sequence (item indices of the model, -1 unknown, oldest first). */
  scores(sequence: readonly number[]): Int32Array
  terms(sequence: readonly number[], item: number): Terms
  serialise(): Uint8Array
  close(): void
}

/** Keeps a total along as the sequences of people change. */
export interface PersonLedger {
  set(person: string, sequence: Int32Array | null): void
}

/**
 * A learner is two pure functions: contributions that add up (`LearnerStatistics.add`), and a fit that
 * depends on their total alone. `describeLearner` in `@adsum/learning/testing` holds the laws.
 */
export interface Learner<Statistics extends LearnerStatistics = LearnerStatistics> {
  readonly name: string
  readonly forgetting: Forgetting
  /** How much one row, and so one person under the caps, can move the total: what noise must hide. */
  readonly sensitivity: string
  createStatistics(): Statistics
  deserialiseStatistics(bytes: Uint8Array): Statistics
  createLedger(statistics: Statistics): PersonLedger
  fit(statistics: Statistics): Promise<LearnerModel>
  deserialiseModel(bytes: Uint8Array): Promise<LearnerModel>
}
