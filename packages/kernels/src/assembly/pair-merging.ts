import { addCarry, carriesLeft, carryOf, LANES, recordAt, RECORDS, SCALES } from './pair-table'
import { addToLane } from './pairs'

/** Moves carries into a table's new, larger place. */
export function moveCarries(table: usize, from: usize, fromCapacity: i32): void {
  for (let slot = 0; slot < fromCapacity; slot++) {
    const at = from + (<usize>slot << 3)
    const key = load<u32>(at)
    if (key) addCarry(table, key - 1, load<i32>(at, 4))
  }
}

/**
 * into += sign * other, items renumbered by `ids` (other's raw id -> into's). Returns `itemsCount`,
 * or the row of `other` to go on from when the carries need room first.
 */
export function mergePairs(
  into: usize, other: usize, ids: usize, itemsCount: i32, sign: i32, from: i32,
): i32 {
  const lanes = load<i32>(into, LANES), bytes = <usize>lanes << 2
  for (let b = from; b < itemsCount; b++) {
    if (carriesLeft(into) < (b + 1) * lanes) return b
    const y = load<i32>(ids + (<usize>b << 2))
    for (let a = 0; a <= b; a++) {
      const x = load<i32>(ids + (<usize>a << 2))
      const source = recordAt(load<usize>(other, RECORDS), a, b, bytes)
      const target = recordAt(load<usize>(into, RECORDS), min(x, y), max(x, y), bytes)
      mergeRecord(into, other, source, target, x > y, sign)
    }
  }
  return itemsCount
}

function mergeRecord(
  into: usize, other: usize, source: usize, target: usize, swap: bool, sign: i32,
): void {
  const scales = load<i32>(into, SCALES), square = scales * scales
  for (let lane = 0; lane < square + 2 * scales; lane++) {
    const address = source + (<usize>lane << 2)
    const low = load<i32>(address)
    const carry = carryOf(other, <u32>((address - load<usize>(other, RECORDS)) >> 2))
    if (low == 0 && carry == 0) continue
    const to = swap ? swappedLane(lane, scales) : lane
    addTotal(into, target + (<usize>to << 2), low, carry, sign)
  }
}

/** Where a lane of the record (a, b) lies in the record (b, a). */
function swappedLane(lane: i32, scales: i32): i32 {
  const square = scales * scales
  if (lane < square) return (lane % scales) * scales + lane / scales
  return lane < square + scales ? lane + scales : lane - scales
}

/** Adds sign * (low + 2^32 carry) to one total. */
function addTotal(table: usize, address: usize, low: i32, carry: i32, sign: i32): void {
  const lane = <u32>((address - load<usize>(table, RECORDS)) >> 2)
  if (carry) addCarry(table, lane, carry * sign)
  // -low does not fit int32 for the smallest low: take off its half twice.
  if (sign < 0 && low == i32.MIN_VALUE) {
    addToLane(table, address, 0x40000000)
    addToLane(table, address, 0x40000000)
  } else {
    addToLane(table, address, low * sign)
  }
}
