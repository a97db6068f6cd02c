// What one pair of events adds to its record, by lag d and by the rows after it.
//
// An earlier event at p and a later one at q = p + d meet in every row l > q; with m rows after q
// they add up to P[s][t] = sum over g = 1..m of w_s(g + d) w_t(g). Two tables hold that, in records:
//
//   forward[m][d]      for the record (earlier, later): P at s * K + t, and w_s(d) for C[earlier -> later]
//   swapped[m + d][d]  for the record (later, earlier): P at t * K + s, and w_s(d) for C[earlier -> later]
//
// m and m + d stop at the window W: beyond it nothing is added. A row range [start, end) adds
// step(end) - step(start); the C lanes of the two cancel unless q itself is a row of the range.
import { FORWARD, LANES, SCALES, SWAPPED, WINDOW } from './pair-table'

/** Fills both tables from the weights, int32 [scale][lag 0..window], lag 0 being zero. */
export function preparePairs(table: usize, weights: usize): void {
  const scales = load<i32>(table, SCALES), side = load<i32>(table, WINDOW) + 1
  for (let s = 0; s < scales; s++) {
    const earlier = weights + (<usize>(s * side) << 2)
    for (let t = 0; t < scales; t++) {
      const later = weights + (<usize>(t * side) << 2)
      for (let d = 0; d < side; d++) prepareProducts(table, s, t, d, earlier, later)
    }
    for (let d = 1; d < side; d++) prepareWeight(table, s, d, load<i32>(earlier + (<usize>d << 2)))
  }
}

function prepareProducts(table: usize, s: i32, t: i32, d: i32, earlier: usize, later: usize): void {
  const scales = load<i32>(table, SCALES), lanes = load<i32>(table, LANES)
  const side = load<i32>(table, WINDOW) + 1
  let sum = 0
  for (let m = 0; m < side; m++) {
    if (m > 0 && m + d < side) {
      sum += load<i32>(earlier + (<usize>(m + d) << 2)) * load<i32>(later + (<usize>m << 2))
    }
    storeStep(load<usize>(table, FORWARD), (m * side + d) * lanes + s * scales + t, sum)
    if (m + d >= side) continue
    storeStep(load<usize>(table, SWAPPED), ((m + d) * side + d) * lanes + t * scales + s, sum)
  }
}

function prepareWeight(table: usize, s: i32, d: i32, weight: i32): void {
  const scales = load<i32>(table, SCALES), lanes = load<i32>(table, LANES)
  const side = load<i32>(table, WINDOW) + 1
  for (let m = 0; m < side; m++) {
    const lane = (m * side + d) * lanes + scales * scales + s
    storeStep(load<usize>(table, FORWARD), lane, weight)
    storeStep(load<usize>(table, SWAPPED), lane + scales, weight)
  }
}

function storeStep(steps: usize, lane: i32, value: i32): void {
  store<i32>(steps + (<usize>lane << 2), value)
}
