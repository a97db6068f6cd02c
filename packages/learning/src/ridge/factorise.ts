import { choleskyF32, type Kernels } from '@adsum/kernels'
import { LearningError, requireArgument } from '../errors.ts'
import { fitVocabulary } from '../features/vocabulary.ts'
import { sameWeights } from '../features/weights.ts'
import type { RankerConfiguration } from '../sequence/configuration.ts'
import type { SequenceStatistics } from '../statistics/sequence-statistics.ts'
import { type NormalEquations, normalEquations } from './normal-equations.ts'

/** Normal equations whose `gram` has become its Cholesky factor. */
export interface FactorisedEquations extends NormalEquations {
  /** Names of the items, in canonical order. */
  readonly names: readonly string[]
}

/**
 * Copies the equations of the current totals into the memory of `kernels`, which need not be those of the
 * totals, and factorises them. The totals are held no longer than copying takes. The caller frees them.
 * @throws LearningError `statistics_empty`, `statistics_full`, `fit_not_positive_definite`;
 * `argument_invalid` for other weights than those of the configuration, or more than `featuresMax`.
 */
export async function factorisedEquations(
  statistics: SequenceStatistics,
  configuration: RankerConfiguration,
  kernels: Kernels,
  featuresMax: number = Number.POSITIVE_INFINITY,
): Promise<FactorisedEquations> {
  requireArgument(
    sameWeights(statistics.configuration, configuration.sequence),
    'the statistics were summed up with other weights',
  )
  const equations = await copied(statistics, configuration, featuresMax, kernels)
  try {
    const pivot = await choleskyF32(kernels, equations.gram, equations.features)
    if (pivot >= 0) {
      throw new LearningError(
        'fit_not_positive_definite',
        `the pivot of feature ${pivot} of ${equations.features} is not positive`,
      )
    }
    return equations
  } catch (error) {
    equations.free()
    throw error
  }
}

async function copied(
  statistics: SequenceStatistics,
  { penalties, sequence, targetCountMin }: RankerConfiguration,
  featuresMax: number,
  kernels: Kernels,
): Promise<FactorisedEquations> {
  const release = await statistics.hold()
  try {
    const order = fitVocabulary(statistics, targetCountMin)
    if (order.length === 0) throw new LearningError('statistics_empty', 'nothing was learned yet')
    const features = 1 + order.length * sequence.scales.length
    requireArgument(features <= featuresMax, `${features} features are more than ${featuresMax}`)
    const names = Array.from(order, (rawId) => statistics.names.name(rawId))
    return { ...(await normalEquations(statistics, order, penalties, kernels)), names }
  } finally {
    release()
  }
}
