import { LearningError, requireArgument } from '../errors.ts'
import type { SequenceSum } from './sequence-sum.ts'
import { joinSequences } from './sequences.ts'

/** Events added at once when many people are added. */
const EVENTS_PER_BATCH = 200_000

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
   * @throws LearningError `statistics_busy` while many people are being added.
   */
  set(person: string, next: Int32Array | null): void {
    if (this.#busy) throw new LearningError('statistics_busy', 'many people are being added')
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

  /**
   * Adds many people who are not in the total yet, faster than `set` for each. The sums are incomplete until
   * it resolves, and take no other changes.
   * @throws LearningError `argument_invalid` for somebody who is in already, before any change.
   */
  async load(people: Iterable<readonly [person: string, sequence: Int32Array]>): Promise<void> {
    const added = new Map<string, Int32Array>()
    for (const [person, sequence] of people) {
      requireArgument(
        !this.#sequences.has(person) && !added.has(person),
        'a person is in the total already',
      )
      if (sequence.length > 0) added.set(person, sequence.slice())
    }
    await this.#whileBusy(async () => {
      // Remembered first: should memory run out, a rebuild still knows everyone.
      for (const [person, sequence] of added) this.#sequences.set(person, sequence)
      await this.#addInBatches(added.values())
    })
  }

  /** Sums everything up anew from the remembered sequences. The sums are incomplete until it resolves. */
  async rebuild(): Promise<void> {
    await this.#whileBusy(async () => {
      for (const sum of this.#sums) sum.clear()
      await this.#addInBatches(this.#sequences.values())
    })
  }

  async #whileBusy(work: () => Promise<void>): Promise<void> {
    if (this.#busy) throw new LearningError('statistics_busy', 'many people are being added')
    this.#busy = true
    try {
      await work()
    } finally {
      this.#busy = false
    }
  }

  async #addInBatches(sequences: Iterable<Int32Array>): Promise<void> {
    let batch: Int32Array[] = []
    let events = 0
    const add = async () => {
      const joined = joinSequences(batch)
      for (const sum of this.#sums) await sum.addSequences(joined)
      batch = []
      events = 0
    }
    for (const sequence of sequences) {
      batch.push(sequence)
      events += sequence.length
      if (events >= EVENTS_PER_BATCH) await add()
    }
    if (batch.length > 0) await add()
  }
}

function commonPrefix(a: Int32Array, b: Int32Array): number {
  const length = Math.min(a.length, b.length)
  let index = 0
  while (index < length && a[index] === b[index]) index++
  return index
}
