import { LearningError } from '../../errors.ts'

/** What was known before a choice: numbers as they are, texts as categories. Absent means nothing known. */
export type Knowledge = Readonly<Record<string, number | string>>

/** One option that could have been chosen. */
export interface Candidate {
  readonly id: string
  /** What is known of the option itself, such as a price. */
  readonly features?: Knowledge
}

/** One choice that was made and what came of it: what off-policy evaluation reads. */
export interface LoggedDecision {
  readonly context: Knowledge
  /** All options of this decision. Decisions with the same options may share one array. */
  readonly candidates: readonly Candidate[]
  /** The option that was chosen: an index into `candidates`. */
  readonly chosen: number
  /** With which probability it was chosen, in (0, 1]. */
  readonly propensity: number
  /** Probabilities of all candidates where they were recorded; they sum to one. */
  readonly propensities: ArrayLike<number> | null
  /** What it earned, in any unit: clicks, money. */
  readonly reward: number
  /** Whose decision it was, as what one user earns goes together; `null` where it stands alone. */
  readonly user: string | null
  /** The place on the page where it was shown, for slates; `null` where there is only one. */
  readonly position: string | null
}

/** By how much probabilities may miss a sum of one: logs are often rounded to a few digits. */
export const PROBABILITY_SUM_TOLERANCE = 1e-3

/** What is wrong with the probabilities of some candidates, in words, or `null`. */
export function probabilityProblem(
  probabilities: ArrayLike<number>,
  candidates: number,
): string | null {
  if (probabilities.length !== candidates) {
    return `${candidates} probabilities, one per candidate, not ${probabilities.length}`
  }
  let sum = 0
  for (let index = 0; index < candidates; index++) {
    const probability = probabilities[index]!
    if (!(probability >= 0 && probability <= 1)) {
      return `probabilities from 0 to 1, not ${probability}`
    }
    sum += probability
  }
  return Math.abs(sum - 1) <= PROBABILITY_SUM_TOLERANCE
    ? null
    : `probabilities that sum to one, not to ${Number(sum.toFixed(6))}`
}

/** What is wrong with the options of a decision, in words, or `null`. */
export function candidatesProblem(candidates: readonly Candidate[]): string | null {
  if (candidates.length === 0) return 'at least one candidate'
  if (new Set(candidates.map(({ id }) => id)).size < candidates.length) {
    return 'candidates that are named once each'
  }
  for (const { features } of candidates) {
    const problem = knowledgeProblem(features ?? {})
    if (problem !== null) return problem
  }
  return null
}

/**
 * What a decision lacks to be evaluated, in words such as "a reward that is a number, not NaN"; or
 * `null`. Its options are {@link candidatesProblem}'s.
 */
export function decisionProblem(decision: LoggedDecision): string | null {
  const { candidates, chosen, context, propensity, propensities, reward } = decision
  if (!Number.isInteger(chosen) || chosen < 0 || chosen >= candidates.length) {
    return 'a chosen option that is one of the candidates'
  }
  if (!Number.isFinite(reward)) return `a reward that is a number, not ${reward}`
  if (!(propensity > 0 && propensity <= 1)) {
    return `a propensity above 0 and at most 1, not ${propensity}`
  }
  const problem =
    knowledgeProblem(context) ??
    (propensities === null ? null : probabilityProblem(propensities, candidates.length))
  if (problem !== null || propensities === null) return problem
  return Math.abs((propensities[chosen] as number) - propensity) <= PROBABILITY_SUM_TOLERANCE
    ? null
    : `the propensity ${propensity} for what was chosen; the probabilities say ${propensities[chosen]}`
}

/**
 * Refuses decisions that cannot be evaluated.
 * @throws LearningError `statistics_empty`; `argument_invalid` naming the first bad one, from 0.
 */
export function requireDecisions(decisions: readonly LoggedDecision[]): void {
  if (decisions.length === 0) {
    throw new LearningError('statistics_empty', 'there are no decisions to evaluate on')
  }
  // A log usually shares its candidates: what was checked once is not checked again.
  const checked = new Set<readonly Candidate[]>()
  for (const [index, decision] of decisions.entries()) {
    const problem =
      (checked.has(decision.candidates) ? null : candidatesProblem(decision.candidates)) ??
      decisionProblem(decision)
    if (problem !== null) {
      throw new LearningError('argument_invalid', `decision ${index} needs ${problem}`)
    }
    checked.add(decision.candidates)
  }
}

function knowledgeProblem(known: Knowledge): string | null {
  for (const [name, value] of Object.entries(known)) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return `a number for "${name}", not ${value}`
    }
  }
  return null
}
