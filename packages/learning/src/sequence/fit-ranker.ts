import { choleskyF32, type Kernels, solveCholeskyF32 } from '@adsum/kernels'
import { LearningError, requireArgument } from '../errors.ts'
import { fitVocabulary } from '../features/vocabulary.ts'
import { sameWeights, WEIGHT_UNIT } from '../features/weights.ts'
import { reserving } from '../reserving.ts'
import { type NormalEquations, normalEquations } from '../ridge/normal-equations.ts'
import { publishedExponent } from '../ridge/publish.ts'
import { targetScale } from '../ridge/target-scale.ts'
import type { SequenceStatistics } from '../statistics/sequence-statistics.ts'
import { WorkSlices } from '../work-slices.ts'
import type { RankerConfiguration, RankerLevel } from './configuration.ts'
import { RankerModel } from './ranker-model.ts'
import { allocateLevel, type LevelModel } from './ranker-parts.ts'

/** Coefficients handled in one slice. */
const COEFFICIENTS_PER_SLICE = 500_000

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
 * @throws LearningError `statistics_empty`, `statistics_full`, or `fit_not_positive_definite`.
 */
export async function fitRanker(
  statistics: SequenceStatistics,
  configuration: RankerConfiguration,
  kernels: Kernels,
): Promise<RankerModel> {
  const { equations, items } = await copyEquations(statistics, configuration)
  const levels = new Map<RankerLevel, LevelModel>()
  try {
    const pivot = await choleskyF32(kernels, equations.gram, equations.features)
    if (pivot >= 0) {
      throw new LearningError(
        'fit_not_positive_definite',
        `the pivot of feature ${pivot} of ${equations.features} is not positive`,
      )
    }
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
  return RankerModel.create({ version, sequence, items, levels }, kernels)
}

/** All that a fit needs of the totals, which are held no longer than this takes. */
async function copyEquations(statistics: SequenceStatistics, configuration: RankerConfiguration) {
  requireArgument(
    sameWeights(statistics.configuration, configuration.sequence),
    'the statistics were summed up with other weights',
  )
  const release = await statistics.hold()
  try {
    const order = fitVocabulary(statistics, configuration.targetCountMin)
    if (order.length === 0) throw new LearningError('statistics_empty', 'nothing was learned yet')
    return {
      items: Array.from(order, (rawId) => statistics.names.name(rawId)),
      equations: await normalEquations(statistics, order, configuration.penalties),
    }
  } finally {
    release()
  }
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
    solution.set(cross.subarray(0, rows * items))
    await solveCholeskyF32(kernels, gram, solution, rows, items, { lStride: features })
    const scaleOfTarget = await targetScale(equations, solution, rows, targetScaling)
    return await publishLevel(kernels, solution, equations, scaleOfTarget, scaleCount)
  } finally {
    kernels.free(solution)
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
