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
  /** Lower triangle, features x features, in kernel memory. */
  readonly gram: Float32Array
  /** features x items, in kernel memory. */
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
 */
export async function normalEquations(
  statistics: SequenceStatistics,
  order: Int32Array,
  penalties: Penalties,
): Promise<NormalEquations> {
  const { kernels, configuration, table } = statistics
  const items = order.length
  const scales = Array.from(configuration.scales.keys())
  const features = 1 + scales.length * items
  const buffers = new Buffers(kernels)
  try {
    const gram = buffers.add(() => kernels.float32(features * features))
    const cross = buffers.add(() => kernels.float32(features * items))
    const featureScale = buffers.add(() => kernels.float64(features - 1))
    const orderInKernel = buffers.add(() => kernels.int32(items))
    orderInKernel.set(order)
    const totals = featureTotals(statistics, order)
    const standardisation = standardise(totals, penalties)
    for (let feature = 1; feature < features; feature++) {
      featureScale[feature - 1] = standardisation[feature]! / WEIGHT_UNIT
    }
    const system = {
      order: orderInKernel,
      scales,
      featureScale,
      targetScale: 1,
      gram: gram.subarray(features + 1),
      gramStride: features,
      cross: cross.subarray(items),
      crossStride: items,
    }
    const positions = Math.ceil(PAIRS_PER_SLICE / items)
    for (let from = 0; from < items; from += positions) {
      writeRidgeSystem(kernels, table, system, from, Math.min(from + positions, items))
      await pause()
    }
    cross.set(totals.targetCounts.map((count) => count * standardisation[0]!))
    if (penalties.bias !== null) writeBiasColumn(totals, standardisation, gram)
    for (let feature = 0; feature < features; feature++) gram[feature * (features + 1)] = 1
    buffers.free(featureScale)
    buffers.free(orderInKernel)
    const free = () => buffers.freeAll()
    return { features, items, gram, cross, standardisation, totals, free }
  } catch (error) {
    buffers.freeAll()
    throw error
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

  free(array: ArrayBufferView): void {
    this.#arrays.delete(array)
    this.#kernels.free(array)
  }

  freeAll(): void {
    for (const array of this.#arrays) this.#kernels.free(array)
    this.#arrays.clear()
  }
}
