import { requireArgument } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import { countUsers, numberUsers } from './evidence.ts'
import type { LoggedDecision } from './logged-decision.ts'

/** What an option would earn: q(x, a). Any model will do. */
export interface RewardModel {
  /** Predicted rewards of the decision's candidates. */
  predict(decision: LoggedDecision): Float64Array
}

/** Learns a model from decisions; a function of them alone. */
export type FitRewardModel = (decisions: readonly LoggedDecision[]) => RewardModel

/** Parts that a log is cut into: each is predicted by a model of the others. */
export const FOLDS = 3

/**
 * Predictions for every decision and candidate by models that did not learn from its user's decisions, so
 * that what a model memorised does not pass for what it knows. Chernozhukov and others, "Double/debiased machine
 * learning", 2018, definition 3.1.
 * @param seed which decisions go together.
 */
export function crossFit(
  decisions: readonly LoggedDecision[],
  fit: FitRewardModel,
  { seed, folds = FOLDS }: { readonly seed: number; readonly folds?: number },
): Float64Array[] {
  requireArgument(folds >= 2, 'cross-fitting needs two parts or more')
  requireArgument(decisions.length >= folds, `cross-fitting needs ${folds} decisions or more`)
  const fold = foldsOf(decisions, folds, seed)
  const predictions: Float64Array[] = new Array(decisions.length)
  for (let part = 0; part < folds; part++) {
    const model = fit(decisions.filter((_, index) => fold[index] !== part))
    for (const [index, decision] of decisions.entries()) {
      if (fold[index] === part) predictions[index] = model.predict(decision)
    }
  }
  return predictions
}

/** A user's decisions go together, unless there are fewer users than parts. */
function foldsOf(decisions: readonly LoggedDecision[], folds: number, seed: number): Int32Array {
  const users = numberUsers(decisions)
  const count = countUsers(users)
  if (count < folds) return assignFolds(decisions.length, folds, seed)
  const foldOf = assignFolds(count, folds, seed)
  return users.map((user) => foldOf[user]!)
}

/** Parts of equal size, shuffled (Fisher and Yates). */
function assignFolds(count: number, folds: number, seed: number): Int32Array {
  const random = createRandom(seed)
  const fold = Int32Array.from({ length: count }, (_, index) => index % folds)
  for (let index = count - 1; index > 0; index--) {
    const other = random.below(index + 1)
    const kept = fold[index]!
    fold[index] = fold[other]!
    fold[other] = kept
  }
  return fold
}
