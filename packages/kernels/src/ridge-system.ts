import { checkRange, extent, strideOf } from './bounds.ts'
import { type Kernels, type OpenKernels, opened } from './kernels.ts'
import { checkItems, type PairTable } from './pairs.ts'

/** Doubles of the block that src/assembly/ridge-system.ts reads. */
const BLOCK_FIELDS = 8
const TARGET_SCALE_FIELD = 6
/** Among its 32-bit fields. */
const FIRST_FIELD = 14
/** Bytes of a listed record there. */
const LIST_ENTRY_BYTES = 8

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
  /** Rows of the lower triangle of G, scaled by both features' factors; rows `gramStride` apart. */
  readonly gram?: Float32Array
  readonly gramStride?: number
  /** Rows of C, each of N targets; rows `crossStride` apart (default N). */
  readonly cross?: Float32Array
  readonly crossStride?: number
}

/**
 * Writes the part of the ridge system that belongs to the items at positions [from, to): for each
 * chosen scale s the row of feature s * N + position (of G up to the diagonal) becomes row
 * s * (to - from) + position - from of `gram` and of `cross`. So a caller may do the N items in slices,
 * answer others in between, and keep the whole elsewhere. float32(total * scale), each
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
  checkRange(from, to, items)
  checkSystem(system, table)
  const plan = describe(k, table, system, from, to)
  const list = k.uint8(items * LIST_ENTRY_BYTES)
  try {
    k.wasm.writeSystem(k.address(table.header, 0), plan.at, from, to, list.byteOffset)
  } finally {
    k.free(list)
    for (const array of plan.arrays) k.free(array)
  }
}

function checkSystem(system: RidgeSystem, table: PairTable): void {
  checkItems(system.order, system.order.length, table.itemsMax)
  if (system.order.includes(-1)) throw new RangeError('order holds -1')
  const known = system.scales.every((s) => Number.isInteger(s) && s >= 0 && s < table.scales)
  if (!known || new Set(system.scales).size !== system.scales.length) {
    throw new RangeError(`scales ${system.scales.join(', ')} of ${table.scales}`)
  }
}

/** Writes down for the kernel where everything is; `arrays` are the caller's to free. */
function describe(
  k: OpenKernels,
  table: PairTable,
  system: RidgeSystem,
  from: number,
  to: number,
): { at: number; arrays: ArrayBufferView[] } {
  const items = system.order.length
  const features = items * system.scales.length
  const gramStride = strideOf(system.gramStride, features)
  const crossStride = strideOf(system.crossStride, items)
  const { gram, cross } = system
  const blockRows = to - from
  const rows = system.scales.length * blockRows
  const gramAt = gram ? k.address(gram, extent(rows, features, gramStride)) : 0
  const crossAt = cross ? k.address(cross, extent(rows, items, crossStride)) : 0
  const orderAt = k.address(system.order, items)
  const scaleAt = k.address(system.featureScale, features)
  const block = k.float64(BLOCK_FIELDS)
  const fields = new Int32Array(block.buffer, block.byteOffset, 2 * BLOCK_FIELDS)
  const chosen = k.int32(system.scales.length)
  const chosenIndex = k.int32(table.scales).fill(-1)
  system.scales.forEach((scale, at) => {
    chosen[at] = scale
    chosenIndex[scale] = at
  })
  const positions = k.int32(table.carryCount > 0 ? table.itemsMax : 0).fill(-1)
  if (positions.length > 0) {
    system.order.forEach((id, at) => {
      positions[id] = at
    })
  }
  fields.set([
    ...[orderAt, items, chosen.byteOffset, chosen.length, scaleAt],
    ...[gramAt, gramStride, crossAt, crossStride, positions.byteOffset, chosenIndex.byteOffset],
    blockRows,
  ])
  block[TARGET_SCALE_FIELD] = system.targetScale
  fields[FIRST_FIELD] = from
  return { at: block.byteOffset, arrays: [block, chosen, chosenIndex, positions] }
}
