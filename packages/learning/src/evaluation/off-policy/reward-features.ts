import type { Candidate, Knowledge, LoggedDecision } from './logged-decision.ts'

/** Features of one model of rewards; the rarest beyond it are left out. */
export const REWARD_FEATURES_MAX = 800

/** A sparse row: features that are not zero. */
export interface SparseRow {
  readonly features: number[]
  readonly values: number[]
}

/** What kind a feature is: each kind has a penalty of its own. */
export type FeatureKind = 'constant' | 'alone' | 'crossed'

/**
 * The features of a decision and one of its candidates: a constant; the context, the position, the option
 * and what is known of it, each alone; and the context crossed with the option, which is what makes a model
 * personal. Numbers are divided by their spread, texts are categories.
 */
export class RewardFeatures {
  readonly kinds: FeatureKind[] = ['constant']
  readonly #numbers: ReadonlyMap<string, number>
  readonly #spread: ReadonlyMap<string, number>

  /** Learns names and spreads from what was chosen. */
  constructor(decisions: readonly LoggedDecision[]) {
    const uses = new Map<string, { count: number; squares: number; kind: FeatureKind }>()
    for (const decision of decisions) {
      const candidate = decision.candidates[decision.chosen]
      if (candidate === undefined) continue
      for (const [name, value, kind] of named(decision, candidate)) {
        const use = uses.get(name) ?? { count: 0, squares: 0, kind }
        use.count++
        use.squares += value * value
        uses.set(name, use)
      }
    }
    // By use, then by name, so that the order of a log changes nothing.
    const kept = [...uses]
      .sort(([a, { count: m }], [b, { count: n }]) => n - m || (a < b ? -1 : 1))
      .slice(0, REWARD_FEATURES_MAX - 1)
    this.#numbers = new Map(kept.map(([name], index) => [name, index + 1]))
    this.#spread = new Map(
      kept.map(([name, { squares, count }]) => [name, Math.sqrt(squares / count) || 1]),
    )
    for (const [, { kind }] of kept) this.kinds.push(kind)
  }

  get count(): number {
    return this.kinds.length
  }

  /** The row of an option; what was never seen is left out. */
  row(decision: LoggedDecision, candidate: Candidate): SparseRow {
    const features = [0]
    const values = [1]
    for (const [name, value] of named(decision, candidate)) {
      const feature = this.#numbers.get(name)
      if (feature === undefined) continue
      features.push(feature)
      values.push(value / (this.#spread.get(name) ?? 1))
    }
    return { features, values }
  }
}

function* named(
  { context, position }: LoggedDecision,
  { id, features }: Candidate,
): Generator<readonly [string, number, FeatureKind]> {
  yield [`option\u0000${id}`, 1, 'alone']
  if (position !== null) yield [`position\u0000${position}`, 1, 'alone']
  for (const [name, value] of numeric(context)) {
    yield [`context\u0000${name}`, value, 'alone']
    yield [`crossed\u0000${id}\u0000${name}`, value, 'crossed']
  }
  for (const [name, value] of numeric(features ?? {}))
    yield [`feature\u0000${name}`, value, 'alone']
}

/** Categories as `name=value` with 1; zeros are left out. */
function* numeric(known: Knowledge): Generator<readonly [string, number]> {
  for (const [name, value] of Object.entries(known)) {
    if (typeof value === 'string') yield [`${name}=${value}`, 1]
    else if (value !== 0) yield [name, value]
  }
}
