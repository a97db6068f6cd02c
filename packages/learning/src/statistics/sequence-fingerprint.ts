import { FINGERPRINT_LANES, fingerprintPairs } from '@adsum/kernels'
import { BinaryWriter } from '../binary-writer.ts'
import { requireArgument } from '../errors.ts'
import { hex, hmacSha256 } from '../hash.ts'
import { writeSequenceConfiguration } from '../sequence/configuration-bytes.ts'
import { WorkSlices } from '../work-slices.ts'
import { checkRows } from './check-rows.ts'
import { multiply, PRIME, reduce, residue } from './residues.ts'
import type { SequenceStatistics } from './sequence-statistics.ts'
import type { SequenceSum } from './sequence-sum.ts'
import { eachSequence, type Sequences } from './sequences.ts'

const LANES = FINGERPRINT_LANES
/** Bytes of the secret key: as many as HMAC-SHA-256 puts out. */
const KEY_BYTES_MIN = 32
/** Rows added in one slice. */
const ROWS_PER_SLICE = 5_000
/** Records read in one slice of a verification. */
const RECORDS_PER_SLICE = 20_000

/** Four independent residues each; linear in the statistics. */
interface Residues {
  /** `rho' G rho` */
  readonly quadratic: Float64Array
  /** `rho' C sigma` */
  readonly cross: Float64Array
  /** `rho' (sum x)` */
  readonly features: Float64Array
  /** `sigma' (target counts)` */
  readonly targets: Float64Array
}

/**
 * A keyed fingerprint of a total, kept along with it at the cost of the rows that change.
 *
 * Secret residues rho per feature and sigma per target, derived from the key and the canonical names by
 * HMAC-SHA-256, turn the total into polynomials of degree 2 modulo p = 2^31 - 1, four times
 * independently (universal hashing: Carter and Wegman, 1979). They are linear in the statistics, so a
 * row adds `z^2`, `z sigma(target)`, `z` and `sigma(target)` with `z = rho' x`. The fingerprint is the
 * HMAC-SHA-256 of them, of n and of the weights: without the key it says nothing about who is in.
 *
 * Two totals that differ in an entry by anything but a multiple of p have the same fingerprint with
 * probability at most (2 / p)^4, about 2^-120, over the key (Schwartz and Zippel).
 */
export class SequenceFingerprint implements SequenceSum {
  readonly #statistics: SequenceStatistics
  readonly #key: Uint8Array
  #rows = 0
  #residues = emptyResidues()
  /** rho, [raw id][scale][lane], in kernel memory. */
  #rho: Uint32Array
  /** sigma, [raw id][lane], in kernel memory. */
  #sigma: Uint32Array
  #itemsKeyed = 0

  /**
   * Starts at the fingerprint of an empty total: make it before anything is added.
   * @param key at least 32 secret bytes.
   */
  constructor(statistics: SequenceStatistics, key: Uint8Array) {
    requireArgument(key.length >= KEY_BYTES_MIN, `the key has at least ${KEY_BYTES_MIN} bytes`)
    requireArgument(statistics.rows === 0, 'a fingerprint starts with an empty total')
    this.#statistics = statistics
    this.#key = key.slice()
    this.#rho = statistics.kernels.uint32(0)
    this.#sigma = statistics.kernels.uint32(0)
  }

  add(sequence: Int32Array, sign: 1 | -1, rowStart = 0, rowEnd: number = sequence.length): void {
    checkRows(sequence, rowStart, rowEnd, this.#statistics.itemCount)
    this.#deriveResidues()
    const z = new Float64Array(LANES)
    for (let row = rowStart; row < rowEnd; row++) {
      this.#project(sequence, row, z)
      this.#addRow(z, sequence[row]!, sign)
    }
    this.#rows += sign * (rowEnd - rowStart)
  }

  async addSequences(sequences: Sequences): Promise<void> {
    const slices = new WorkSlices(ROWS_PER_SLICE)
    for (const sequence of eachSequence(sequences)) {
      this.add(sequence, 1)
      if (slices.spend(sequence.length)) await slices.pause()
    }
  }

  clear(): void {
    this.#rows = 0
    this.#residues = emptyResidues()
  }

  /** The fingerprint: `hmac:` and 64 hexadecimal digits. */
  digest(): string {
    return this.#digest(this.#rows, this.#residues)
  }

  /**
   * Computes the fingerprint anew from the totals and compares: false means that the totals are not
   * the sum of what was added. Pauses now and then; contributions meanwhile wait.
   */
  async verify(): Promise<boolean> {
    const release = await this.#statistics.hold()
    try {
      const expected = this.digest()
      return expected === this.#digest(this.#statistics.rows, await this.#residuesOfTotals())
    } finally {
      release()
    }
  }

  close(): void {
    this.#statistics.kernels.free(this.#rho)
    this.#statistics.kernels.free(this.#sigma)
  }

  /** `z = rho' x(row)` modulo p. Weights of a row stay below 2^16, so sums below 2^47 are exact. */
  #project(sequence: Int32Array, row: number, z: Float64Array): void {
    const { scales } = this.#statistics.configuration
    const rho = this.#rho
    let z0 = 0
    let z1 = 0
    let z2 = 0
    let z3 = 0
    for (let scale = 0; scale < scales.length; scale++) {
      const { weights } = scales[scale]!
      const lags = Math.min(row, weights.length)
      for (let lag = 1; lag <= lags; lag++) {
        const item = sequence[row - lag]!
        if (item < 0) continue
        const weight = weights[lag - 1]!
        const at = (item * scales.length + scale) * LANES
        z0 += weight * rho[at]!
        z1 += weight * rho[at + 1]!
        z2 += weight * rho[at + 2]!
        z3 += weight * rho[at + 3]!
      }
    }
    z[0] = reduce(z0)
    z[1] = reduce(z1)
    z[2] = reduce(z2)
    z[3] = reduce(z3)
  }

  #addRow(z: Float64Array, target: number, sign: 1 | -1): void {
    const { quadratic, cross, features, targets } = this.#residues
    for (let lane = 0; lane < LANES; lane++) {
      accumulate(quadratic, lane, multiply(z[lane]!, z[lane]!), sign)
      accumulate(features, lane, z[lane]!, sign)
      if (target < 0) continue
      const sigma = this.#sigma[target * LANES + lane]!
      accumulate(cross, lane, multiply(z[lane]!, sigma), sign)
      accumulate(targets, lane, sigma, sign)
    }
  }

  async #residuesOfTotals(): Promise<Residues> {
    this.#deriveResidues()
    const { kernels, table, itemCount, configuration } = this.#statistics
    const key = { features: this.#rho, targets: this.#sigma }
    const residues = emptyResidues()
    const slices = new WorkSlices(RECORDS_PER_SLICE)
    for (let item = 0; item < itemCount; item++) {
      const { quadratic, cross } = fingerprintPairs(kernels, table, key, item, item + 1)
      const targetCount = residue(this.#statistics.targetCount(item))
      for (let lane = 0; lane < LANES; lane++) {
        accumulate(residues.quadratic, lane, quadratic[lane]!, 1)
        accumulate(residues.cross, lane, cross[lane]!, 1)
        const sigma = this.#sigma[item * LANES + lane]!
        accumulate(residues.targets, lane, multiply(targetCount, sigma), 1)
        for (let scale = 0; scale < configuration.scales.length; scale++) {
          const sum = residue(this.#statistics.featureSum(item, scale))
          const rho = this.#rho[(item * configuration.scales.length + scale) * LANES + lane]!
          accumulate(residues.features, lane, multiply(sum, rho), 1)
        }
      }
      if (slices.spend(item + 1)) await slices.pause()
    }
    return residues
  }

  /** Residues for items named since the last time. */
  #deriveResidues(): void {
    const { kernels, table, itemCount, names } = this.#statistics
    const { scales } = table
    if (this.#sigma.length < table.itemsMax * LANES) {
      this.#rho = moved(kernels, this.#rho, table.itemsMax * scales * LANES)
      this.#sigma = moved(kernels, this.#sigma, table.itemsMax * LANES)
    }
    for (; this.#itemsKeyed < itemCount; this.#itemsKeyed++) {
      const item = this.#itemsKeyed
      for (let scale = 0; scale < scales; scale++) {
        const rho = this.#derive(`feature ${scale} ${names.name(item)}`)
        this.#rho.set(rho, (item * scales + scale) * LANES)
      }
      this.#sigma.set(this.#derive(`target ${names.name(item)}`), item * LANES)
    }
  }

  /** Four residues from 32 bytes: 64 bits each, so that none is likelier than another by more than 2^-32. */
  #derive(label: string): number[] {
    const bytes = hmacSha256(this.#key, new TextEncoder().encode(label))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return Array.from({ length: LANES }, (_, lane) => {
      const low = view.getUint32(lane * 8, true)
      const high = view.getUint32(lane * 8 + 4, true)
      return reduce(low + 2 * high)
    })
  }

  #digest(rows: number, { quadratic, cross, features, targets }: Residues): string {
    const writer = new BinaryWriter()
    writer.text('total')
    writeSequenceConfiguration(writer, this.#statistics.configuration)
    writer.signed(rows)
    for (const lanes of [quadratic, cross, features, targets]) {
      for (const value of lanes) writer.unsigned(value)
    }
    return `hmac:${hex(hmacSha256(this.#key, writer.finish()))}`
  }
}

function emptyResidues(): Residues {
  return {
    quadratic: new Float64Array(LANES),
    cross: new Float64Array(LANES),
    features: new Float64Array(LANES),
    targets: new Float64Array(LANES),
  }
}

function accumulate(sums: Float64Array, lane: number, value: number, sign: 1 | -1): void {
  sums[lane] = reduce(sums[lane]! + (sign === 1 ? value : PRIME - value))
}

function moved(
  kernels: SequenceStatistics['kernels'],
  values: Uint32Array,
  length: number,
): Uint32Array {
  const larger = kernels.uint32(length)
  larger.set(values)
  kernels.free(values)
  return larger
}
