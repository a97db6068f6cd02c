/** Sequences of many people in two flat arrays: person u has items[offsets[u]] to items[offsets[u + 1] - 1]. */
export interface Sequences {
  /** Item indices, oldest first; -1 for an item that is not learned. */
  readonly items: Int32Array
  /** One more than there are people, ascending from 0. */
  readonly offsets: Int32Array
}
