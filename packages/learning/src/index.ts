export {
  Bandit,
  type BanditChoice,
  type BanditDistribution,
  type BanditTerm,
  SCORE_UNIT,
} from './bandit/bandit.ts'
export {
  type BanditConfiguration,
  banditConfiguration,
  type Exploration,
  type Interaction,
} from './bandit/configuration.ts'
export { type Features, featureName } from './bandit/features.ts'
export {
  ACTIONS_MAX,
  type BanditAction,
  type BanditRequest,
  CROSSES_MAX,
} from './bandit/request.ts'
export {
  type BanditRow,
  deserialiseRow,
  NOTHING,
  type RewardedRow,
  serialiseRow,
} from './bandit/rows.ts'
export { BanditStatistics } from './bandit/statistics.ts'
export { ItemKnn } from './baselines/item-knn.ts'
export {
  PopularityModel,
  PopularityStatistics,
  popularityLearner,
} from './baselines/popularity.ts'
export { recentPopularity } from './baselines/recent-popularity.ts'
export { canonicalOrder, compareNames } from './canonical-order.ts'
export { LearningError, type LearningErrorCode, learningErrorCodes } from './errors.ts'
export { type BootstrapOptions, bootstrapInterval, type Interval } from './evaluation/bootstrap.ts'
export * from './evaluation/experiments/index.ts'
export { type Holdout, holdOut, type TestCase } from './evaluation/holdout.ts'
export type { Interactions } from './evaluation/interactions.ts'
export type { MethodName } from './evaluation/methods.ts'
export * from './evaluation/off-policy/index.ts'
export { coverage, hitRateAt, ndcgAt, recallAt, reciprocalRank } from './evaluation/ranking.ts'
export { topItems } from './evaluation/top-items.ts'
export {
  evaluateVerdict,
  type MethodResult,
  VERDICT_EVENTS_MIN,
  VERDICT_PLACES,
  VERDICT_USERS_MAX,
  VERDICT_USERS_MIN,
  type Verdict,
  type VerdictOptions,
  type VerdictProgress,
} from './evaluation/verdict.ts'
export {
  exponentialScale,
  powerScale,
  ROW_MASS_MAX,
  SCALE_MASS_MAX,
  SCALES_MAX,
  type Scale,
  type SequenceConfiguration,
  sequenceConfiguration,
  WEIGHT_UNIT,
  WINDOW_MAX,
  windowLength,
} from './features/weights.ts'
export type {
  Forgetting,
  Learner,
  LearnerModel,
  LearnerStatistics,
  PersonLedger,
  Terms,
} from './learner.ts'
export { createRandom, type Random, sampleIndices } from './random.ts'
export { LEVERAGE_FEATURES_MAX, Leverage, openLeverage } from './ridge/leverage.ts'
export {
  type Penalties,
  type RankerConfiguration,
  type RankerLevel,
  rankerConfiguration,
  rankerLevels,
  type ScalePenalty,
  type TargetScaling,
} from './sequence/configuration.ts'
export { ITEMS_LEARNED_MAX, rankerDefaults } from './sequence/defaults.ts'
export { fitRanker } from './sequence/fit-ranker.ts'
export { learnedSequence, type SequenceCaps, type TimedEvent } from './sequence/learned-sequence.ts'
export { deserialiseModel, RankerModel } from './sequence/ranker-model.ts'
export type { LevelModel } from './sequence/ranker-parts.ts'
export { type ScoredItems, type ScoreOptions, scoreItems, scoresOf } from './sequence/scoring.ts'
export { sequenceLearner } from './sequence/sequence-learner.ts'
export { groupedTerms, termsOf } from './sequence/terms.ts'
export { SequenceFingerprint } from './statistics/sequence-fingerprint.ts'
export { SequenceLedger } from './statistics/sequence-ledger.ts'
export { SequenceStatistics } from './statistics/sequence-statistics.ts'
export type { SequenceSum } from './statistics/sequence-sum.ts'
export { joinSequences, type Sequences } from './statistics/sequences.ts'
