import { type Kernels, solveCholeskyF32 } from '@adsum/kernels'
import { WEIGHT_UNIT } from '../features/weights.ts'
import { reserving } from '../reserving.ts'
import { factorisedEquations } from '../ridge/factorise.ts'
import type { NormalEquations } from '../ridge/normal-equations.ts'
import { publishedExponent } from '../ridge/publish.ts'
import { targetScale } from '../ridge/target-scale.ts'
import type { SequenceStatistics } from '../statistics/sequence-statistics.ts'
import { pause, WorkSlices } from '../work-slices.ts'
import type { RankerConfiguration, RankerLevel } from './configuration.ts'
import { RankerModel } from './ranker-model.ts'
import { allocateLevel, type LevelModel } from './ranker-parts.ts'

/** Coefficients handled in one slice. */
const COEFFICIENTS_PER_SLICE = 500_000
/** Values merely copied in one slice. */
const VALUES_COPIED_PER_SLICE = 4_000_000

/**
 * Fits the ranker: `B = (G + Lambda)^-1 C`, rounded to integers, one model per level:
 * everyone (bias alone: the order of popularity), moment (bias and shortest scale), history (all).
 *
 * The model is a function of the totals and the configuration alone, items in canonical name order. The
 * systems of the levels are leading parts of one another, and so are their Cholesky factors: it is
 * factorised once and solved per level.
 *
 * Cost with N items and F = 1 + K N features: `F^3 / 3 + 2 F^2 N` operations and `4 F^2 + 8 F N` bytes of kernel
 * memory besides the model's own. The thread goes on answering: copying pauses, the rest runs on the
 * helper threads of the kernels where there are any.
 *
 * @throws LearningError `statistics_empty`, `statistics_full`, `fit_not_positive_definite`, or
 * `argument_invalid` for statistics of other weights.
 */
export async function fitRanker(
  statistics: SequenceStatistics,
  configuration: RankerConfiguration,
  kernels: Kernels,
): Promise<RankerModel> {
  const equations = await factorisedEquations(statistics, configuration, kernels)
  const levels = new Map<RankerLevel, LevelModel>()
  try {
    const solve = (scaleCount: number) => solveLevel(kernels, equations, configuration, scaleCount)
    levels.set('everyone', await solve(0))
    if (configuration.penalties.bias === null) equations.cross.fill(0, 0, equations.items)
    levels.set('moment', await solve(1))
    levels.set('history', await solve(configuration.sequence.scales.length))
  } catch (error) {
    for (const { table } of levels.values()) kernels.free(table)
    throw error
  } finally {
    equations.free()
  }
  const { version, sequence } = configuration
  return RankerModel.create({ version, sequence, items: equations.names, levels }, kernels)
}

async function solveLevel(
  kernels: Kernels,
  equations: NormalEquations,
  { targetScaling }: RankerConfiguration,
  scaleCount: number,
): Promise<LevelModel> {
  const { features, items, gram, cross } = equations
  const rows = 1 + scaleCount * items
  const solution = reserving(() => kernels.float32(rows * items))
  try {
    await copy(cross, solution)
    await solveCholeskyF32(kernels, gram, solution, rows, items, { lStride: features })
    const scaleOfTarget = await targetScale(equations, solution, rows, targetScaling)
    return await publishLevel(kernels, solution, equations, scaleOfTarget, scaleCount)
  } finally {
    kernels.free(solution)
  }
}

/** Fills `to` with the beginning of `from`, with pauses. */
async function copy(from: Float32Array, to: Float32Array): Promise<void> {
  for (let start = 0; start < to.length; start += VALUES_COPIED_PER_SLICE) {
    const end = Math.min(start + VALUES_COPIED_PER_SLICE, to.length)
    to.set(from.subarray(start, end), start)
    await pause()
  }
}

/** Rounds a solution to the integers that scores are made of. */
async function publishLevel(
  kernels: Kernels,
  solution: Float32Array,
  { items, standardisation }: NormalEquations,
  scaleOfTarget: Float64Array,
  scaleCount: number,
): Promise<LevelModel> {
  const rows = 1 + scaleCount * items
  const slices = new WorkSlices(COEFFICIENTS_PER_SLICE)
  let largest = 0
  for (let row = 0; row < rows; row++) {
    for (let item = 0; item < items; item++) {
      const coefficient = solution[row * items + item]! * scaleOfTarget[item]!
      largest = Math.max(largest, Math.abs(coefficient) * standardisation[row]!)
    }
    if (slices.spend(items)) await slices.pause()
  }
  const unit = 2 ** publishedExponent(largest)
  const level = reserving(() => allocateLevel(kernels, scaleCount, items, unit * WEIGHT_UNIT))
  for (let row = 0; row < rows; row++) {
    for (let item = 0; item < items; item++) {
      const coefficient =
        solution[row * items + item]! * scaleOfTarget[item]! * standardisation[row]!
      level.table[row * level.stride + item] = Math.round(coefficient * unit)
    }
    if (slices.spend(items)) await slices.pause()
  }
  return level
}
