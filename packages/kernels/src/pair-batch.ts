import { Job, pause } from './job.ts'
import { type Kernels, type OpenKernels, opened } from './kernels.ts'
import { checkItems, growCarries, type PairTable } from './pairs.ts'

/** Bytes of a listed pair, as in src/assembly/pairs.ts. */
const LIST_ENTRY_BYTES = 8
/** Items that the caller's own thread adds before it yields. */
const ITEMS_PER_TURN = 16

/** Whole sequences of raw ids, one after another. Both arrays in kernel memory. */
export interface SequenceBatch {
  readonly items: Int32Array
  /** Where each sequence starts in `items`, and at last where the last one ends. */
  readonly starts: Int32Array
  /** +1 adds (default), -1 takes away. */
  readonly sign?: 1 | -1
}

/**
 * The same as addPairs for all rows of every sequence, several times faster: record by record
 * instead of sequence by sequence, and on the helper threads when there are any. Needs 8 bytes of
 * working memory for each event. The batch and the table must be left alone until it resolves.
 * Throws RangeError for ids or starts out of range, before any change.
 */
export async function addSequences(
  kernels: Kernels,
  table: PairTable,
  batch: SequenceBatch,
): Promise<void> {
  const k = opened(kernels)
  const { items, starts } = batch
  const count = checkStarts(starts, items.length)
  checkItems(items, count, table.itemsMax)
  const itemsAt = k.address(items, 0)
  const startsAt = k.address(starts, 0)
  const index = indexPositions(k, items, starts, table.itemsMax)
  const members = Math.max(1, k.threads)
  const job = new Job(k, members, (table.window + 1) * LIST_ENTRY_BYTES, 0)
  const part = (member: number, limit: number): Thirteen => [
    ...([job.control, table.header.byteOffset, itemsAt, startsAt] as const),
    ...([index.owners.byteOffset, index.positions.byteOffset] as const),
    ...([index.ends.byteOffset, index.done.byteOffset, table.itemsMax] as const),
    ...([batch.sign ?? 1, members, limit, job.scratch(member)] as const),
  ]
  try {
    await runPass(k, part, table.itemsMax)
    while (job.result === 0) {
      growCarries(k, table)
      job.restart()
      await runPass(k, part, table.itemsMax)
    }
  } finally {
    job.free()
    for (const array of Object.values(index)) k.free(array)
  }
}

type Thirteen = Parameters<OpenKernels['wasm']['addBatch']>
type Part = (member: number, limit: number) => Thirteen

/** Lets the members take every item once. */
async function runPass(k: OpenKernels, part: Part, itemsMax: number): Promise<void> {
  if (k.pool !== null) {
    return k.pool.run((member) => ({ kernel: 'addBatch', args: part(member, itemsMax) }))
  }
  while (k.wasm.addBatch(...part(0, ITEMS_PER_TURN)) === ITEMS_PER_TURN) await pause()
}

interface PositionIndex {
  /** Sequence of each position. */
  readonly owners: Int32Array
  /** Positions sorted by their item; positions of no item are left out. */
  readonly positions: Int32Array
  /** Where the positions of each item end in `positions`. */
  readonly ends: Int32Array
  /** Where those of each item start: the first that is not yet added. */
  readonly done: Int32Array
}

function indexPositions(
  k: OpenKernels,
  items: Int32Array,
  starts: Int32Array,
  itemsMax: number,
): PositionIndex {
  const count = starts.at(-1) ?? 0
  const owners = k.int32(count)
  const positions = k.int32(count)
  const ends = k.int32(itemsMax)
  const done = k.int32(itemsMax)
  for (let sequence = 0; sequence + 1 < starts.length; sequence++) {
    owners.fill(sequence, starts[sequence], starts[sequence + 1])
  }
  for (let at = 0; at < count; at++) {
    const item = items[at] as number
    if (item >= 0) ends[item] = (ends[item] as number) + 1
  }
  for (let item = 1; item < itemsMax; item++) {
    done[item] = ends[item - 1] as number
    ends[item] = (ends[item] as number) + (done[item] as number)
  }
  const next = done.slice()
  for (let at = 0; at < count; at++) {
    const item = items[at] as number
    if (item < 0) continue
    const place = next[item] as number
    positions[place] = at
    next[item] = place + 1
  }
  return { owners, positions, ends, done }
}

/** Returns where the last sequence ends. */
function checkStarts(starts: Int32Array, length: number): number {
  let last = starts[0] ?? 0
  if (last !== 0) throw new RangeError('the first sequence does not start at 0')
  for (const start of starts) {
    if (start < last || start > length) throw new RangeError(`start ${start} of ${length}`)
    last = start
  }
  return last
}
