import type { ExplorationView, JudgedPolicy, PolicySums } from '../../engine-api.ts'
import { writeDuration } from './duration.ts'
import type { Evaluation, PolicyResult, PolicySummary } from './evaluation.ts'
import type { EvaluationContract } from './evaluation-contract.ts'
import type { Loop } from './loop.ts'
import { meaningOf, type Policy, policyOf } from './policy.ts'

/** Ways to explore that are tried where the caller wants to be shown better ones. */
const EXPERIMENTS: readonly Policy[] = [0.05, 0.1, 0.2].flatMap((epsilon) => [
  { name: `greedy-${epsilon}`, arguments: `--cb_explore_adf --epsilon ${epsilon}` },
  { name: `squarecb-${epsilon}`, arguments: `--cb_explore_adf --squarecb --epsilon ${epsilon}` },
])
/** Sums are told in at most so many rows, each of whole minutes. */
const ROWS_MAX = 24
const MINUTE_MS = 60_000
const SOURCES = { online: 'Online', baseline: 'Baseline', random: 'Random' } as const

/** What an evaluation came to. */
export interface Outcome
  extends Pick<Evaluation, 'status' | 'policyResults' | 'featureImportance' | 'optimalPolicy'> {
  /** Policies that the log says nothing of, with the reason. */
  readonly refused: readonly { readonly name: string; readonly reason: string }[]
}

/**
 * Judges the policies of a contract by the log. One of which the log cannot tell is left out of the
 * results, because a result has to have an average reward: none is better than a wrong one. Without any
 * result the evaluation has failed.
 */
export async function evaluate(contract: EvaluationContract, loop: Loop): Promise<Outcome> {
  const { startTime, endTime, policies, enableOfflineExperimentation } = contract
  const windowMs = Math.ceil((endTime - startTime) / ROWS_MAX / MINUTE_MS) * MINUTE_MS
  const experiments = enableOfflineExperimentation ? EXPERIMENTS : []
  const candidates = [...policies, ...experiments]
  const judged = await loop.app.decided.evaluate(loop.surface, {
    ...{ from: startTime, to: endTime, windowMs },
    candidates: candidates.map((policy) => ({
      name: policy.name,
      explore: explorationOf(policy, loop),
    })),
  })
  const results = judged.policies.flatMap((policy, at) => {
    const own = candidates[at - (judged.policies.length - candidates.length)]
    const isExperiment = own !== undefined && !policies.includes(own)
    return resultOf(policy, windowMs, {
      ...(own ?? { name: SOURCES[policy.source as keyof typeof SOURCES], arguments: '' }),
      ...(policy.source === 'online' && { arguments: policyOf(loop).arguments }),
      policySource:
        policy.source === 'candidate'
          ? isExperiment
            ? 'OfflineExperimentation'
            : 'Custom'
          : SOURCES[policy.source],
    })
  })
  const best = results.reduce<PolicyResult | null>(
    (most, result) =>
      most === null || result.totalSummary.averageReward > most.totalSummary.averageReward
        ? result
        : most,
    null,
  )
  return {
    status: best === null ? 'failed' : 'completed',
    policyResults: results,
    featureImportance: judged.features.length === 0 ? [] : [judged.features],
    ...(best !== null && { optimalPolicy: best.name }),
    refused: judged.policies.flatMap(({ name, refusal }) =>
      refusal === null ? [] : [{ name, reason: refusal.reason }],
    ),
  }
}

/** The service's share of exploration counts where a policy does not say its own. */
function explorationOf(policy: Policy, { settings }: Loop): ExplorationView {
  const { kind, epsilon } = meaningOf(policy)
  return { kind, floor: epsilon ?? settings.explore.floor }
}

function resultOf(
  { value, total, windows }: JudgedPolicy,
  windowMs: number,
  said: Pick<PolicyResult, 'name' | 'arguments' | 'policySource'>,
): PolicyResult[] {
  if (value === null) return []
  const halfWidth = Math.max(value.high - value.value, value.value - value.low)
  const rows = windows.toSorted((a, b) => a.from - b.from)
  const [first] = rows
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return []
  return [
    {
      ...said,
      summary: rows.map((sums) => summaryOf(sums, sums.from, windowMs, gaussianHalfWidth(sums))),
      totalSummary: summaryOf(total, first.from, last.from - first.from + windowMs, halfWidth),
    },
  ]
}

function summaryOf(
  { decisions, reward, weight, squares, matches }: PolicySums,
  from: number,
  windowMs: number,
  confidenceInterval: number,
): PolicySummary {
  return {
    timeStamp: new Date(from).toISOString(),
    ipsEstimatorNumerator: reward,
    ipsEstimatorDenominator: decisions,
    snipsEstimatorDenominator: weight,
    aggregateTimeWindow: writeDuration(windowMs / 1000),
    nonZeroProbability: matches,
    sumOfSquares: squares,
    confidenceInterval,
    averageReward: reward / decisions,
  }
}

const NORMAL_95 = 1.959_963_984_540_054

/** Half of a 95% interval around the mean of w r, by its spread in the row. */
function gaussianHalfWidth({ decisions, reward, squares }: PolicySums): number {
  const mean = reward / decisions
  const variance = Math.max(0, squares / decisions - mean * mean)
  return NORMAL_95 * Math.sqrt(variance / decisions)
}
