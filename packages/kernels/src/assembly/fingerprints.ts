// Quadratic forms of a pair table modulo 2^31 - 1, in four independent lanes of a vector.
//
// Residues are below 2^31, so that their products fit in 62 bits and four of these in 64. Folding
// x into (x mod 2^31) + (x div 2^31) keeps its residue; two folds bring any x below 2^31 + 4.
import {
  CARRIES, CARRY_BYTES, CARRY_CAPACITY, CARRY_COUNT, carryLane, LANES, lowerId, recordAt,
  recordIndex, RECORDS, SCALES, upperId, WINDOW,
} from './pair-table'

const PRIME: u64 = 0x7fffffff

function reduce(value: u64): u64 {
  const once = (value & PRIME) + (value >> 31)
  const twice = (once & PRIME) + (once >> 31)
  return twice >= PRIME ? twice - PRIME : twice
}

// @ts-ignore: decorator
@inline
function fold(value: v128): v128 {
  return i64x2.add(v128.and(value, i64x2.splat(PRIME)), i64x2.shr_u(value, 31))
}

/** Four residues, below 2^32, from two vectors of 64-bit sums. */
// @ts-ignore: decorator
@inline
function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(fold(fold(low)), fold(fold(high)), 0, 2, 4, 6)
}

/** The residues of four int32: a negative one is raised by the prime, the smallest one twice. */
// @ts-ignore: decorator
@inline
function residues(values: v128): v128 {
  const prime = i32x4.splat(0x7fffffff)
  const once = i32x4.add(values, v128.and(prime, i32x4.shr_s(values, 31)))
  return i32x4.add(once, v128.and(prime, i32x4.shr_s(once, 31)))
}

/** Adds `factor` times four 64-bit sums, folded, to four residues in memory, uint64 each. */
function accumulate(out: usize, low: v128, high: v128, doubled: bool): void {
  let a = fold(low), b = fold(high)
  if (doubled) {
    a = i64x2.shl(a, 1)
    b = i64x2.shl(b, 1)
  }
  v128.store(out, fold(i64x2.add(v128.load(out), a)))
  v128.store(out, fold(i64x2.add(v128.load(out, 16), b)), 16)
}

/** Brings eight sums into [0, 2^31 - 1). */
function settle(out: usize): void {
  for (let lane: usize = 0; lane < 64; lane += 8) store<u64>(out + lane, reduce(load<u64>(out + lane)))
}

// @ts-ignore: decorator
@inline
function isZero(record: usize, bytes: usize): bool {
  let any = v128.load(record)
  for (let at: usize = 16; at < bytes; at += 16) any = v128.or(any, v128.load(record + at))
  return !v128.any_true(any)
}

/** Adds one record's terms: rho_a' G rho_b, and both of its lines of C. */
function addRecordTerms(
  record: usize, bytes: usize, scales: i32, ra: usize, rb: usize, sa: usize, sb: usize,
  diagonal: bool, scratch: usize, out: usize,
): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(scratch + at, residues(v128.load(record + at)))
  const zero = i64x2.splat(0)
  let low = zero, high = zero, lane = scratch
  for (let s = 0; s < scales; s++) {
    let innerLow = zero, innerHigh = zero
    for (let t = 0; t < scales; t++) {
      const value = v128.load32_splat(lane), rho = v128.load(rb + (<usize>t << 4))
      innerLow = i64x2.add(innerLow, i64x2.extmul_low_i32x4_u(value, rho))
      innerHigh = i64x2.add(innerHigh, i64x2.extmul_high_i32x4_u(value, rho))
      lane += 4
    }
    const inner = narrow(innerLow, innerHigh), rho = v128.load(ra + (<usize>s << 4))
    low = i64x2.add(low, fold(i64x2.extmul_low_i32x4_u(inner, rho)))
    high = i64x2.add(high, fold(i64x2.extmul_high_i32x4_u(inner, rho)))
  }
  accumulate(out, low, high, !diagonal)
  addLine(lane, scales, ra, sb, out + 32)
  addLine(lane + (<usize>scales << 2), scales, rb, sa, out + 32)
}

/** Adds (sum over s of lane[s] * rho[s]) * sigma. */
// @ts-ignore: decorator
@inline
function addLine(lane: usize, scales: i32, rho: usize, sigma: usize, out: usize): void {
  let low = i64x2.splat(0), high = low
  for (let s = 0; s < scales; s++) {
    const value = v128.load32_splat(lane + (<usize>s << 2)), residue = v128.load(rho + (<usize>s << 4))
    low = i64x2.add(low, i64x2.extmul_low_i32x4_u(value, residue))
    high = i64x2.add(high, i64x2.extmul_high_i32x4_u(value, residue))
  }
  const sum = narrow(low, high), target = v128.load(sigma)
  const sumLow = i64x2.extmul_low_i32x4_u(sum, target)
  accumulate(out, sumLow, i64x2.extmul_high_i32x4_u(sum, target), false)
}

/** Adds carry * 2^32, which is twice the carry, to the terms of one lane. */
function addCarryTerms(
  table: usize, lane: u32, carry: i32, rho: usize, sigma: usize, from: i32, to: i32, out: usize,
): void {
  const scales = load<i32>(table, SCALES), square = scales * scales
  const record = recordIndex(table, lane)
  const b = upperId(record), a = lowerId(record, b)
  if (b < from || b >= to) return
  const at = <i32>(lane % <u32>load<i32>(table, LANES))
  const upper = at >= square + scales
  const x = upper ? b : a, y = upper ? a : b
  const s = at < square ? at / scales : (at - square) % scales
  const weight = reduce((<u64>(<i64>carry + <i64>PRIME * 2)) * (at < square && a != b ? 4 : 2))
  for (let k: usize = 0; k < 16; k += 4) {
    const first = reduce(weight * <u64>load<u32>(rho + (<usize>(x * scales + s) << 4) + k))
    const other = at < square
      ? load<u32>(rho + (<usize>(y * scales + at % scales) << 4) + k)
      : load<u32>(sigma + (<usize>y << 4) + k)
    const sum = out + (at < square ? 0 : 32) + (k << 1)
    store<u64>(sum, load<u64>(sum) + reduce(first * <u64>other))
  }
}

/**
 * For the records of the raw ids b in [from, to) with a <= b: four lanes each of rho' G rho and of
 * rho' C sigma, uint64 residues at `out`. `scratch` has room for a record.
 */
export function fingerprintPairs(
  table: usize, rho: usize, sigma: usize, from: i32, to: i32, scratch: usize, out: usize,
): void {
  const scales = load<i32>(table, SCALES), bytes = <usize>load<i32>(table, LANES) << 2
  memory.fill(out, 0, 64)
  for (let b = from; b < to; b++) {
    let record = recordAt(load<usize>(table, RECORDS), 0, b, bytes)
    const rb = rho + (<usize>(b * scales) << 4), sb = sigma + (<usize>b << 4)
    for (let a = 0; a <= b; a++) {
      if (!isZero(record, bytes)) {
        const ra = rho + (<usize>(a * scales) << 4), sa = sigma + (<usize>a << 4)
        addRecordTerms(record, bytes, scales, ra, rb, sa, sb, a == b, scratch, out)
      }
      record += bytes
    }
  }
  settle(out)
  if (load<i32>(table, CARRY_COUNT) == 0) return
  const capacity = load<i32>(table, CARRY_CAPACITY)
  for (let slot = 0; slot < capacity; slot++) {
    const at = load<usize>(table, CARRIES) + <usize>slot * CARRY_BYTES
    const key = load<u32>(at)
    if (key) addCarryTerms(table, carryLane(key), load<i32>(at, 4), rho, sigma, from, to, out)
  }
  settle(out)
}

/**
 * The same sums as fingerprintPairs, from one sequence's rows [rowStart, rowEnd) alone: z = rho' x
 * of each row, then the sums of z^2 and of z sigma. Weights below 2^15 over a window of 2^11 and 4
 * scales keep each z below 2^60, so that no fold is needed inside.
 */
export function fingerprintSequence(
  table: usize, weights: usize, lastLags: usize, rho: usize, sigma: usize,
  sequence: usize, rowStart: i32, rowEnd: i32, out: usize,
): void {
  memory.fill(out, 0, 64)
  const scales = load<i32>(table, SCALES), side = <usize>(load<i32>(table, WINDOW) + 1) << 2
  for (let row = rowStart; row < rowEnd; row++) {
    const item = sequence + (<usize>row << 2)
    let low = i64x2.splat(0), high = low
    for (let s = 0; s < scales; s++) {
      let weight = weights + <usize>s * side
      const residue = rho + (<usize>s << 4)
      let at = item
      for (let lag = min(row, load<i32>(lastLags + (<usize>s << 2))); lag > 0; lag--) {
        at -= 4
        weight += 4
        const id = load<i32>(at)
        if (id < 0) continue
        const w = v128.load32_splat(weight), r = v128.load(residue + (<usize>(id * scales) << 4))
        low = i64x2.add(low, i64x2.extmul_low_i32x4_u(w, r))
        high = i64x2.add(high, i64x2.extmul_high_i32x4_u(w, r))
      }
    }
    const z = narrow(low, high)
    accumulate(out, i64x2.extmul_low_i32x4_u(z, z), i64x2.extmul_high_i32x4_u(z, z), false)
    const target = load<i32>(item)
    if (target < 0) continue
    const s = v128.load(sigma + (<usize>target << 4))
    accumulate(out + 32, i64x2.extmul_low_i32x4_u(z, s), i64x2.extmul_high_i32x4_u(z, s), false)
  }
  settle(out)
}
