import { mean } from '../bootstrap.ts'
import {
  directMethod,
  doublyRobust,
  selfNormalisedDoublyRobust,
  shrunkDoublyRobust,
  switchDoublyRobust,
} from './doubly-robust.ts'
import { type Estimator, type EstimatorName, estimate } from './estimator.ts'
import { countUsers, type Evidence, gatherEvidence } from './evidence.ts'
import {
  clippedInversePropensity,
  inversePropensity,
  selfNormalised,
} from './inverse-propensity.ts'
import { type LoggedDecision, requireDecisions } from './logged-decision.ts'
import type { Policy } from './policy.ts'
import { type Range, skewInterval } from './skew-interval.ts'
import { effectiveSize, measureSupport, type Refusal, refusalOf, type Support } from './support.ts'
import { tuneWeights } from './tune-weights.ts'

/** A value with its 95% interval. */
export interface ValueRange extends Range {
  readonly value: number
}

/** What one estimator says about a policy. */
export interface PolicyEstimate extends ValueRange {
  readonly name: EstimatorName
  readonly title: string
  /**
   * About how large weights may be, for estimators that limit them (for shrinkage the root of lambda);
   * `null` where nothing does.
   */
  readonly limit: number | null
  /** The policy's value minus what was earned, decision by decision. */
  readonly difference: ValueRange
}

export interface PolicyEvaluation {
  readonly policy: string
  readonly support: Support
  /** What was really earned per decision. */
  readonly earned: ValueRange
  /** Why nothing is reported, or `null`. */
  readonly refusal: Refusal | null
  /** The estimate to go by: {@link HEADLINE}, or self-normalised scoring without a model. */
  readonly headline: PolicyEstimate | null
  /** Every estimator's; empty when refused. */
  readonly estimates: readonly PolicyEstimate[]
}

/** Right whatever the model, and with the smallest error of such estimators in the worlds of `bench`. */
const HEADLINE: EstimatorName = 'sndr'

/**
 * What a policy would have earned per decision, from a log of what another one did; or why the log cannot
 * tell.
 * @param predictions q(x, a) per decision and candidate, cross-fitted (`crossFit`); `null` leaves out the
 *   estimators that need a model.
 * @throws LearningError `statistics_empty`; `argument_invalid` for a decision that cannot be evaluated.
 */
export function evaluatePolicy(
  decisions: readonly LoggedDecision[],
  policy: Policy,
  predictions: readonly Float64Array[] | null,
): PolicyEvaluation {
  requireDecisions(decisions)
  const evidence = gatherEvidence(decisions, policy, predictions)
  const support = measureSupport(decisions, policy, evidence)
  const refusal = refusalOf(support, evidence.weights)
  const estimates = refusal === null ? estimateAll(evidence) : []
  const named = (name: EstimatorName) => estimates.find((each) => each.name === name)
  return {
    policy: policy.name,
    support,
    earned: meanRange(evidence.rewards, evidence.users),
    refusal,
    headline: named(HEADLINE) ?? named('snips') ?? null,
    estimates,
  }
}

function estimateAll(evidence: Evidence): PolicyEstimate[] {
  const plain = (estimator: Estimator) => withRanges(estimator, evidence, null)
  const tuned = (make: (limit: number) => Estimator) => {
    const { estimator, limit } = tuneWeights(make, evidence)
    return withRanges(estimator, evidence, Number.isFinite(limit) ? limit : null)
  }
  const withoutModel = [
    plain(inversePropensity),
    tuned(clippedInversePropensity),
    plain(selfNormalised),
  ]
  if (evidence.model === null) return withoutModel
  return [
    ...withoutModel,
    plain(directMethod),
    plain(doublyRobust),
    plain(selfNormalisedDoublyRobust),
    tuned(switchDoublyRobust),
    tuned((limit) => shrunkDoublyRobust(limit * limit)),
  ]
}

/**
 * An estimate with its 95% intervals. Where an estimator limits weights, the interval is widened on each
 * side by as much as the log itself says that this may leave out: sampling is not its only error. A mean
 * does not lie beyond what was ever earned.
 */
export function withRanges(
  estimator: Estimator,
  evidence: Evidence,
  limit: number | null,
): PolicyEstimate {
  const { value, influence, leftOut } = estimate(estimator, evidence)
  const earned = mean(evidence.rewards)
  const changes = influence.map((each, index) => each - (evidence.rewards[index]! - earned))
  const bias = leftOut === null ? { low: 0, high: 0 } : meanRange(leftOut, evidence.users)
  const unseen = unseenRewards(evidence)
  const widened = ({ low, high }: Range): Range => ({
    low: low + Math.min(0, bias.low) - unseen,
    high: high + Math.max(0, bias.high) + unseen,
  })
  return {
    name: estimator.name,
    title: estimator.title,
    limit,
    value,
    ...within(
      widened(skewInterval(value, byUser(influence, evidence.users))),
      value,
      evidence.rewards,
    ),
    difference: {
      value: value - earned,
      ...widened(skewInterval(value - earned, byUser(changes, evidence.users))),
    },
  }
}

/**
 * What other rewards could add although none was seen where the log chose as the policy would: with
 * probability 97.5% they are fewer than 1 - 0.025^(1/n) (the rule of three). 0 where rewards differ.
 */
function unseenRewards({ rewards, weights }: Evidence): number {
  const seen = rewards.filter((_, index) => weights[index]! > 0)
  if (seen.some((reward) => reward !== seen[0])) return 0
  const { least, most } = extremes(rewards)
  return (most - least) * (1 - 0.025 ** (1 / effectiveSize(weights)))
}

function extremes(rewards: Float64Array): { readonly least: number; readonly most: number } {
  return {
    least: rewards.reduce((a, b) => Math.min(a, b)),
    most: rewards.reduce((a, b) => Math.max(a, b)),
  }
}

function within({ low, high }: Range, value: number, rewards: Float64Array): Range {
  const { least, most } = extremes(rewards)
  return { low: Math.max(low, Math.min(least, value)), high: Math.min(high, Math.max(most, value)) }
}

function meanRange(values: Float64Array, users: Int32Array): ValueRange {
  const value = mean(values)
  const deviations = values.map((each) => each - value)
  return { value, ...skewInterval(value, byUser(deviations, users)) }
}

/**
 * By how much each user moves a mean: their decisions' deviations summed up, in units that leave the mean
 * over users what it was over decisions. Users are independent, decisions of one are not (Liang and Zeger,
 * 1986).
 */
function byUser(deviations: Float64Array, users: Int32Array): Float64Array {
  const count = countUsers(users)
  const sums = new Float64Array(count)
  for (const [index, user] of users.entries()) {
    sums[user]! += (deviations[index]! * count) / deviations.length
  }
  return sums
}
