import { mean } from '../bootstrap.ts'
import { countUsers, type Evidence } from './evidence.ts'
import type { LoggedDecision } from './logged-decision.ts'
import type { Policy } from './policy.ts'
import { skewInterval } from './skew-interval.ts'

/** With fewer effective decisions than this, a handful of them would decide what is reported. */
export const EFFECTIVE_DECISIONS_MIN = 100
/** The same for each place on the page. */
export const EFFECTIVE_DECISIONS_PER_POSITION_MIN = 20
/** Share of decisions that earned the same from which on other rewards are rare. */
export const COMMON_REWARD_SHARE_MIN = 0.9
/** Effective decisions with a rare reward; with fewer no interval means anything. */
export const RARE_REWARDS_MIN = 10
/** Users whose decisions a log must hold to tell how they differ. */
const USERS_MIN = 20
/** Share of the policy's choices that the log could not have made. */
export const UNSUPPORTED_SHARE_MAX = 0.01
/** Normal quantile of the test that weights have mean 1: a false alarm in 10,000 logs. */
const MEAN_WEIGHT_QUANTILE = 3.9
/** Names quoted in a reason. */
const NAMES_QUOTED_MAX = 3

/** How well a log speaks about a policy. */
export interface Support {
  readonly decisions: number
  /** Decisions without a user count as one each. */
  readonly users: number
  /**
   * Decisions of the policy itself that would tell as much: (sum of w)^2 / sum of w^2 (Kish, 1965).
   */
  readonly effectiveDecisions: number
  readonly weightMax: number
  /** Near 1 when the propensities are right and everything the policy chooses could be chosen. */
  readonly weightMean: number
  /** Share of the policy's choices with propensity 0 in the log; `null` where only the chosen one's is known. */
  readonly unsupportedShare: number | null
  /** Options that the policy would choose and that the log never shows, the likeliest first. */
  readonly neverChosen: readonly string[]
  /** Effective decisions among those with a rare reward: clicks, sales; `null` where none is rare. */
  readonly rareRewards: number | null
  /** By place on the page, where there are several. */
  readonly positions: readonly PositionSupport[]
}

export interface PositionSupport {
  readonly position: string
  readonly decisions: number
  readonly effectiveDecisions: number
}

/** Why nothing is reported: a code for programs, a reason and what to do for people. */
export interface Refusal {
  readonly code:
    | 'support_missing'
    | 'effective_decisions_few'
    | 'propensities_inconsistent'
    | 'rewards_rare'
    | 'users_few'
  readonly reason: string
  readonly advice: string
}

/** How well checked decisions speak about a policy. */
export function measureSupport(
  decisions: readonly LoggedDecision[],
  policy: Policy,
  { weights, users }: Evidence,
): Support {
  const places = Map.groupBy(decisions.keys(), (index) => decisions[index]?.position ?? '')
  const positions = [...places].map(([position, indices]) => ({
    position,
    decisions: indices.length,
    effectiveDecisions: effectiveSize(Float64Array.from(indices, (index) => weights[index]!)),
  }))
  return {
    decisions: decisions.length,
    users: countUsers(users),
    effectiveDecisions: effectiveSize(weights),
    weightMax: weights.reduce((a, b) => Math.max(a, b), 0),
    weightMean: mean(weights),
    ...choicesBeyondLog(decisions, policy),
    rareRewards: countRareRewards(decisions, weights),
    positions: positions.length > 1 ? positions.sort(byPosition) : [],
  }
}

/** (sum of w)^2 / sum of w^2; 0 when all weights are 0. */
export function effectiveSize(weights: Float64Array): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const squares = weights.reduce((total, weight) => total + weight * weight, 0)
  return squares === 0 ? 0 : (sum * sum) / squares
}

function choicesBeyondLog(
  decisions: readonly LoggedDecision[],
  policy: Policy,
): Pick<Support, 'unsupportedShare' | 'neverChosen'> {
  const shown = new Set(decisions.map(({ candidates, chosen }) => candidates[chosen]?.id))
  const wanted = new Map<string, number>()
  let beyond = 0
  let known = 0
  for (const [index, decision] of decisions.entries()) {
    const probabilities = policy.probabilities(decision, index)
    if (decision.propensities !== null) known++
    for (const [place, { id }] of decision.candidates.entries()) {
      const probability = probabilities[place]!
      if (probability === 0) continue
      if (decision.propensities?.[place] === 0) beyond += probability
      if (!shown.has(id)) wanted.set(id, (wanted.get(id) ?? 0) + probability)
    }
  }
  const neverChosen = [...wanted].sort((a, b) => b[1] - a[1]).map(([id]) => id)
  return { unsupportedShare: known === 0 ? null : beyond / known, neverChosen }
}

function countRareRewards(
  decisions: readonly LoggedDecision[],
  weights: Float64Array,
): number | null {
  const counts = new Map<number, number>()
  for (const { reward } of decisions) counts.set(reward, (counts.get(reward) ?? 0) + 1)
  const [commonest, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))
  if (count < COMMON_REWARD_SHARE_MIN * decisions.length) return null
  return effectiveSize(weights.filter((_, index) => decisions[index]?.reward !== commonest))
}

function byPosition(a: PositionSupport, b: PositionSupport): number {
  return a.position < b.position ? -1 : 1
}

/** Whether a number may be reported at all; `null` when it may. */
export function refusalOf(support: Support, weights: Float64Array): Refusal | null {
  return (
    missingSupport(support) ??
    fewDecisions(support) ??
    fewUsers(support) ??
    fewRewards(support) ??
    inconsistentPropensities(support, weights)
  )
}

function missingSupport({ unsupportedShare, neverChosen }: Support): Refusal | null {
  if (unsupportedShare === null || unsupportedShare <= UNSUPPORTED_SHARE_MAX) return null
  return {
    code: 'support_missing',
    reason: `${percent(unsupportedShare)} of what this policy would choose could not be chosen when the log was written${naming(neverChosen)}, so the log says nothing about it.`,
    advice: 'Give every option a small chance in the product for a while, and evaluate that log.',
  }
}

function fewDecisions(support: Support): Refusal | null {
  const { decisions, effectiveDecisions, weightMax, positions } = support
  const advice =
    'Collect more decisions, log with more exploration, or evaluate a policy closer to the logged one.'
  const code = 'effective_decisions_few'
  if (effectiveDecisions < EFFECTIVE_DECISIONS_MIN) {
    return {
      code,
      reason: `The ${number(decisions)} decisions tell only as much about this policy as ${number(effectiveDecisions)} of its own would; ${EFFECTIVE_DECISIONS_MIN} are needed. A single decision counts up to ${number(weightMax)} times.`,
      advice,
    }
  }
  const thin = positions.find(
    ({ effectiveDecisions: own }) => own < EFFECTIVE_DECISIONS_PER_POSITION_MIN,
  )
  if (thin === undefined) return null
  return {
    code,
    reason: `At position ${thin.position} the log tells only as much about this policy as ${number(thin.effectiveDecisions)} decisions of its own would; ${EFFECTIVE_DECISIONS_PER_POSITION_MIN} are needed.`,
    advice,
  }
}

function fewUsers({ decisions, users }: Support): Refusal | null {
  if (users >= USERS_MIN) return null
  return {
    code: 'users_few',
    reason: `All ${number(decisions)} decisions are of ${users} users; ${USERS_MIN} are needed to tell how users differ.`,
    advice: 'Collect decisions of more users, or leave users out to count each decision alone.',
  }
}

function fewRewards({ rareRewards }: Support): Refusal | null {
  if (rareRewards === null || rareRewards >= RARE_REWARDS_MIN) return null
  return {
    code: 'rewards_rare',
    reason: `Where the log chose as this policy would, nearly all decisions earned the same: as much as ${number(rareRewards)} earned anything else, and ${RARE_REWARDS_MIN} are needed to tell chance from difference.`,
    advice: 'Collect more decisions, or use a reward that comes more often.',
  }
}

/** Weights have mean 1 when propensities are right and support is whole; a test of both. */
function inconsistentPropensities(support: Support, weights: Float64Array): Refusal | null {
  const { weightMean, neverChosen } = support
  const deviations = weights.map((weight) => weight - weightMean)
  const { low, high } = skewInterval(weightMean, deviations, MEAN_WEIGHT_QUANTILE)
  // Weights that are all the same have no spread; rounding must not refuse them.
  if (low - 1e-3 <= 1 && 1 <= high + 1e-3) return null
  if (weightMean < 1) {
    return {
      code: 'support_missing',
      reason: `The log shows only about ${percent(weightMean)} of what this policy would choose${naming(neverChosen)}.`,
      advice:
        'Give every option a small chance in the product for a while, and evaluate that log; or check the propensities.',
    }
  }
  return {
    code: 'propensities_inconsistent',
    reason: `The propensities cannot be right: weights should average 1 and average ${number(weightMean)}.`,
    advice:
      'Log the probability with which the shown option was really chosen, after all rules and filters.',
  }
}

function naming(names: readonly string[]): string {
  if (names.length === 0) return ''
  const quoted = names.slice(0, NAMES_QUOTED_MAX).map((name) => `"${name}"`)
  const more = names.length > quoted.length ? ` and ${names.length - quoted.length} more` : ''
  return ` (never shown: ${quoted.join(', ')}${more})`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}

function number(value: number): string {
  return value < 100
    ? value.toLocaleString('en-US', { maximumSignificantDigits: 2 })
    : Math.round(value).toLocaleString('en-US')
}
