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

interface Feature {
  readonly kind: FeatureKind
  /** What it is called within its group, and the group: they order features alike whatever the log's order. */
  readonly name: string
  count: number
  squares: number
  /** Its place in a row; -1 when it is left out. */
  place: number
}

/** A name and a value that is not zero. */
type Named = readonly [string, number]

/** Features by name. */
type Group = Map<string, Feature>

/**
 * The features of a decision and one of its candidates: a constant; the context, the position, the option
 * and what is known of it, each alone; and the context crossed with the option, which is what makes a model
 * personal. Numbers are divided by their root mean square, texts are categories.
 */
export class RewardFeatures {
  /** By place; the first is the constant. */
  readonly kinds: readonly FeatureKind[]
  readonly #alone: Group = new Map()
  /** By option, then by name of the context. */
  readonly #crossed = new Map<string, Group>()

  /** Learns names and sizes from what was chosen. */
  constructor(decisions: readonly LoggedDecision[]) {
    for (const decision of decisions) this.#count(decision)
    const kept = [this.#alone, ...this.#crossed.values()]
      .flatMap((group) => [...group.values()])
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
      .slice(0, REWARD_FEATURES_MAX - 1)
    for (const [index, feature] of kept.entries()) feature.place = index + 1
    this.kinds = ['constant', ...kept.map(({ kind }) => kind)]
  }

  #count(decision: LoggedDecision): void {
    const candidate = decision.candidates[decision.chosen]
    if (candidate === undefined) return
    const crossed = this.#crossed.get(candidate.id) ?? new Map()
    this.#crossed.set(candidate.id, crossed)
    const context = numeric(decision.context)
    for (const [name, value] of [...context, ...ofOption(decision, candidate)]) {
      count(this.#alone, { name, key: name, kind: 'alone', value })
    }
    for (const [name, value] of context) {
      const key = `${candidate.id}\u0000${name}`
      count(crossed, { name, key, kind: 'crossed', value })
    }
  }

  /** A row per candidate; what was never seen is left out. */
  rows(decision: LoggedDecision, candidates: readonly Candidate[]): SparseRow[] {
    const context = numeric(decision.context)
    return candidates.map((candidate) => {
      const row: SparseRow = { features: [0], values: [1] }
      for (const [name, value] of context) append(row, this.#alone.get(name), value)
      for (const [name, value] of ofOption(decision, candidate)) {
        append(row, this.#alone.get(name), value)
      }
      const crossed = this.#crossed.get(candidate.id)
      if (crossed === undefined) return row
      for (const [name, value] of context) append(row, crossed.get(name), value)
      return row
    })
  }
}

function count(
  group: Group,
  use: { readonly name: string; readonly key: string; kind: FeatureKind; value: number },
): void {
  const feature = group.get(use.name) ?? {
    kind: use.kind,
    name: use.key,
    count: 0,
    squares: 0,
    place: -1,
  }
  feature.count++
  feature.squares += use.value * use.value
  group.set(use.name, feature)
}

function append(
  { features, values }: SparseRow,
  feature: Feature | undefined,
  value: number,
): void {
  if (feature === undefined || feature.place < 0) return
  features.push(feature.place)
  values.push(value / Math.sqrt(feature.squares / feature.count))
}

/** What is known of an option and its place, without the context. */
function ofOption({ position }: LoggedDecision, { id, features }: Candidate): Named[] {
  const known: Named[] = [[`option\u0000${id}`, 1]]
  if (position !== null) known.push([`position\u0000${position}`, 1])
  if (features !== undefined) {
    for (const [name, value] of numeric(features)) known.push([`feature\u0000${name}`, value])
  }
  return known
}

/** Categories as `name=value` with 1; zeros are left out. */
function numeric(known: Knowledge): Named[] {
  const values: Named[] = []
  for (const [name, value] of Object.entries(known)) {
    if (typeof value === 'string') values.push([`${name}=${value}`, 1])
    else if (value !== 0) values.push([name, value])
  }
  return values
}
