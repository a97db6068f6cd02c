import { checkRange } from './bounds.ts'
import { type Kernels, opened } from './kernels.ts'
import { checkItems, type PairRows, type PairTable, rowRange } from './pairs.ts'

/** Modulus of the fingerprints, 2^31 - 1. */
export const FINGERPRINT_PRIME = 2 ** 31 - 1
/** Independent residues of a fingerprint. */
export const FINGERPRINT_LANES = 4

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
    k.wasm.fingerprintPairs(table.header.byteOffset, rho, sigma, from, to, k.scratch, out)
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
  const weights = [table.weights.byteOffset, table.lastLags.byteOffset] as const
  const at = k.address(sequence, rowEnd)
  const header = table.header.byteOffset
  return collect(kernels, (out) => {
    k.wasm.fingerprintSequence(header, ...weights, rho, sigma, at, rowStart, rowEnd, out)
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
