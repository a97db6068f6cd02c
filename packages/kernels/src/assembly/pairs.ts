// The sums over sequences: every pair of events within the window adds its step to one record.
//
// The pairs of a position x are those with an item no later in id order, before it or after it, so
// that all of them lie in one row of the triangle of records. Before x the step depends on the rows
// after x alone (`forward`), after x too (`swapped`): both tables are read front to back.
import {
  addCarry, carriesLeft, FORWARD, LANES, recordAt, RECORDS, SCALES, SWAPPED, WINDOW,
} from './pair-table'
import { nextTile, resultOf, setResult } from './team'

/** Bytes of an entry of a list of pairs: the address of a record, then that of its step. */
const ENTRY_BYTES: usize = 8

/** Adds `delta` to one total, carrying out of its low 32 bits where they overflow. */
export function addToLane(table: usize, address: usize, delta: i32): void {
  const old = load<i32>(address)
  const sum = old + delta
  store<i32>(address, sum)
  if (((old ^ sum) & (delta ^ sum)) < 0) carryLane(table, address, delta > 0 ? 1 : -1)
}

function carryLane(table: usize, address: usize, change: i32): void {
  addCarry(table, <u32>((address - load<usize>(table, RECORDS)) >> 2), change)
}

/** One lane of the change addRecord makes; `less` of 0 means no step to take off. */
// @ts-ignore: decorator
@inline
function laneChange(step: usize, less: isize, sign: i32): i32 {
  return sign * (load<i32>(step) - (less ? load<i32>(step + less) : 0))
}

/** Adds one vector of a step to a record; sign bits of the result mark lanes that overflowed. */
// @ts-ignore: decorator
@inline
function addVector(record: usize, step: usize, less: isize, flip: v128, at: usize): v128 {
  let delta = v128.load(step + at)
  if (less) delta = i32x4.sub(delta, v128.load(step + less + at))
  delta = i32x4.sub(v128.xor(delta, flip), flip)
  const old = v128.load(record + at)
  const sum = i32x4.add(old, delta)
  v128.store(record + at, sum)
  return v128.and(v128.xor(old, sum), v128.xor(delta, sum))
}

/**
 * record += the step, lane by lane, or -= where `flip` is -1 and not 0. From the step the one `less`
 * bytes further is taken off, unless `less` is 0. 1, 2, 4 or 6 vectors, for 1 to 4 scales.
 */
// @ts-ignore: decorator
@inline
function addRecord(
  table: usize, record: usize, step: usize, less: isize, bytes: usize, flip: v128,
): void {
  let overflow = addVector(record, step, less, flip, 0)
  if (bytes > 16) overflow = v128.or(overflow, addVector(record, step, less, flip, 16))
  if (bytes > 32) {
    overflow = v128.or(overflow, addVector(record, step, less, flip, 32))
    overflow = v128.or(overflow, addVector(record, step, less, flip, 48))
  }
  if (bytes > 64) {
    overflow = v128.or(overflow, addVector(record, step, less, flip, 64))
    overflow = v128.or(overflow, addVector(record, step, less, flip, 80))
  }
  if (i32x4.bitmask(overflow)) {
    carryRecord(table, record, step, less, bytes, i32x4.extract_lane(flip, 0) | 1)
  }
}

/** Carries for the lanes of a record that the change just made has overflowed. */
function carryRecord(
  table: usize, record: usize, step: usize, less: isize, bytes: usize, sign: i32,
): void {
  for (let at: usize = 0; at < bytes; at += 4) {
    const delta = laneChange(step + at, less, sign)
    const sum = load<i32>(record + at), old = sum - delta
    if (((old ^ sum) & (delta ^ sum)) < 0) carryLane(table, record + at, delta > 0 ? 1 : -1)
  }
}

/**
 * Lists the records of a row that the `count` items before (or after) `item` meet, with their steps.
 * Only ids below `limit` count. No branch: which of two ids is larger is a coin toss. Returns the
 * end of the list.
 */
// @ts-ignore: decorator
@inline
function listPairs(
  list: usize, item: usize, itemStep: isize, count: i32, limit: u32, row: usize, step: usize,
  bytes: usize,
): usize {
  for (let d = 0; d < count; d++) {
    item += itemStep
    step += bytes
    const id = load<u32>(item)
    store<usize>(list, row + <usize>id * bytes)
    store<usize>(list, step, 4)
    list += <usize>(id < limit) * ENTRY_BYTES
  }
  return list
}

function addListed(
  table: usize, list: usize, end: usize, bytes: usize, less: isize, flip: v128,
): void {
  if (less == 0) {
    for (; list < end; list += ENTRY_BYTES) {
      addRecord(table, load<usize>(list), load<usize>(list, 4), 0, bytes, flip)
    }
  } else {
    for (; list < end; list += ENTRY_BYTES) {
      addRecord(table, load<usize>(list), load<usize>(list, 4), less, bytes, flip)
    }
  }
}

/** Adds the G lanes of a step alone: the second order of an item met by itself. */
function addAgain(table: usize, record: usize, step: usize, less: isize, sign: i32): void {
  const scales = load<i32>(table, SCALES), bytes = <usize>(scales * scales) << 2
  for (let at: usize = 0; at < bytes; at += 4) {
    addToLane(table, record + at, laneChange(step + at, less, sign))
  }
}

/** Adds x with the items before it and with itself. */
function addEarlier(
  table: usize, item: usize, x: i32, b: i32, row: usize, after: i32, before: i32, less: isize,
  sign: i32, list: usize,
): void {
  const window = load<i32>(table, WINDOW), bytes = <usize>load<i32>(table, LANES) << 2
  const line = <usize>(window + 1) * bytes
  const forward = load<usize>(table, FORWARD) + <usize>min(after, window) * line
  const diagonal = row + <usize>b * bytes
  const flip = i32x4.splat(sign >> 31)
  addRecord(table, diagonal, forward, less, bytes, flip)
  const end = listPairs(list, item, -4, min(x, window), b + 1, row, forward, bytes)
  addListed(table, list, end, bytes, less, flip)
  for (let at = list; at < end; at += ENTRY_BYTES) {
    if (load<usize>(at) != diagonal) continue
    const d = <i32>((load<usize>(at, 4) - forward) / bytes)
    const swapped = load<usize>(table, SWAPPED) + <usize>d * bytes
    const last = <usize>min(after + d, window) * line
    const first = <usize>min(before + d, window) * line
    if (less == 0) addAgain(table, diagonal, swapped + last, 0, sign)
    else if (first != last) addAgain(table, diagonal, swapped + last, <isize>(first - last), sign)
  }
}

/**
 * Adds the pairs of position x of a sequence, for the rows [rowStart, rowEnd), with the items no
 * later in id order than its own, b. `list` has room for window + 1 entries.
 */
function addPosition(
  table: usize, sequence: usize, x: i32, b: i32, rowStart: i32, rowEnd: i32, sign: i32, list: usize,
): void {
  const window = load<i32>(table, WINDOW), bytes = <usize>load<i32>(table, LANES) << 2
  const line = <usize>(window + 1) * bytes
  const item = sequence + (<usize>x << 2)
  const row = recordAt(load<usize>(table, RECORDS), 0, b, bytes)
  // Rows after x, and those of them that come before the range: their step is taken off again.
  const after = rowEnd - 1 - x, before = rowStart - 1 - x
  const rowsAfter = <usize>min(after, window) * line
  const less = before < 0 ? 0 : <isize>(<usize>min(before, window) * line - rowsAfter)
  const counts = before < 0 || less != 0
  if (counts) addEarlier(table, item, x, b, row, after, before, less, sign, list)

  const flip = i32x4.splat(sign >> 31)
  const swapped = load<usize>(table, SWAPPED) + rowsAfter
  const later = min(after, window)
  const laterBefore = max(0, min(before, later))
  if (laterBefore > 0 && counts) {
    const end = listPairs(list, item, 4, laterBefore, b, row, swapped, bytes)
    addListed(table, list, end, bytes, less, flip)
  }
  const skipped = <usize>laterBefore, rest = swapped + skipped * bytes
  const end = listPairs(list, item + (skipped << 2), 4, later - laterBefore, b, row, rest, bytes)
  addListed(table, list, end, bytes, 0, flip)
}

/** Places for carries that one position may need. */
function carriesMax(table: usize): i32 {
  return (2 * load<i32>(table, WINDOW) + 1) * load<i32>(table, LANES)
}

/**
 * Adds the rows [rowStart, rowEnd) of one sequence, position by position from `from` on. Returns
 * `rowEnd`, or the position to go on from when the carries need room first.
 */
export function addPairs(
  table: usize, sequence: usize, rowStart: i32, rowEnd: i32, sign: i32, from: i32, list: usize,
): i32 {
  for (let x = max(from, rowStart - load<i32>(table, WINDOW)); x < rowEnd; x++) {
    if (carriesLeft(table) < carriesMax(table)) return x
    const b = load<i32>(sequence + (<usize>x << 2))
    if (b >= 0) addPosition(table, sequence, x, b, rowStart, rowEnd, sign, list)
  }
  return rowEnd
}

/**
 * One member's part of adding many whole sequences, row of records by row of records: the positions
 * of one item over all sequences follow each other, so that its row stays in the cache. Members
 * take items, most recent first, and note in `done` how many of an item's positions they added. A
 * result of 0 says that carries need room before the rest can be done.
 */
export function addBatch(
  control: usize, table: usize, items: usize, starts: usize, owners: usize, positions: usize,
  ends: usize, done: usize, itemsMax: i32, sign: i32, members: i32, limit: i32, list: usize,
): i32 {
  for (let taken = 0; taken < limit; taken++) {
    const b = itemsMax - 1 - nextTile(control)
    if (b < 0 || resultOf(control) == 0) return taken
    const end = load<i32>(ends + (<usize>b << 2))
    const counter = done + (<usize>b << 2)
    for (let next = load<i32>(counter); next < end; next++) {
      if (carriesLeft(table) < members * carriesMax(table)) {
        setResult(control, 0)
        break
      }
      const position = load<i32>(positions + (<usize>next << 2))
      const owner = starts + (<usize>load<i32>(owners + (<usize>position << 2)) << 2)
      const start = load<i32>(owner)
      const sequence = items + (<usize>start << 2)
      addPosition(table, sequence, position - start, b, 0, load<i32>(owner, 4) - start, sign, list)
      store<i32>(counter, next + 1)
    }
  }
  return limit
}
