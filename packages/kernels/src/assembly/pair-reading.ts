import { LANES, recordAt, RECORDS, SCALES, total } from './pair-table'

/** 2^31 - 1: products of two residues fit in 62 bits, and 2^32 is 2 modulo it. */
const PRIME: u64 = 0x7fffffff

function reduce(value: u64): u64 {
  const once = (value & PRIME) + (value >> 31)
  const twice = (once & PRIME) + (once >> 31)
  return twice >= PRIME ? twice - PRIME : twice
}

/** The residue of a total that is exact in float64. */
function residue(value: f64): u64 {
  const rest = <i64>value % <i64>PRIME
  return <u64>(rest < 0 ? rest + <i64>PRIME : rest)
}

/**
 * Writes the rows of the items at positions [from, to) of the ridge system: the lower triangle of
 * `gram` (feature chosen * items + position) and `cross`. An address of 0 leaves that part out.
 */
export function writeSystem(
  table: usize, order: usize, items: i32, chosen: usize, chosenCount: i32,
  featureScale: usize, targetScale: f64,
  gram: usize, gramStride: i32, cross: usize, crossStride: i32, from: i32, to: i32,
): void {
  const scales = load<i32>(table, SCALES), bytes = <usize>load<i32>(table, LANES) << 2
  const records = load<usize>(table, RECORDS)
  for (let px = from; px < to; px++) {
    const x = load<i32>(order + (<usize>px << 2))
    for (let py = 0; py < items; py++) {
      const y = load<i32>(order + (<usize>py << 2))
      const record = recordAt(records, min(x, y), max(x, y), bytes)
      for (let i = 0; i < chosenCount; i++) {
        const s = load<i32>(chosen + (<usize>i << 2))
        const row = i * items + px
        const scale = load<f64>(featureScale + (<usize>row << 3))
        if (cross) {
          const lane = scales * scales + (x <= y ? 0 : scales) + s
          const value = total(table, record + (<usize>lane << 2))
          store<f32>(cross + ((<usize>row * <usize>crossStride + <usize>py) << 2), <f32>(value * scale * targetScale))
        }
        if (!gram) continue
        for (let j = 0; j <= i; j++) {
          if (j == i && py > px) continue
          const t = load<i32>(chosen + (<usize>j << 2))
          const column = j * items + py
          const lane = x <= y ? s * scales + t : t * scales + s
          const value = total(table, record + (<usize>lane << 2))
          const other = load<f64>(featureScale + (<usize>column << 3))
          store<f32>(gram + ((<usize>row * <usize>gramStride + <usize>column) << 2), <f32>(value * (scale * other)))
        }
      }
    }
  }
}

/**
 * Adds, for the records of the raw ids b in [from, to) with a <= b, four lanes each of
 * rho' G rho and rho' C sigma modulo 2^31 - 1 to `out`: eight uint64 residues.
 */
export function fingerprintPairs(
  table: usize, rho: usize, sigma: usize, from: i32, to: i32, out: usize,
): void {
  const scales = load<i32>(table, SCALES), bytes = <usize>load<i32>(table, LANES) << 2
  const records = load<usize>(table, RECORDS), square = scales * scales
  for (let b = from; b < to; b++) {
    for (let a = 0; a <= b; a++) {
      const record = recordAt(records, a, b, bytes)
      for (let k: usize = 0; k < 4; k++) {
        let quadratic: u64 = 0, cross: u64 = 0
        const sa = <u64>load<u32>(sigma + (<usize>a << 4) + (k << 2))
        const sb = <u64>load<u32>(sigma + (<usize>b << 4) + (k << 2))
        for (let s = 0; s < scales; s++) {
          const ra = <u64>load<u32>(rho + (<usize>(a * scales + s) << 4) + (k << 2))
          const rb = <u64>load<u32>(rho + (<usize>(b * scales + s) << 4) + (k << 2))
          let inner: u64 = 0
          for (let t = 0; t < scales; t++) {
            const rt = <u64>load<u32>(rho + (<usize>(b * scales + t) << 4) + (k << 2))
            inner += reduce(residue(total(table, record + (<usize>(s * scales + t) << 2))) * rt)
          }
          quadratic += reduce(ra * reduce(inner))
          const first = reduce(ra * residue(total(table, record + (<usize>(square + s) << 2))))
          const second = reduce(rb * residue(total(table, record + (<usize>(square + scales + s) << 2))))
          cross += reduce(first * sb) + reduce(second * sa)
        }
        const q = out + (k << 3), c = q + 32
        store<u64>(q, reduce(load<u64>(q) + reduce(quadratic) * (a == b ? 1 : 2)))
        store<u64>(c, reduce(load<u64>(c) + cross))
      }
    }
  }
}

/** The same sums as fingerprintPairs, from one sequence's rows [rowStart, rowEnd) alone. */
export function fingerprintSequence(
  scales: i32, window: i32, weights: usize, rho: usize, sigma: usize,
  sequence: usize, rowStart: i32, rowEnd: i32, out: usize,
): void {
  for (let l = rowStart; l < rowEnd; l++) {
    const target = load<i32>(sequence + (<usize>l << 2))
    for (let k: usize = 0; k < 4; k++) {
      let z: u64 = 0
      for (let d = 1; d <= min(l, window); d++) {
        const a = load<i32>(sequence + (<usize>(l - d) << 2))
        if (a < 0) continue
        for (let s = 0; s < scales; s++) {
          const weight = <u64>load<i32>(weights + (<usize>(s * (window + 1) + d) << 2))
          z += weight * <u64>load<u32>(rho + (<usize>(a * scales + s) << 4) + (k << 2))
        }
      }
      z = reduce(z)
      const q = out + (k << 3), c = q + 32
      store<u64>(q, reduce(load<u64>(q) + reduce(z * z)))
      if (target < 0) continue
      const sigmaTarget = <u64>load<u32>(sigma + (<usize>target << 4) + (k << 2))
      store<u64>(c, reduce(load<u64>(c) + reduce(z * sigmaTarget)))
    }
  }
}
