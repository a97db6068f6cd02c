import { BinaryReader } from '../binary-reader.ts'
import { BinaryWriter } from '../binary-writer.ts'
import { canonicalOrder } from '../canonical-order.ts'
import type { Learner, LearnerModel, LearnerStatistics, Terms } from '../learner.ts'
import { checkRows } from '../statistics/check-rows.ts'
import { ItemNames } from '../statistics/item-names.ts'
import { SequenceLedger } from '../statistics/sequence-ledger.ts'
import { eachSequence, type Sequences } from '../statistics/sequences.ts'

/** How often each item was a target: the plainest sum there is. */
export class PopularityStatistics implements LearnerStatistics {
  readonly #names = new ItemNames()
  readonly #counts: number[] = []

  setItem(rawId: number, name: string): void {
    this.#names.set(rawId, name)
    this.#counts[rawId] ??= 0
  }

  add(sequence: Int32Array, sign: 1 | -1, rowStart = 0, rowEnd: number = sequence.length): void {
    checkRows(sequence, rowStart, rowEnd, this.#names.count)
    for (let row = rowStart; row < rowEnd; row++) {
      const item = sequence[row] as number
      if (item >= 0) this.#count(item, sign)
    }
  }

  async addSequences(sequences: Sequences): Promise<void> {
    for (const sequence of eachSequence(sequences)) this.add(sequence, 1)
  }

  merge(other: PopularityStatistics, sign: 1 | -1): void {
    for (const [name, count] of other.counts()) {
      const item = this.#names.ensure(name)
      this.#counts[item] ??= 0
      this.#count(item, sign * count)
    }
  }

  clear(): void {
    this.#counts.fill(0)
  }

  /** Names and counts in canonical order, zeros left out. */
  counts(): [name: string, count: number][] {
    const counted = Array.from(this.#counts.keys()).filter((item) => this.#counts[item] !== 0)
    return Array.from(canonicalOrder(this.#names.all, counted), (item) => [
      this.#names.name(item),
      this.#counts[item] as number,
    ])
  }

  serialise(): Uint8Array {
    const writer = new BinaryWriter()
    const counts = this.counts()
    writer.unsigned(counts.length)
    for (const [name, count] of counts) {
      writer.text(name)
      writer.signed(count)
    }
    return writer.finish()
  }

  static deserialise(bytes: Uint8Array): PopularityStatistics {
    const reader = new BinaryReader(bytes)
    const statistics = new PopularityStatistics()
    const length = reader.unsigned(bytes.length)
    for (let item = 0; item < length; item++) {
      statistics.setItem(item, reader.text())
      statistics.#count(item, reader.signed())
    }
    reader.expectLeft(0)
    return statistics
  }

  close(): void {}

  #count(item: number, by: number): void {
    this.#counts[item] = (this.#counts[item] as number) + by
  }
}

/** Everyone gets the same: the score of an item is its count, ties go to the smaller name. */
export class PopularityModel implements LearnerModel {
  readonly items: readonly string[]
  readonly counts: Int32Array

  constructor(items: readonly string[], counts: Int32Array) {
    this.items = items
    this.counts = counts
  }

  scores(): Int32Array {
    return this.counts.slice()
  }

  terms(sequence: readonly number[], item: number): Terms {
    return { bias: this.counts[item] as number, events: new Int32Array(sequence.length) }
  }

  serialise(): Uint8Array {
    const writer = new BinaryWriter()
    writer.unsigned(this.items.length)
    for (const [index, name] of this.items.entries()) {
      writer.text(name)
      writer.signed(this.counts[index] as number)
    }
    return writer.finish()
  }

  static deserialise(bytes: Uint8Array): PopularityModel {
    const counts = PopularityStatistics.deserialise(bytes).counts()
    return new PopularityModel(
      counts.map(([name]) => name),
      Int32Array.from(counts, ([, count]) => count),
    )
  }

  close(): void {}
}

/** Most popular first. The yardstick that every other learner has to beat. */
export const popularityLearner: Learner<PopularityStatistics> = Object.freeze({
  name: 'popularity',
  forgetting: 'sum',
  sensitivity: 'one row moves one count by one',
  createStatistics: () => new PopularityStatistics(),
  deserialiseStatistics: (bytes: Uint8Array) => PopularityStatistics.deserialise(bytes),
  createLedger: (statistics: PopularityStatistics) => new SequenceLedger(statistics),
  fit: async (statistics: PopularityStatistics) => {
    const counts = statistics.counts()
    return new PopularityModel(
      counts.map(([name]) => name),
      Int32Array.from(counts, ([, count]) => count),
    )
  },
  deserialiseModel: async (bytes: Uint8Array) => PopularityModel.deserialise(bytes),
})
