/** Sequences of many people in two flat arrays: person u has items[offsets[u]] to items[offsets[u + 1] - 1]. */
export interface Sequences {
  /** Item numbers, oldest first; -1 for an item that is not learned. */
  readonly items: Int32Array
  /** One more than there are people, ascending from 0. */
  readonly offsets: Int32Array
}

/** The sequences one after another in flat arrays. */
export function joinSequences(sequences: readonly Int32Array[]): Sequences {
  const offsets = new Int32Array(sequences.length + 1)
  for (const [index, sequence] of sequences.entries()) {
    offsets[index + 1] = offsets[index]! + sequence.length
  }
  const items = new Int32Array(offsets.at(-1)!)
  for (const [index, sequence] of sequences.entries()) items.set(sequence, offsets[index])
  return { items, offsets }
}

/** The sequences one by one, as views. */
export function* eachSequence({ items, offsets }: Sequences): Generator<Int32Array> {
  for (let index = 0; index + 1 < offsets.length; index++) {
    yield items.subarray(offsets[index], offsets[index + 1])
  }
}
