import type { LoggedDecision } from './logged-decision.ts'
import { type FeatureKind, RewardFeatures } from './reward-features.ts'
import type { FitRewardModel, RewardModel } from './reward-model.ts'
import { solvePositive } from './solve-positive.ts'

/**
 * Penalty per kind of feature, in decisions' worth of evidence: context alone is learned quickly, its effect
 * on a single option only from many decisions. The constant keeps the matrix definite.
 */
const PENALTIES: Readonly<Record<FeatureKind, number>> = { constant: 1e-6, alone: 10, crossed: 50 }

/**
 * A model of rewards by ridge regression:  q(x, a) = x' B,  B = (X'X + Lambda)^-1 X'r  over the decisions'
 * features (`RewardFeatures`). It need not be right for the estimators that correct it. O(n k^2 + f^3 / 3)
 * for k features per decision and f in all.
 */
export const ridgeRewardModel: FitRewardModel = (decisions) => {
  const features = new RewardFeatures(decisions)
  const n = features.kinds.length
  const gram = new Float64Array(n * n)
  const cross = new Float64Array(n)
  for (const decision of decisions) {
    const candidate = decision.candidates[decision.chosen]
    if (candidate === undefined) continue
    const [row] = features.rows(decision, [candidate])
    if (row === undefined) continue
    for (const [at, i] of row.features.entries()) {
      const value = row.values[at]!
      cross[i]! += value * decision.reward
      for (let other = 0; other <= at; other++) {
        const j = row.features[other]!
        gram[i > j ? i * n + j : j * n + i]! += value * row.values[other]!
      }
    }
  }
  for (const [feature, kind] of features.kinds.entries()) {
    gram[feature * n + feature]! += PENALTIES[kind]
  }
  return new RidgeRewardModel(features, solvePositive(gram, cross))
}

class RidgeRewardModel implements RewardModel {
  readonly #features: RewardFeatures
  readonly #coefficients: Float64Array

  constructor(features: RewardFeatures, coefficients: Float64Array) {
    this.#features = features
    this.#coefficients = coefficients
  }

  predict(decision: LoggedDecision): Float64Array {
    const rows = this.#features.rows(decision, decision.candidates)
    return Float64Array.from(rows, ({ features, values }) => {
      let sum = 0
      for (let at = 0; at < features.length; at++) {
        sum += this.#coefficients[features[at]!]! * values[at]!
      }
      return sum
    })
  }
}
