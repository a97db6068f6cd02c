import { countOf, extent, strideOf } from './bounds.ts'
import { type Kernels, opened } from './kernels.ts'
import { checkItems, type PairRows, type PairTable, rowRange } from './pairs.ts'

/** Modulus of the fingerprints, 2^31 - 1. */
export const FINGERPRINT_PRIME = 2 ** 31 - 1
/** Independent residues of a fingerprint. */
export const FINGERPRINT_LANES = 4

/** What to write of a pair table, and where. */
export interface RidgeSystem {
  /** Raw id at each canonical position, N of them, all different. In kernel memory. */
  readonly order: Int32Array
  /** The scales that take part, in the order of their feature blocks. */
  readonly scales: readonly number[]
  /** One factor per feature, scales.length * N, feature index s * N + position. Kernel memory. */
  readonly featureScale: Float64Array
  /** Factor of every cross total, beside its feature's. */
  readonly targetScale: number
  /** Lower triangle of G, scaled by both features' factors; rows `gramStride` apart. */
  readonly gram?: Float32Array
  readonly gramStride?: number
  /** C, one row of N targets per feature; rows `crossStride` apart (default N). */
  readonly cross?: Float32Array
  readonly crossStride?: number
}

/**
 * Writes the part of the ridge system that belongs to the items at positions [from, to): for each
 * chosen scale s, row s * N + position of `gram` (columns up to the diagonal) and of `cross`. So a
 * caller may do the N items in slices and answer others in between. float32(total * scale), each
 * total exact below 2^53. Leaves room for a bias row: nothing beyond the features is touched.
 */
export function writeRidgeSystem(
  kernels: Kernels,
  table: PairTable,
  system: RidgeSystem,
  from: number,
  to: number,
): void {
  const k = opened(kernels)
  const items = system.order.length
  const features = items * system.scales.length
  checkRange(from, to, items)
  checkItems(system.order, items, table.itemsMax)
  if (system.order.includes(-1)) throw new RangeError('order holds -1')
  if (system.scales.some((s) => !(s >= 0 && s < table.scales)))
    throw new RangeError('no such scale')
  const gramStride = strideOf(system.gramStride, features)
  const crossStride = strideOf(system.crossStride, items)
  const gramAt = system.gram ? k.address(system.gram, extent(features, features, gramStride)) : 0
  const crossAt = system.cross ? k.address(system.cross, extent(features, items, crossStride)) : 0
  const chosen = k.int32(system.scales.length)
  try {
    chosen.set(system.scales)
    k.wasm.writeSystem(
      ...([k.address(table.header, 0), k.address(system.order, items), items] as const),
      ...([chosen.byteOffset, chosen.length, k.address(system.featureScale, features)] as const),
      ...([system.targetScale, gramAt, gramStride, crossAt, crossStride, from, to] as const),
    )
  } finally {
    k.free(chosen)
  }
}

/** Secret residues below 2^31 - 1, in kernel memory. */
export interface FingerprintKey {
  /** rho, [raw id][scale][4 lanes]. */
  readonly features: Uint32Array
  /** sigma, [raw id][4 lanes]. */
  readonly targets: Uint32Array
}

/** Four residues each, modulo 2^31 - 1; linear in the totals. */
export interface PairFingerprint {
  /** rho' G rho, over the full symmetric G. */
  readonly quadratic: Uint32Array
  /** rho' C sigma. */
  readonly cross: Uint32Array
}

/**
 * The quadratic form of the records whose larger raw id lies in [from, to). Over [0, itemsMax) it
 * is the whole table's; slices add up modulo 2^31 - 1.
 */
export function fingerprintPairs(
  kernels: Kernels,
  table: PairTable,
  key: FingerprintKey,
  from: number,
  to: number,
): PairFingerprint {
  const k = opened(kernels)
  checkRange(from, to, table.itemsMax)
  const rho = k.address(key.features, to * table.scales * FINGERPRINT_LANES)
  const sigma = k.address(key.targets, to * FINGERPRINT_LANES)
  return collect(kernels, (out) => {
    k.wasm.fingerprintPairs(k.address(table.header, 0), rho, sigma, from, to, out)
  })
}

/**
 * The same form of one sequence's rows alone: what addPairs with the same rows changes
 * fingerprintPairs by (sign left to the caller).
 */
export function fingerprintSequence(
  kernels: Kernels,
  table: PairTable,
  key: FingerprintKey,
  sequence: Int32Array,
  rows: PairRows = {},
): PairFingerprint {
  const k = opened(kernels)
  const { rowStart, rowEnd } = rowRange(sequence, rows)
  checkItems(sequence, rowEnd, Math.floor(key.targets.length / FINGERPRINT_LANES))
  const rho = k.address(key.features, (key.targets.length / FINGERPRINT_LANES) * table.scales)
  const sigma = k.address(key.targets, 0)
  const weights = k.address(table.weights, 0)
  const at = k.address(sequence, rowEnd)
  return collect(kernels, (out) => {
    const { scales, window } = table
    const wasm = k.wasm
    wasm.fingerprintSequence(scales, window, weights, rho, sigma, at, rowStart, rowEnd, out)
  })
}

function collect(kernels: Kernels, run: (out: number) => void): PairFingerprint {
  const out = kernels.uint32(4 * FINGERPRINT_LANES)
  try {
    run(out.byteOffset)
    const low = out.filter((_, at) => at % 2 === 0)
    return { quadratic: low.slice(0, FINGERPRINT_LANES), cross: low.slice(FINGERPRINT_LANES) }
  } finally {
    kernels.free(out)
  }
}

function checkRange(from: number, to: number, count: number): void {
  if (!(countOf('from', from) <= countOf('to', to) && to <= count)) {
    throw new RangeError(`${from} to ${to} of ${count}`)
  }
}
