import type { Kernels } from '@adsum/kernels'
import { ROW_MASS_MAX, WEIGHT_UNIT } from '../features/weights.ts'
import type { Learner, LearnerModel } from '../learner.ts'
import { SequenceLedger } from '../statistics/sequence-ledger.ts'
import { SequenceStatistics } from '../statistics/sequence-statistics.ts'
import type { RankerConfiguration, RankerLevel } from './configuration.ts'
import { fitRanker } from './fit-ranker.ts'
import { deserialiseModel, type RankerModel } from './ranker-model.ts'
import { scoresOf } from './scoring.ts'
import { termsOf } from './terms.ts'

/** The next-item ranker at one level, behind the interface that all learners share. */
export function sequenceLearner(
  kernels: Kernels,
  configuration: RankerConfiguration,
  options: { readonly itemsMax: number; readonly level: RankerLevel },
): Learner<SequenceStatistics> {
  return Object.freeze({
    name: `sequence ranker, level ${options.level}`,
    forgetting: 'sum',
    sensitivity:
      `one row moves n and one target count by one; its features are at least 0 and sum to at most ` +
      `M = ${ROW_MASS_MAX - WEIGHT_UNIT} weight units, so G moves by at most M^2 and C by at most M in absolute sum`,
    createStatistics: () => new SequenceStatistics(kernels, configuration.sequence, options),
    deserialiseStatistics: (bytes: Uint8Array) =>
      SequenceStatistics.deserialise(bytes, kernels, options),
    createLedger: (statistics: SequenceStatistics) => new SequenceLedger(statistics),
    fit: async (statistics: SequenceStatistics) =>
      atLevel(await fitRanker(statistics, configuration, kernels), options.level),
    deserialiseModel: async (bytes: Uint8Array) =>
      atLevel(await deserialiseModel(bytes, kernels), options.level),
  })
}

function atLevel(model: RankerModel, level: RankerLevel): LearnerModel {
  return {
    items: model.items,
    scores: (sequence) => scoresOf(model, level, sequence),
    terms: (sequence, item) => termsOf(model, level, sequence, item),
    serialise: () => model.serialise(),
    close: () => model.close(),
  }
}
