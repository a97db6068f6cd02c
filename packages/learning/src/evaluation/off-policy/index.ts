/** Off-policy evaluation: what another way to choose would have earned, from a log of choices. */
export {
  directMethod,
  doublyRobust,
  selfNormalisedDoublyRobust,
  shrunkDoublyRobust,
  switchDoublyRobust,
} from './doubly-robust.ts'
export { type Estimated, type Estimator, type EstimatorName, estimate } from './estimator.ts'
export {
  evaluatePolicy,
  type PolicyEstimate,
  type PolicyEvaluation,
  type ValueRange,
} from './evaluate-policy.ts'
export { type Evidence, gatherEvidence, type ModelEvidence } from './evidence.ts'
export {
  clippedInversePropensity,
  inversePropensity,
  selfNormalised,
} from './inverse-propensity.ts'
export {
  type Candidate,
  candidatesProblem,
  decisionProblem,
  type Knowledge,
  type LoggedDecision,
  probabilityProblem,
} from './logged-decision.ts'
export { alwaysPolicy, greedyPolicy, type Policy, recordedPolicy, uniformPolicy } from './policy.ts'
export { crossFit, type FitRewardModel, FOLDS, type RewardModel } from './reward-model.ts'
export { ridgeRewardModel } from './ridge-reward-model.ts'
export { type Range, skewInterval } from './skew-interval.ts'
export type { PositionSupport, Refusal, Support } from './support.ts'
export { tuneWeights } from './tune-weights.ts'
