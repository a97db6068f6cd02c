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

/**
 * The next-item ranker at one level, behind the interface that all learners share.
 *
 * A row is a moment: after the items before position l of a sequence came the item at l.
 * ```
 * features      x_{a,s}(l) = sum over p < l with item(p) = a of w_s(l - p),  and a bias of 1
 * contribution  G += x x',  C += x e_item(l)',  n += 1                            (integers)
 * fit           B = (G + Lambda)^-1 C,  Lambda_ii = lambda_s v_i^gamma_s m_s^(1 - gamma_s)
 *               columns divided by (their relative spread)^beta, then rounded to int16
 * score         x'B = bias + sum over scales s and lags d of w_s(d) B[(item at lag d, s), j]
 * terms         the summands of the score, by event                               (integers)
 * ```
 * Ridge regression from what was to what comes next: the linear family of SLIM (Ning and Karypis, 2011),
 * EASE (Steck, 2019) and SLIST (Choi et al., 2021), here over several decay scales at once.
 * Forgets by subtraction. Not private by itself: `sensitivity` says what noise would have to hide.
 */
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
