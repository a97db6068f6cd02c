import { LearningError } from '../errors.ts'
import { WorkSlices } from '../work-slices.ts'
import type { SequenceSum } from './sequence-sum.ts'

/** Events added back in one slice of a rebuild. */
const EVENTS_PER_SLICE = 2_000

/**
 * The sum over people: remembers the sequence that each person has in the total and brings the total
 * along when it changes, `total += C(new) - C(old)`. What was said before about a person leaves no
 * trace, so corrections, late events, caps and erasure are one operation, exact by construction.
 */
export class SequenceLedger {
  readonly #sums: readonly SequenceSum[]
  readonly #sequences = new Map<string, Int32Array>()
  #busy = false

  /** @param sums what to keep along: statistics, and a fingerprint of them where one is needed. */
  constructor(...sums: readonly SequenceSum[]) {
    this.#sums = sums
  }

  /** People with at least one event in the total. */
  get size(): number {
    return this.#sequences.size
  }

  /** Everyone in the total, in no particular order. */
  people(): IterableIterator<string> {
    return this.#sequences.keys()
  }

  /** The sequence that a person has in the total; do not change it. */
  sequence(person: string): Int32Array | undefined {
    return this.#sequences.get(person)
  }

  /**
   * Makes a person's contribution that of `next`; `null` or an empty sequence: that of somebody who was
   * never here. Rows before the first difference stay as they are, so appending costs the new rows only.
   * @throws LearningError `statistics_busy` during a rebuild.
   */
  set(person: string, next: Int32Array | null): void {
    if (this.#busy) throw new LearningError('statistics_busy', 'the total is being rebuilt')
    const before = this.#sequences.get(person) ?? new Int32Array(0)
    const after = next === null ? new Int32Array(0) : next.slice()
    const start = commonPrefix(before, after)
    for (const sum of this.#sums) {
      if (start < before.length) sum.add(before, -1, start, before.length)
      if (start < after.length) sum.add(after, 1, start, after.length)
    }
    if (after.length === 0) this.#sequences.delete(person)
    else this.#sequences.set(person, after)
  }

  /** Sums everything up anew from the remembered sequences. The sums are incomplete until it resolves. */
  async rebuild(): Promise<void> {
    if (this.#busy) throw new LearningError('statistics_busy', 'the total is being rebuilt')
    this.#busy = true
    try {
      for (const sum of this.#sums) sum.clear()
      const slices = new WorkSlices(EVENTS_PER_SLICE)
      for (const sequence of this.#sequences.values()) {
        for (const sum of this.#sums) sum.add(sequence, 1)
        if (slices.spend(sequence.length)) await slices.pause()
      }
    } finally {
      this.#busy = false
    }
  }
}

function commonPrefix(a: Int32Array, b: Int32Array): number {
  const length = Math.min(a.length, b.length)
  let index = 0
  while (index < length && a[index] === b[index]) index++
  return index
}
