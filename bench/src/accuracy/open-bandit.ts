import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readDecisionLog } from '@adsum/engine'
import {
  clippedInversePropensity,
  crossFit,
  directMethod,
  doublyRobust,
  type Estimator,
  estimate,
  evaluatePolicy,
  gatherEvidence,
  greedyPolicy,
  inversePropensity,
  type LoggedDecision,
  type Policy,
  type PolicyEvaluation,
  ridgeRewardModel,
  selfNormalised,
  selfNormalisedDoublyRobust,
  shrunkDoublyRobust,
  switchDoublyRobust,
  uniformPolicy,
} from '@adsum/learning'
import { dataSetsFolder } from '../data-sets.ts'

/** Limits of weights that estimators with one are compared at. */
export const LIMITS: readonly number[] = [5, 50, 500]
const SEED = 1

export const openBanditLogs = [
  { logged: 'bts', campaign: 'men' },
  { logged: 'bts', campaign: 'women' },
  { logged: 'random', campaign: 'men' },
  { logged: 'random', campaign: 'women' },
] as const

export type OpenBanditLog = (typeof openBanditLogs)[number]

/** A policy on a log: what every estimator says, and the inputs to say it from. */
export interface OpenBanditCase {
  readonly log: OpenBanditLog
  readonly policy: 'uniform' | 'greedy'
  readonly decisions: readonly LoggedDecision[]
  /** Probabilities and predictions, row by row: decisions x actions in the order of their numbers. */
  readonly probabilities: Float64Array
  readonly predictions: Float64Array
  readonly evaluation: PolicyEvaluation
  /** By estimator, with its limit where it has one: `dr`, `switch-dr:50`. */
  readonly values: Readonly<Record<string, number>>
}

/** Where a log of the data set lies. */
export function openBanditFile({ logged, campaign }: OpenBanditLog): string {
  return join(dataSetsFolder, 'open-bandit', logged, campaign, `${campaign}.csv.gz`)
}

/** Why there is nothing to measure on, or `null`. */
export function openBanditMissing(): string | null {
  const absent = openBanditLogs.map(openBanditFile).find((file) => !existsSync(file))
  return absent === undefined ? null : `there is no ${absent}; set ADSUM_DATASETS to the data sets`
}

/** Reads a log as the product does and evaluates the uniform policy and one that was learned. */
export async function openBanditCases(log: OpenBanditLog): Promise<OpenBanditCase[]> {
  const { decisions } = await readDecisionLog(openBanditFile(log))
  const predicted = crossFit(decisions, ridgeRewardModel, { seed: SEED })
  const predictions = byNumber(decisions, predicted)
  return ([uniformPolicy, greedyPolicy(predicted)] as const).map((policy) => ({
    log,
    policy: policy.name === 'uniform' ? 'uniform' : 'greedy',
    decisions,
    probabilities: byNumber(
      decisions,
      decisions.map((decision, index) => policy.probabilities(decision, index)),
    ),
    predictions,
    evaluation: evaluatePolicy(decisions, policy, predicted),
    values: valuesOf(decisions, policy, predicted),
  }))
}

function valuesOf(
  decisions: readonly LoggedDecision[],
  policy: Policy,
  predictions: readonly Float64Array[],
): Record<string, number> {
  const evidence = gatherEvidence(decisions, policy, predictions)
  const plain = [
    inversePropensity,
    selfNormalised,
    directMethod,
    doublyRobust,
    selfNormalisedDoublyRobust,
  ].map((estimator) => [estimator.name, estimator] as const)
  const limited = LIMITS.flatMap((limit) =>
    [clippedInversePropensity(limit), switchDoublyRobust(limit), shrunkDoublyRobust(limit)].map(
      (estimator) => [`${estimator.name}:${limit}`, estimator] as const,
    ),
  )
  const value = (estimator: Estimator): number => estimate(estimator, evidence).value
  return Object.fromEntries([...plain, ...limited].map(([name, each]) => [name, value(each)]))
}

/** Rows below each other; candidates are in the order of their names, "10" before "2". */
function byNumber(
  decisions: readonly LoggedDecision[],
  rows: readonly ArrayLike<number>[],
): Float64Array {
  const width = decisions[0]?.candidates.length ?? 0
  const all = new Float64Array(rows.length * width)
  for (const [index, { candidates }] of decisions.entries()) {
    for (const [place, { id }] of candidates.entries()) {
      all[index * width + Number(id)] = rows[index]?.[place] ?? Number.NaN
    }
  }
  return all
}
