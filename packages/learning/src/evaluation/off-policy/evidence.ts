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
  /** The number of each decision's user, from 0 (`numberUsers`). */
  readonly users: Int32Array
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
  return { rewards, weights, model, users: numberUsers(decisions) }
}

/** Numbers users from 0 in the order of their first decision; a decision without one has its own. */
export function numberUsers(decisions: readonly LoggedDecision[]): Int32Array {
  const numbers = new Map<string, number>()
  let next = 0
  return Int32Array.from(decisions, ({ user }) => {
    const known = user === null ? undefined : numbers.get(user)
    if (known !== undefined) return known
    if (user !== null) numbers.set(user, next)
    return next++
  })
}

/** How many users were numbered. */
export function countUsers(users: Int32Array): number {
  return users.reduce((most, user) => Math.max(most, user + 1), 0)
}
