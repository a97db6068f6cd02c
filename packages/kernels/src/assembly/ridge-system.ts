// Writes a pair table out as the normal equations of a ridge regression, in floats.
import {
  CARRIES, CARRY_BYTES, CARRY_CAPACITY, CARRY_COUNT, carryLane, LANES, laneAddress, lowerId,
  recordAt, recordIndex, RECORDS, SCALES, total, upperId,
} from './pair-table'

/** Where and how to write; fields of the block that src/ridge-system.ts fills, 64 bytes. */
const ORDER: usize = 0
const ITEMS: usize = 4
const CHOSEN: usize = 8
const CHOSEN_COUNT: usize = 12
const FEATURE_SCALE: usize = 16
const GRAM: usize = 20
const GRAM_STRIDE: usize = 24
const CROSS: usize = 28
const CROSS_STRIDE: usize = 32
/** Position of each raw id and index of each scale, -1 where left out; only needed for carries. */
const POSITIONS: usize = 36
const CHOSEN_INDEX: usize = 40
/** Rows from one scale's to the next in G and C, and the position that their first row belongs to. */
const BLOCK_ROWS: usize = 44
const TARGET_SCALE: usize = 48
const FIRST: usize = 56

/** Bytes of a listed record: its address, then all ones where x is its upper id, else zero. */
const ENTRY_BYTES: usize = 8

// @ts-ignore: decorator
@inline
function featureScale(system: usize, feature: i32): f64 {
  return load<f64>(load<usize>(system, FEATURE_SCALE) + (<usize>feature << 3))
}

// @ts-ignore: decorator
@inline
function chosenScale(system: usize, index: i32): i32 {
  return load<i32>(load<usize>(system, CHOSEN) + (<usize>index << 2))
}

// @ts-ignore: decorator
@inline
function element(matrix: usize, stride: i32, row: i32, column: i32): usize {
  return matrix + ((<usize>row * <usize>stride + <usize>column) << 2)
}

/** The row of G and of C that belongs to a chosen scale and a position. */
// @ts-ignore: decorator
@inline
function rowOf(system: usize, index: i32, position: i32): i32 {
  return index * load<i32>(system, BLOCK_ROWS) + position - load<i32>(system, FIRST)
}

/** Lists the records of item x with every item, in the order of positions. */
function listRecords(table: usize, system: usize, x: i32, list: usize): void {
  const records = load<usize>(table, RECORDS), bytes = <usize>load<i32>(table, LANES) << 2
  const items = load<i32>(system, ITEMS)
  for (let at = 0; at < items; at++) {
    const y = load<i32>(load<usize>(system, ORDER) + (<usize>at << 2))
    store<usize>(list, recordAt(records, min(x, y), max(x, y), bytes))
    store<u32>(list, y < x ? 0xffffffff : 0, 4)
    list += ENTRY_BYTES
  }
}

/**
 * to[0..count) = one lane of each listed record times `scale` times `scales` (0: times `scale`).
 * The lane is `lower` where x is the record's lower id, `upper` where it is the upper one.
 */
function writeLine(
  to: usize, list: usize, count: i32, lower: i32, upper: i32, scale: f64, scales: usize,
): void {
  const base = <usize>lower << 2
  const difference = (<usize>upper << 2) - base
  for (const end = list + <usize>count * ENTRY_BYTES; list < end; list += ENTRY_BYTES) {
    const low = load<i32>(load<usize>(list) + base + (difference & load<usize>(list, 4)))
    const factor = scales ? scale * load<f64>(scales) : scale
    store<f32>(to, <f32>(<f64>low * factor))
    to += 4
    if (scales) scales += 8
  }
}

/** The lines of the item at one position, from the low limbs alone. */
function writeItem(table: usize, system: usize, position: i32, list: usize): void {
  const scales = load<i32>(table, SCALES), square = scales * scales
  const items = load<i32>(system, ITEMS), chosen = load<i32>(system, CHOSEN_COUNT)
  const gram = load<usize>(system, GRAM), gramStride = load<i32>(system, GRAM_STRIDE)
  const cross = load<usize>(system, CROSS), crossStride = load<i32>(system, CROSS_STRIDE)
  listRecords(table, system, load<i32>(load<usize>(system, ORDER) + (<usize>position << 2)), list)
  for (let i = 0; i < chosen; i++) {
    const s = chosenScale(system, i), row = rowOf(system, i, position)
    const scale = featureScale(system, i * items + position)
    if (cross) {
      const to = element(cross, crossStride, row, 0), lower = square + s
      const factor = scale * load<f64>(system, TARGET_SCALE)
      writeLine(to, list, items, lower, lower + scales, factor, 0)
    }
    if (!gram) continue
    for (let j = 0; j <= i; j++) {
      const t = chosenScale(system, j), column = j * items
      const to = element(gram, gramStride, row, column)
      const others = load<usize>(system, FEATURE_SCALE) + (<usize>column << 3)
      const count = j < i ? items : position + 1
      writeLine(to, list, count, s * scales + t, t * scales + s, scale, others)
    }
  }
}

/** Writes one entry of G again, from its whole total, if its row belongs to [from, to). */
function rewriteGram(
  system: usize, value: f64, i: i32, x: i32, j: i32, y: i32, from: i32, to: i32,
): void {
  if (i < j || (i == j && x < y) || x < from || x >= to) return
  const items = load<i32>(system, ITEMS)
  const feature = i * items + x, column = j * items + y, row = rowOf(system, i, x)
  const at = element(load<usize>(system, GRAM), load<i32>(system, GRAM_STRIDE), row, column)
  store<f32>(at, <f32>(value * (featureScale(system, feature) * featureScale(system, column))))
}

/** Likewise of C: feature (scale index i, position x), target at position y. */
function rewriteCross(
  system: usize, value: f64, i: i32, x: i32, y: i32, from: i32, to: i32,
): void {
  if (x < from || x >= to) return
  const feature = i * load<i32>(system, ITEMS) + x, row = rowOf(system, i, x)
  const at = element(load<usize>(system, CROSS), load<i32>(system, CROSS_STRIDE), row, y)
  store<f32>(at, <f32>(value * (featureScale(system, feature) * load<f64>(system, TARGET_SCALE))))
}

// @ts-ignore: decorator
@inline
function positionOf(system: usize, id: i32): i32 {
  return load<i32>(load<usize>(system, POSITIONS) + (<usize>id << 2))
}

// @ts-ignore: decorator
@inline
function indexOf(system: usize, scale: i32): i32 {
  return load<i32>(load<usize>(system, CHOSEN_INDEX) + (<usize>scale << 2))
}

/** Writes the entry of one total that has a carry again. */
function rewriteLane(table: usize, system: usize, lane: u32, from: i32, to: i32): void {
  const scales = load<i32>(table, SCALES), square = scales * scales
  const record = recordIndex(table, lane)
  const b = upperId(record), a = lowerId(record, b)
  const x = positionOf(system, a), y = positionOf(system, b)
  if (x < 0 || y < 0) return
  const value = total(table, laneAddress(table, lane))
  const at = <i32>(lane % <u32>load<i32>(table, LANES))
  if (at < square) {
    const i = indexOf(system, at / scales), j = indexOf(system, at % scales)
    if (i < 0 || j < 0 || !load<usize>(system, GRAM)) return
    rewriteGram(system, value, i, x, j, y, from, to)
    rewriteGram(system, value, j, y, i, x, from, to)
  } else {
    const upper = at >= square + scales
    const i = indexOf(system, (at - square) % scales)
    if (i < 0 || !load<usize>(system, CROSS)) return
    rewriteCross(system, value, i, upper ? y : x, upper ? x : y, from, to)
  }
}

/**
 * Writes the rows of the items at positions [from, to), which are all that G and C hold: for each chosen
 * scale one row of G, up to the diagonal, and one of C. `list` has room for 8 bytes an item.
 */
export function writeSystem(table: usize, system: usize, from: i32, to: i32, list: usize): void {
  for (let position = from; position < to; position++) writeItem(table, system, position, list)
  if (load<i32>(table, CARRY_COUNT) == 0) return
  const capacity = load<i32>(table, CARRY_CAPACITY)
  for (let slot = 0; slot < capacity; slot++) {
    const key = load<u32>(load<usize>(table, CARRIES) + <usize>slot * CARRY_BYTES)
    if (key) rewriteLane(table, system, carryLane(key), from, to)
  }
}
