import type { Sequences } from './sequences.ts'

/**
 * A sum over rows of sequences: `add` with -1 takes back exactly what `add` with +1 put in. The total
 * depends on which rows are in, never on the order in which they came.
 */
export interface SequenceSum {
  /**
   * Adds (or takes back) the rows [rowStart, rowEnd) of a sequence; row l says that after the items
   * before position l came the item at l.
   * @param sequence raw item ids, oldest first; -1 for an item that is not learned but keeps its place.
   */
  add(sequence: Int32Array, sign: 1 | -1, rowStart?: number, rowEnd?: number): void
  /**
   * Adds whole sequences, all rows of them: the same as `add` for each, but faster and with pauses. The sum
   * is incomplete until it resolves.
   */
  addSequences(sequences: Sequences): Promise<void>
  /** Back to the sum of nothing. Items keep their numbers. */
  clear(): void
}
