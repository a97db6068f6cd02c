// Sequence statistics: for every unordered pair of items one record of integer totals.
// See src/assembly/pairs.ts for how a sequence's contribution reaches them.
import { countOf } from './bounds.ts'
import { type Kernels, type OpenKernels, opened } from './kernels.ts'

const SCALES_MAX = 4
/** Longest window: its tables of steps take 2 * (window + 1)^2 records. */
const WINDOW_MAX = 2048
/** One step is a sum of products of weights; two of them must still fit int32. */
const STEP_MAX = 2 ** 30 - 1
const CARRY_CAPACITY_MIN = 1024
const HEADER_FIELDS = 16
const FIELD = {
  records: 0,
  forward: 1,
  swapped: 2,
  scales: 3,
  lanes: 4,
  window: 5,
  carries: 6,
  carryCapacity: 7,
  carryCount: 8,
} as const

/** A change of the totals by the rows [rowStart, rowEnd) of one sequence. */
export interface PairRows {
  /** First row (target position) that counts; default 0. */
  readonly rowStart?: number
  /** One past the last row; default the sequence's length. */
  readonly rowEnd?: number
  /** +1 adds (default), -1 takes away. */
  readonly sign?: 1 | -1
}

/**
 * Totals over pairs of raw ids (0 .. itemsMax - 1) at K scales.
 *
 * The record of {a, b}, a <= b, starts at lane pairIndex(a, b) * lanes of `records`:
 * lanes 0 .. K^2-1      G[(a,s),(b,t)] at s * K + t,
 * lanes K^2 .. K^2+K-1  C[(a,s) -> b],
 * the next K lanes      C[(b,s) -> a], zero when a = b; then zeros up to `lanes`.
 * A lane is the low 32 bits, signed, of an int64 total; see pairTotal and pairCarries for the rest.
 */
export class PairTable {
  /** K, 1 to 4. */
  readonly scales: number
  /** R, int32 lanes in a record: 4 * ceil((K^2 + 2K) / 4). */
  readonly lanes: number
  /** W, the longest lag with a weight. */
  readonly window: number
  /** Raw ids below this have records. */
  itemsMax = 0
  /** The records. Replaced, not moved, when the table grows. */
  records: Int32Array
  /** Weights, int32 [scale][lag 0 .. window], lag 0 being zero. */
  readonly weights: Int32Array
  /** The last lag at which each scale has weight; 0 when it has none. */
  readonly lastLags: Int32Array
  readonly header: Int32Array
  readonly steps: Int32Array
  carries: Int32Array

  constructor(k: OpenKernels, weights: readonly ArrayLike<number>[]) {
    this.scales = weights.length
    this.window = weights[0]?.length ?? 0
    this.lanes = 4 * Math.ceil((this.scales * this.scales + 2 * this.scales) / 4)
    const side = this.window + 1
    this.header = k.int32(HEADER_FIELDS)
    this.weights = k.int32(this.scales * side)
    this.lastLags = k.int32(this.scales)
    weights.forEach((scale, s) => {
      this.weights.set(scale, s * side + 1)
      this.lastLags[s] = Array.from(scale).findLastIndex((weight) => weight > 0) + 1
    })
    this.steps = k.int32(2 * side * side * this.lanes)
    this.records = k.int32(0)
    const room = 2 * (2 * this.window + 1) * this.lanes
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(room, CARRY_CAPACITY_MIN)))
    this.carries = k.int32(2 * capacity)
  }

  /** Tells the kernels where everything is. */
  describe(): void {
    const { header } = this
    header[FIELD.records] = this.records.byteOffset
    header[FIELD.forward] = this.steps.byteOffset
    header[FIELD.swapped] = this.steps.byteOffset + this.steps.byteLength / 2
    header[FIELD.scales] = this.scales
    header[FIELD.lanes] = this.lanes
    header[FIELD.window] = this.window
    header[FIELD.carries] = this.carries.byteOffset
    header[FIELD.carryCapacity] = this.carries.length / 2
  }

  /** Totals that have left int32. */
  get carryCount(): number {
    return this.header[FIELD.carryCount] ?? 0
  }

  set carryCount(count: number) {
    this.header[FIELD.carryCount] = count
  }
}

/** Index of the record of the raw ids a <= b. */
export function pairIndex(a: number, b: number): number {
  return (b * (b + 1)) / 2 + a
}

/**
 * An empty table with records for `itemsMax` items. `weights[s][lag - 1]` is the integer weight of
 * scale s at that lag, 0 to 32,767; all scales of one length W, 1 to 2048.
 * Throws RangeError for anything else, and where sums of products over W could leave int32.
 */
export function openPairTable(
  kernels: Kernels,
  options: { readonly weights: readonly ArrayLike<number>[]; readonly itemsMax: number },
): PairTable {
  const k = opened(kernels)
  checkWeights(options.weights)
  const table = new PairTable(k, options.weights)
  table.describe()
  k.wasm.preparePairs(table.header.byteOffset, table.weights.byteOffset)
  growPairTable(kernels, table, options.itemsMax)
  return table
}

/** Gives the table's memory back. */
export function closePairTable(kernels: Kernels, table: PairTable): void {
  const { records, steps, carries, weights, lastLags, header } = table
  for (const array of [records, steps, carries, weights, lastLags, header]) kernels.free(array)
}

/** Makes records for raw ids below `itemsMax`, keeping all totals. Never shrinks. */
export function growPairTable(kernels: Kernels, table: PairTable, itemsMax: number): void {
  if (countOf('itemsMax', itemsMax) <= table.itemsMax) return
  const records = kernels.int32(pairIndex(0, itemsMax) * table.lanes)
  records.set(table.records)
  kernels.free(table.records)
  table.records = records
  table.itemsMax = itemsMax
  table.describe()
}

/**
 * Adds (or takes away) the contribution of rows [rowStart, rowEnd) of a sequence of raw ids, oldest
 * first, -1 for an item that is not learned but holds its place. A row l counts the pairs of its
 * history: x_{a,s}(l) = sum over p < l, i_p = a of w_s(l - p); G += x x', C[. -> i_l] += x.
 * Exact in any order of calls. Throws RangeError for ids or rows out of range, before any change.
 */
export function addPairs(
  kernels: Kernels,
  table: PairTable,
  sequence: Int32Array,
  rows: PairRows = {},
): void {
  const k = opened(kernels)
  const { rowStart, rowEnd } = rowRange(sequence, rows)
  checkItems(sequence, rowEnd, table.itemsMax)
  const { sign = 1 } = rows
  const at = k.address(sequence, rowEnd)
  const header = k.address(table.header, HEADER_FIELDS)
  let next = 0
  while (next < rowEnd) {
    next = k.wasm.addPairs(header, at, rowStart, rowEnd, sign, next, k.scratch)
    if (next < rowEnd) growCarries(k, table)
  }
}

/**
 * into += sign * other, where `ids[r]` is the raw id in `into` of other's raw id r (all different).
 * Both tables must have the same scales. Exact: totals carry, they never wrap.
 */
export function mergePairs(
  kernels: Kernels,
  into: PairTable,
  other: PairTable,
  ids: Int32Array,
  sign: 1 | -1 = 1,
): void {
  const k = opened(kernels)
  if (into.scales !== other.scales) throw new RangeError('tables of different scales')
  if (into === other) throw new RangeError('a table cannot be merged into itself')
  checkItems(ids, ids.length, into.itemsMax)
  if (ids.includes(-1) || new Set(ids).size !== ids.length) throw new RangeError('ids repeat')
  const idsAt = k.address(ids, 0)
  const count = Math.min(ids.length, other.itemsMax)
  const [intoAt, otherAt] = [k.address(into.header, 0), k.address(other.header, 0)]
  let next = 0
  while (next < count) {
    next = k.wasm.mergePairs(intoAt, otherAt, idsAt, count, sign, next)
    if (next < count) growCarries(k, into)
  }
}

/** One whole total. */
export function pairTotal(kernels: Kernels, table: PairTable, lane: number): bigint {
  const low = table.records[checkLane(table, lane)] ?? 0
  const carry = opened(kernels).wasm.carryOf(table.header.byteOffset, lane)
  return BigInt(low) + (BigInt(carry) << 32n)
}

/** Replaces one whole total. Throws RangeError when it does not fit int64. */
export function setPairTotal(
  kernels: Kernels,
  table: PairTable,
  lane: number,
  total: bigint,
): void {
  const k = opened(kernels)
  if (BigInt.asIntN(64, total) !== total) throw new RangeError(`${total} does not fit int64`)
  const low = Number(BigInt.asIntN(32, total))
  const carry = Number((total - BigInt(low)) >> 32n)
  const change = carry - k.wasm.carryOf(table.header.byteOffset, checkLane(table, lane))
  table.records[lane] = low
  if (change === 0) return
  if (table.carryCount * 2 >= table.carries.length / 2) growCarries(k, table)
  k.wasm.addCarry(table.header.byteOffset, lane, change)
}

/**
 * The totals that do not fit int32, in order of their lane: total = records[lane] + 2^32 * carry.
 * A table equal in value has equal records and equal carries.
 */
export function pairCarries(table: PairTable): { lane: number; carry: number }[] {
  const found: { lane: number; carry: number }[] = []
  if (table.carryCount === 0) return found
  for (let slot = 0; slot < table.carries.length; slot += 2) {
    const key = (table.carries[slot] ?? 0) >>> 0
    if (key > 0) found.push({ lane: key - 1, carry: table.carries[slot + 1] ?? 0 })
  }
  return found.sort((x, y) => x.lane - y.lane)
}

/** The rows a change is about, checked. */
export function rowRange(
  sequence: Int32Array,
  { rowStart = 0, rowEnd = sequence.length }: PairRows,
): { rowStart: number; rowEnd: number } {
  const valid = countOf('rowStart', rowStart) <= countOf('rowEnd', rowEnd)
  if (!valid || rowEnd > sequence.length) throw new RangeError(`rows ${rowStart} to ${rowEnd}`)
  return { rowStart, rowEnd }
}

/** Throws unless the first `count` ids are -1 or below `itemsMax`. */
export function checkItems(ids: Int32Array, count: number, itemsMax: number): void {
  for (let at = 0; at < count; at++) {
    const id = ids[at] ?? -2
    if (id < -1 || id >= itemsMax) throw new RangeError(`raw id ${id} of ${itemsMax}`)
  }
}

function checkWeights(weights: readonly ArrayLike<number>[]): void {
  if (weights.length < 1 || weights.length > SCALES_MAX) throw new RangeError('1 to 4 scales')
  const window = weights[0]?.length ?? 0
  if (window < 1 || window > WINDOW_MAX) throw new RangeError(`window ${window}`)
  for (const scale of weights) {
    if (scale.length !== window) throw new RangeError('scales of different windows')
    let squares = 0
    for (const weight of Array.from(scale)) {
      if (!Number.isInteger(weight) || weight < 0 || weight > 32_767) {
        throw new RangeError(`weight ${weight}`)
      }
      squares += weight * weight
    }
    // By Cauchy-Schwarz no sum of products of two scales is larger than the largest of these.
    if (squares > STEP_MAX) throw new RangeError('weights too large for their window')
  }
}

function checkLane(table: PairTable, lane: number): number {
  if (countOf('lane', lane) >= table.records.length) throw new RangeError(`lane ${lane}`)
  return lane
}

/** Makes twice the room for totals that leave int32. */
export function growCarries(k: OpenKernels, table: PairTable): void {
  const old = table.carries
  table.carries = k.int32(2 * old.length)
  table.carryCount = 0
  table.describe()
  k.wasm.moveCarries(table.header.byteOffset, old.byteOffset, old.length / 2)
  k.free(old)
}
