import type { LoggedDecision } from './logged-decision.ts'
import type { Policy } from './policy.ts'

/** All that an estimator looks at, one number per decision. */
export interface Evidence {
  /** r: what was earned. */
  readonly rewards: Float64Array
  /** w = pi(a|x) / p: how much likelier the policy makes what was chosen than the log did. */
  readonly weights: Float64Array
  /** What a model of the rewards says; `null` without one. */
  readonly model: ModelEvidence | null
}

export interface ModelEvidence {
  /** q(x, a) of what was chosen. */
  readonly chosen: Float64Array
  /** q(x, pi) = sum over a of pi(a|x) q(x, a): what the policy would earn if the model were right. */
  readonly policy: Float64Array
}

/**
 * Holds a policy beside a log.
 * @param decisions checked ones (`requireDecisions`).
 * @param predictions q(x, a) per decision and candidate, or `null`.
 */
export function gatherEvidence(
  decisions: readonly LoggedDecision[],
  policy: Policy,
  predictions: readonly Float64Array[] | null,
): Evidence {
  const count = decisions.length
  const rewards = new Float64Array(count)
  const weights = new Float64Array(count)
  const model = predictions && {
    chosen: new Float64Array(count),
    policy: new Float64Array(count),
  }
  for (const [index, decision] of decisions.entries()) {
    const probabilities = policy.probabilities(decision, index)
    rewards[index] = decision.reward
    weights[index] = probabilities[decision.chosen]! / decision.propensity
    const predicted = predictions?.[index]
    if (model === null || predicted === undefined) continue
    model.chosen[index] = predicted[decision.chosen]!
    // Divided by their sum, as rounded probabilities miss one by a little.
    let [sum, mass] = [0, 0]
    for (let candidate = 0; candidate < predicted.length; candidate++) {
      sum += probabilities[candidate]! * predicted[candidate]!
      mass += probabilities[candidate]!
    }
    model.policy[index] = sum / mass
  }
  return { rewards, weights, model }
}
