import { LearningError, requireArgument } from '../../errors.ts'
import { type LoggedDecision, probabilityProblem } from './logged-decision.ts'

/** A way to choose, given as probabilities: what is evaluated. */
export interface Policy {
  readonly name: string
  /**
   * Probabilities of the decision's candidates, summing to one.
   * @param index the place of the decision in the log, for policies that were computed beforehand.
   */
  probabilities(decision: LoggedDecision, index: number): ArrayLike<number>
}

/** Every candidate with the same probability. */
export const uniformPolicy: Policy = {
  name: 'uniform',
  probabilities: ({ candidates }) =>
    new Float64Array(candidates.length).fill(1 / candidates.length),
}

/** Always the option with this id; every candidate alike where it is none of them. */
export function alwaysPolicy(id: string): Policy {
  return {
    name: `always:${id}`,
    probabilities: (decision, index) => {
      const place = decision.candidates.findIndex((candidate) => candidate.id === id)
      return place < 0
        ? uniformPolicy.probabilities(decision, index)
        : certainly(place, decision.candidates.length)
    },
  }
}

/** Probabilities that somebody else computed, one row per decision of the log. */
export function recordedPolicy(name: string, rows: readonly ArrayLike<number>[]): Policy {
  return {
    name,
    probabilities: ({ candidates }, index) => {
      const row = rows[index]
      requireArgument(row !== undefined, `the policy says nothing about decision ${index}`)
      const problem = probabilityProblem(row, candidates.length)
      if (problem === null) return row
      throw new LearningError('argument_invalid', `decision ${index} needs ${problem}`)
    },
  }
}

/**
 * The candidate with the highest predicted reward; the first of equals.
 * @param predictions one row per decision, one number per candidate, of a model that did not learn from
 *   that decision (`crossFit`): a policy must not be judged on what it was learned from.
 */
export function greedyPolicy(predictions: readonly Float64Array[]): Policy {
  return {
    name: 'greedy',
    probabilities: ({ candidates }, index) => {
      const row = predictions[index]
      requireArgument(row !== undefined, `nothing is predicted for decision ${index}`)
      return certainly(row.indexOf(row.reduce((a, b) => Math.max(a, b))), candidates.length)
    },
  }
}

function certainly(place: number, candidates: number): Float64Array {
  const probabilities = new Float64Array(candidates)
  probabilities[place] = 1
  return probabilities
}
