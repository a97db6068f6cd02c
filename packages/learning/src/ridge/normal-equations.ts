import { type Kernels, writeRidgeSystem } from '@adsum/kernels'
import { WEIGHT_UNIT } from '../features/weights.ts'
import { reserving } from '../reserving.ts'
import type { Penalties } from '../sequence/configuration.ts'
import type { SequenceStatistics } from '../statistics/sequence-statistics.ts'
import { pause } from '../work-slices.ts'
import { type FeatureTotals, featureTotals } from './feature-totals.ts'
import { penaltyDiagonal } from './penalties.ts'

/** Pairs of items copied in one slice. */
const PAIRS_PER_SLICE = 100_000

/**
 * `(G + Lambda) B = C` on standardised columns: feature i divided by `sqrt(G_ii + Lambda_ii)`, so that the
 * diagonal is 1 and float32 suffices. Feature 0 is the bias, feature `1 + scale * items + position` an
 * item; the shortest scale comes first, so that the system of a smaller level is a leading part.
 */
export interface NormalEquations {
  /** Features, the bias included. */
  readonly features: number
  readonly items: number
  /** Lower triangle, features x features, in the memory of the kernels that were given. */
  readonly gram: Float32Array
  /** features x items, likewise. */
  readonly cross: Float32Array
  /** `1 / sqrt(G_ii + Lambda_ii)` by feature: what turns a solution into coefficients. */
  readonly standardisation: Float64Array
  /** What it was made of; its feature i is the feature i + 1 here. */
  readonly totals: FeatureTotals
  free(): void
}

/**
 * Copies the equations out of the totals, pausing now and then. The totals must be held meanwhile.
 * @param order raw ids in canonical order, not empty.
 * @param into the kernels whose memory holds the result. Memory of kernels never shrinks: what a fit needs
 * for a while is better kept apart from totals that stay.
 */
export async function normalEquations(
  statistics: SequenceStatistics,
  order: Int32Array,
  penalties: Penalties,
  into: Kernels,
): Promise<NormalEquations> {
  const items = order.length
  const features = 1 + statistics.configuration.scales.length * items
  const buffers = new Buffers(into)
  try {
    const gram = buffers.add(() => into.float32(features * features))
    const cross = buffers.add(() => into.float32(features * items))
    const totals = featureTotals(statistics, order)
    const standardisation = standardise(totals, penalties)
    await copyTotals(statistics, order, standardisation, { gram, cross })
    cross.set(totals.targetCounts.map((count) => count * standardisation[0]!))
    if (penalties.bias !== null) writeBiasColumn(totals, standardisation, gram)
    for (let feature = 0; feature < features; feature++) gram[feature * (features + 1)] = 1
    const free = () => buffers.freeAll()
    return { features, items, gram, cross, standardisation, totals, free }
  } catch (error) {
    buffers.freeAll()
    throw error
  }
}

/** Fills all but the bias in: row and column 0 of `gram`, row 0 of `cross`. */
async function copyTotals(
  { kernels, configuration, table }: SequenceStatistics,
  order: Int32Array,
  standardisation: Float64Array,
  to: { readonly gram: Float32Array; readonly cross: Float32Array },
): Promise<void> {
  const items = order.length
  const scales = Array.from(configuration.scales.keys())
  const features = scales.length * items
  const positions = Math.min(items, Math.ceil(PAIRS_PER_SLICE / items))
  const buffers = new Buffers(kernels)
  try {
    const gram = buffers.add(() => kernels.float32(scales.length * positions * features))
    const cross = buffers.add(() => kernels.float32(scales.length * positions * items))
    const featureScale = buffers.add(() => kernels.float64(features))
    const orderInKernel = buffers.add(() => kernels.int32(items))
    orderInKernel.set(order)
    for (let feature = 0; feature < features; feature++) {
      featureScale[feature] = standardisation[1 + feature]! / WEIGHT_UNIT
    }
    const system = { order: orderInKernel, scales, featureScale, targetScale: 1, gram, cross }
    for (let from = 0; from < items; from += positions) {
      const end = Math.min(from + positions, items)
      writeRidgeSystem(kernels, table, system, from, end)
      let row = 0
      for (const scale of scales) {
        for (let position = from; position < end; position++, row++) {
          const feature = scale * items + position
          const known = gram.subarray(row * features, row * features + feature + 1)
          to.gram.set(known, (1 + feature) * (1 + features) + 1)
          to.cross.set(cross.subarray(row * items, (row + 1) * items), (1 + feature) * items)
        }
      }
      await pause()
    }
  } finally {
    buffers.freeAll()
  }
}

/** Column 0 of G: the bias is 1 in every row. Without it the bias stands apart from the other features. */
function writeBiasColumn(
  { sums }: FeatureTotals,
  standardisation: Float64Array,
  gram: Float32Array,
): void {
  for (const [index, sum] of sums.entries()) {
    const feature = index + 1
    gram[feature * standardisation.length] =
      (sum / WEIGHT_UNIT) * standardisation[feature]! * standardisation[0]!
  }
}

/** By feature. A feature that is zero in every row keeps 1: its equation reads `1 b = 0`. */
function standardise(totals: FeatureTotals, penalties: Penalties): Float64Array {
  const penalty = penaltyDiagonal(totals, penalties)
  const standardisation = new Float64Array(1 + penalty.length)
  standardisation[0] = 1 / Math.sqrt(totals.rows + (penalties.bias ?? 0))
  for (const [index, square] of totals.squares.entries()) {
    const diagonal = square / WEIGHT_UNIT ** 2 + penalty[index]!
    standardisation[1 + index] = square === 0 ? 1 : 1 / Math.sqrt(diagonal)
  }
  return standardisation
}

/** Kernel arrays that are freed together, whatever happens. */
class Buffers {
  readonly #kernels: Kernels
  readonly #arrays = new Set<ArrayBufferView>()

  constructor(kernels: Kernels) {
    this.#kernels = kernels
  }

  add<View extends ArrayBufferView>(allocate: () => View): View {
    const array = reserving(allocate)
    this.#arrays.add(array)
    return array
  }

  freeAll(): void {
    for (const array of this.#arrays) this.#kernels.free(array)
    this.#arrays.clear()
  }
}
