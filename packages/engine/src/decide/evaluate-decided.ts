import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  evaluatePolicy,
  type LoggedDecision,
  type Candidate as LoggedOption,
  type Policy,
  type PolicyEvaluation,
  recordedPolicy,
  uniformPolicy,
} from '@adsum/learning'
import { AdsumError } from '@adsum/protocol'
import type { DecideSurface, DeclaredExploration } from '../app/decide-surface.ts'
import type { DecidedEntry } from './decided-log.ts'
import { flattenFeatures } from './flatten-features.ts'
import { SurfaceLearner } from './surface-learner.ts'

/** Decisions that one evaluation looks at. */
export const EVALUATED_DECISIONS_MAX = 50_000
/** Decisions weighed in one turn of the event loop. */
const DECISIONS_PER_TURN = 20
/** Features named in the order of their weight. */
const FEATURES_NAMED_MAX = 20

export interface EvaluationRequest {
  /** From this moment to just before that one, milliseconds since 1970 UTC. */
  readonly from: number
  readonly to: number
  /** Sums are told for each so many milliseconds. */
  readonly windowMs: number
  /** Ways to explore, each learning from the decisions before the one that it is judged on. */
  readonly candidates: readonly { readonly name: string; readonly explore: DeclaredExploration }[]
}

/** Sums over decisions, w being how much likelier a policy makes what was chosen than the log did. */
export interface PolicySums {
  readonly decisions: number
  /** Of w r and of w. */
  readonly reward: number
  readonly weight: number
  /** Of the square of w r. */
  readonly squares: number
  /** Decisions with w above 0. */
  readonly matches: number
}

/** What one way to choose would have earned. */
export interface JudgedPolicy {
  readonly name: string
  readonly source: 'online' | 'baseline' | 'random' | 'candidate'
  /** Why the log cannot tell; null where it can. */
  readonly refusal: PolicyEvaluation['refusal']
  /** Per decision, reweighted (IPS) with its 95% interval; null where refused. */
  readonly value: { readonly value: number; readonly low: number; readonly high: number } | null
  readonly total: PolicySums
  readonly windows: readonly (PolicySums & { readonly from: number })[]
}

export interface DecidedEvaluation {
  readonly decisions: number
  readonly policies: readonly JudgedPolicy[]
  /** What weighed most in what was chosen, by the terms of the stored decisions. */
  readonly features: readonly string[]
}

/**
 * Judges ways to choose by the log of a surface: the one in force, the first option, chance, and others
 * that are learned anew along the log.
 * @throws AdsumError `data_not_enough` without decisions, or with more than {@link EVALUATED_DECISIONS_MAX}
 */
export async function evaluateDecided(
  log: AsyncIterable<DecidedEntry>,
  surface: DecideSurface,
  request: EvaluationRequest,
): Promise<DecidedEvaluation> {
  const entries = await entriesOf(log, request)
  const decisions = loggedOf(entries)
  const online = entries.map(({ options }) => options.map(({ probability }) => probability))
  const judge = (policy: Policy, source: JudgedPolicy['source']) =>
    judged(policy, source, { decisions, entries, request })
  const policies = [
    judge(recordedPolicy('online', online), 'online'),
    judge(firstPolicy, 'baseline'),
    judge(uniformPolicy, 'random'),
  ]
  for (const { name, explore } of request.candidates) {
    const rows = await replay(entries, { ...surface, explore })
    policies.push(
      rows === null
        ? withoutFeatures(name, entries.length)
        : judge(recordedPolicy(name, rows), 'candidate'),
    )
  }
  return { decisions: entries.length, policies, features: weightiest(entries) }
}

/** The option that stands first: what was done before anything was learned. */
const firstPolicy: Policy = {
  name: 'baseline',
  probabilities: ({ candidates }) => Float64Array.from(candidates, (_, at) => (at === 0 ? 1 : 0)),
}

type JudgedEntry = DecidedEntry & { readonly value: number }

async function entriesOf(
  log: AsyncIterable<DecidedEntry>,
  { from, to }: EvaluationRequest,
): Promise<JudgedEntry[]> {
  const entries: JudgedEntry[] = []
  for await (const entry of log) {
    const { value, time, propensity } = entry
    if (value === null || propensity <= 0 || time < from || time >= to) continue
    if (entries.length === EVALUATED_DECISIONS_MAX) {
      const problem = `there are more than ${EVALUATED_DECISIONS_MAX} decisions; take a shorter time`
      throw new AdsumError('data_not_enough', { problem })
    }
    entries.push({ ...entry, value })
  }
  if (entries.length > 0) return entries
  throw new AdsumError('data_not_enough', { problem: 'no decision of that time has its reward' })
}

/** Entries as the estimators read them; those with the same options share them. */
function loggedOf(entries: readonly JudgedEntry[]): LoggedDecision[] {
  const known = new Map<string, readonly LoggedOption[]>()
  return entries.map(({ options, counts, propensity, value, user }) => {
    const ids = options.map(({ action }) => action)
    const key = JSON.stringify(ids)
    const candidates = known.get(key) ?? ids.map((id) => ({ id }))
    known.set(key, candidates)
    const chosen = { candidates, chosen: counts, propensity, propensities: null }
    return { context: {}, ...chosen, reward: value, user, position: null }
  })
}

function judged(
  policy: Policy,
  source: JudgedPolicy['source'],
  {
    decisions,
    entries,
    request,
  }: {
    readonly decisions: readonly LoggedDecision[]
    readonly entries: readonly JudgedEntry[]
    readonly request: EvaluationRequest
  },
): JudgedPolicy {
  const { refusal, estimates } = evaluatePolicy(decisions, policy, null)
  const ips = estimates.find(({ name }) => name === 'ips')
  const total = new Sums()
  const windows = new Map<number, Sums>()
  for (const [index, decision] of decisions.entries()) {
    const probability = policy.probabilities(decision, index)[decision.chosen] ?? 0
    const weight = probability / decision.propensity
    const window = Math.floor(((entries[index]?.time ?? 0) - request.from) / request.windowMs)
    const sums = windows.get(window) ?? new Sums()
    windows.set(window, sums)
    sums.add(weight, decision.reward)
    total.add(weight, decision.reward)
  }
  return {
    ...{ name: policy.name, source, refusal, total },
    value: ips === undefined ? null : { value: ips.value, low: ips.low, high: ips.high },
    windows: Array.from(windows, ([window, sums]) => ({
      from: request.from + window * request.windowMs,
      ...sums,
    })),
  }
}

class Sums implements PolicySums {
  decisions = 0
  reward = 0
  weight = 0
  squares = 0
  matches = 0

  add(weight: number, reward: number): void {
    this.decisions += 1
    this.reward += weight * reward
    this.weight += weight
    this.squares += (weight * reward) ** 2
    if (weight > 0) this.matches += 1
  }
}

/**
 * Probabilities of a way to explore that learns along the log: each decision is weighed before its reward
 * is learned, so it is judged on nothing that it has seen. Null where the log did not keep the features of
 * all actions.
 */
async function replay(
  entries: readonly JudgedEntry[],
  surface: DecideSurface,
): Promise<number[][] | null> {
  const learner = new SurfaceLearner(surface)
  const rows: number[][] = []
  for (const [index, entry] of entries.entries()) {
    const { features, actionFeatures, options, counts, value } = entry
    if (Object.keys(actionFeatures).length === 1 && options.length > 1) return null
    const weighed = learner.weigh({
      context: flattenFeatures(features, 'features'),
      traits: {},
      candidates: options.map(({ action }) => ({
        id: action,
        features: flattenFeatures(actionFeatures[action], 'actions'),
      })),
      seed: index,
    })
    rows.push(weighed.options.map(({ parts }) => parts / weighed.partsTotal))
    learner.learn(weighed.row(counts), value)
    if (index % DECISIONS_PER_TURN === 0) await nextTurn()
  }
  return rows
}

function withoutFeatures(name: string, decisions: number): JudgedPolicy {
  return {
    ...{ name, source: 'candidate', value: null, windows: [] },
    refusal: {
      code: 'support_missing',
      reason: 'The log kept the features of the chosen actions only, as there were so many.',
      advice: 'Send fewer features, or evaluate another way to choose by an export of the log.',
    },
    total: { decisions, reward: 0, weight: 0, squares: 0, matches: 0 },
  }
}

/** Features by the magnitude of their terms in all decisions together. */
function weightiest(entries: readonly DecidedEntry[]): string[] {
  const weights = new Map<string, number>()
  for (const { terms } of entries) {
    for (const { feature, share } of terms) {
      weights.set(feature, (weights.get(feature) ?? 0) + Math.abs(share))
    }
  }
  const named = [...weights].filter(([feature, weight]) => weight > 0 && !isConstant(feature))
  named.sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
  return named.slice(0, FEATURES_NAMED_MAX).map(([feature]) => feature)
}

function isConstant(feature: string): boolean {
  return feature === 'exploration' || feature === 'baseline' || feature.endsWith(':bias')
}
