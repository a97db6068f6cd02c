import {
  addCarry, carriesLeft, carryOf, FORWARD, LANES, recordAt, RECORDS, SCALES, SWAPPED, WINDOW,
} from './pair-table'
export { addCarry, carryOf } from './pair-table'

/** Adds `delta` to one total, carrying out of its low 32 bits where they overflow. */
export function addToLane(table: usize, address: usize, delta: i32): void {
  const old = load<i32>(address)
  const sum = old + delta
  store<i32>(address, sum)
  if (((old ^ sum) & (delta ^ sum)) < 0) {
    const lane = <u32>((address - load<usize>(table, RECORDS)) >> 2)
    addCarry(table, lane, delta > 0 ? 1 : -1)
  }
}

/** record += sign * (plus - minus), lane by lane; minus is 0 where there is nothing to take off. */
function addRecord(table: usize, record: usize, plus: usize, minus: usize, lanes: i32, sign: i32): void {
  for (let lane: usize = 0; lane < <usize>lanes; lane++) {
    let delta = load<i32>(plus + (lane << 2))
    if (minus) delta -= load<i32>(minus + (lane << 2))
    addToLane(table, record + (lane << 2), delta * sign)
  }
}

/**
 * Adds the pairs of the item at each position from `from` on with the items no later in id order.
 * Returns `rowEnd`, or the position to go on from when the carries need room first.
 */
export function addPairs(
  table: usize, sequence: usize, rowStart: i32, rowEnd: i32, sign: i32, from: i32,
): i32 {
  const scales = load<i32>(table, SCALES), lanes = load<i32>(table, LANES), window = load<i32>(table, WINDOW)
  const records = load<usize>(table, RECORDS)
  const bytes = <usize>lanes << 2
  const step = <usize>(window + 1) * bytes
  const forward = load<usize>(table, FORWARD), swapped = load<usize>(table, SWAPPED)
  for (let x = max(from, rowStart - window); x < rowEnd; x++) {
    if (carriesLeft(table) < (2 * window + 1) * lanes) return x
    const b = load<i32>(sequence + (<usize>x << 2))
    if (b < 0) continue
    const plus = <usize>min(rowEnd - 1 - x, window) * step
    const minus = <usize>min(rowStart - 1 - x, window) * step
    const diagonal = recordAt(records, b, b, bytes)
    addRecord(table, diagonal, forward + plus, x < rowStart ? forward + minus : 0, lanes, sign)
    for (let d = 1; d <= min(x, window); d++) {
      const a = load<i32>(sequence + (<usize>(x - d) << 2))
      if (a < 0 || a > b) continue
      const at = <usize>d * bytes
      const record = recordAt(records, a, b, bytes)
      addRecord(table, record, forward + plus + at, x < rowStart ? forward + minus + at : 0, lanes, sign)
      if (a == b) {
        const ePlus = <usize>min(rowEnd - 1 - x + d, window) * step
        const eMinus = <usize>min(rowStart - 1 - x + d, window) * step
        addRecord(table, record, swapped + ePlus + at, x < rowStart ? swapped + eMinus + at : 0, scales * scales, sign)
      }
    }
    for (let d = 1; d <= min(rowEnd - 1 - x, window); d++) {
      const a = load<i32>(sequence + (<usize>(x + d) << 2))
      if (a < 0 || a >= b) continue
      const at = <usize>d * bytes
      const record = recordAt(records, a, b, bytes)
      addRecord(table, record, swapped + plus + at, x + d < rowStart ? swapped + minus + at : 0, lanes, sign)
    }
  }
  return rowEnd
}

/** Fills both tables of steps from the weights, int32 [scale][lag 0..window], lag 0 being zero. */
export function preparePairs(table: usize, weights: usize): void {
  const scales = load<i32>(table, SCALES), lanes = load<i32>(table, LANES), window = load<i32>(table, WINDOW)
  const forward = load<usize>(table, FORWARD), swapped = load<usize>(table, SWAPPED)
  const side = window + 1
  for (let s = 0; s < scales; s++) {
    const ws = weights + (<usize>(s * side) << 2)
    for (let t = 0; t < scales; t++) {
      const wt = weights + (<usize>(t * side) << 2)
      for (let d = 0; d <= window; d++) {
        let sum = 0
        for (let m = 0; m <= window; m++) {
          if (m > 0 && m + d <= window) sum += load<i32>(ws + (<usize>(m + d) << 2)) * load<i32>(wt + (<usize>m << 2))
          store<i32>(forward + (<usize>((m * side + d) * lanes + s * scales + t) << 2), sum)
          if (m + d <= window) store<i32>(swapped + (<usize>(((m + d) * side + d) * lanes + t * scales + s) << 2), sum)
        }
      }
    }
    for (let d = 1; d <= window; d++) {
      const weight = load<i32>(ws + (<usize>d << 2))
      for (let m = 0; m <= window; m++) {
        const at = (m * side + d) * lanes + scales * scales + s
        store<i32>(forward + (<usize>at << 2), weight)
        store<i32>(swapped + (<usize>(at + scales) << 2), weight)
      }
    }
  }
}

/** Moves the carries into a larger, zeroed place. `capacity` is a power of two. */
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
  const scales = load<i32>(into, SCALES), lanes = load<i32>(into, LANES)
  const records = load<usize>(into, RECORDS), bytes = <usize>lanes << 2
  const square = scales * scales
  for (let b = from; b < itemsCount; b++) {
    if (carriesLeft(into) < (b + 1) * lanes) return b
    for (let a = 0; a <= b; a++) {
      const x = load<i32>(ids + (<usize>a << 2)), y = load<i32>(ids + (<usize>b << 2))
      const source = recordAt(load<usize>(other, RECORDS), a, b, bytes)
      const target = recordAt(records, min(x, y), max(x, y), bytes)
      for (let lane = 0; lane < square + 2 * scales; lane++) {
        const address = source + (<usize>lane << 2)
        const low = load<i32>(address)
        const carry = carryOf(other, <u32>((address - load<usize>(other, RECORDS)) >> 2))
        if (low == 0 && carry == 0) continue
        let place = lane
        if (x > y) {
          if (lane < square) place = (lane % scales) * scales + lane / scales
          else place = lane < square + scales ? lane + scales : lane - scales
        }
        addTotal(into, target + (<usize>place << 2), low, carry, sign)
      }
    }
  }
  return itemsCount
}

/** Adds sign * (low + 2^32 carry) to one total. */
function addTotal(table: usize, address: usize, low: i32, carry: i32, sign: i32): void {
  const lane = <u32>((address - load<usize>(table, RECORDS)) >> 2)
  if (carry) addCarry(table, lane, carry * sign)
  if (sign > 0) {
    addToLane(table, address, low)
  } else {
    const old = load<i32>(address)
    const sum = old - low
    store<i32>(address, sum)
    if (((old ^ low) & (old ^ sum)) < 0) addCarry(table, lane, low < 0 ? 1 : -1)
  }
}
