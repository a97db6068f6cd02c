import type { Person } from './people.ts'

/** One thing that can be chosen, once per person. */
export interface WorldItem {
  readonly id: string
  /** What tastes refer to, such as `genre:drama`; each at most once. */
  readonly attributes: readonly string[]
  /** How well known it is: log-odds added for everybody. */
  readonly fame: number
  /** Its place in a series, from 1; `null` when it stands alone. */
  readonly series: { readonly name: string; readonly part: number } | null
}

/** The items of a world with everything about them that a choice depends on, by number. */
export interface Catalogue {
  readonly items: readonly WorldItem[]
  readonly numbers: ReadonlyMap<string, number>
  /** Numbers of the items that share an attribute. */
  readonly byAttribute: ReadonlyMap<string, readonly number[]>
  readonly fames: Float64Array
  /** Number of the part before this one in its series; -1 when there is none. */
  readonly predecessors: Int32Array
}

/** Log-odds for the part of a series that comes next, just after the one before it. */
const SEQUEL_PULL = 5
/** That pull halves with every so many choices in between. */
const SEQUEL_HALF_LIFE = 6
/** Log-odds for a part whose predecessor was not chosen. */
const OUT_OF_ORDER = -4
/** Log-odds for an item that has all attributes of the last choice: people are in a mood for a while. */
const MOOD_PULL = 2
/** The mood reaches back so many choices, each counting half of the one after it. */
const MOOD_REACH = 3

export function catalogueOf(items: readonly WorldItem[]): Catalogue {
  const numbers = new Map(items.map((item, number) => [item.id, number]))
  const byAttribute = new Map<string, number[]>()
  const byPart = new Map<string, number>()
  const partKey = (name: string, part: number) => `${part} ${name}`
  for (const [number, { attributes, series }] of items.entries()) {
    if (series !== null) byPart.set(partKey(series.name, series.part), number)
    for (const attribute of attributes) {
      const sharing = byAttribute.get(attribute)
      if (sharing === undefined) byAttribute.set(attribute, [number])
      else sharing.push(number)
    }
  }
  const predecessors = Int32Array.from(items, ({ series }) =>
    series === null ? -1 : (byPart.get(partKey(series.name, series.part - 1)) ?? -1),
  )
  const fames = Float64Array.from(items, ({ fame }) => fame)
  return { items, numbers, byAttribute, fames, predecessors }
}

/**
 * The truth of a world: the probability of each item to be somebody's next choice.
 *
 *   P(i) ∝ exp(fame_i + Σ_{a in i} taste_a(t) + mood_i(history) + series_i(history)), 0 if i was chosen
 *
 * @param history numbers of the items chosen so far, oldest first
 * @param time milliseconds since 1970
 * @returns one number per item, adding up to 1
 * @throws RangeError when everything has been chosen.
 */
export function choiceProbabilities(
  catalogue: Catalogue,
  person: Person,
  history: readonly number[],
  time: number,
): Float64Array {
  const odds = tasteOdds(catalogue, person, time)
  for (let number = 0; number < odds.length; number += 1) odds[number]! += catalogue.fames[number]!
  addMood(catalogue, history, odds)
  addSeries(catalogue, history, odds)
  for (const number of history) odds[number] = Number.NEGATIVE_INFINITY
  return softmax(odds)
}

/** exp(odds) scaled to the sum 1, in place. */
function softmax(odds: Float64Array): Float64Array {
  let highest = Number.NEGATIVE_INFINITY
  for (const value of odds) highest = Math.max(highest, value)
  if (highest === Number.NEGATIVE_INFINITY) throw new RangeError('everything has been chosen')
  let total = 0
  for (let at = 0; at < odds.length; at += 1) {
    const weight = Math.exp(odds[at]! - highest)
    odds[at] = weight
    total += weight
  }
  for (let at = 0; at < odds.length; at += 1) odds[at]! /= total
  return odds
}

/** What somebody's taste alone says of each item at a time, in log-odds. */
export function tasteOdds(catalogue: Catalogue, person: Person, time: number): Float64Array {
  const drift = driftAt(person, time)
  const odds = new Float64Array(catalogue.items.length)
  for (const [attribute, sharing] of catalogue.byAttribute) {
    const before = person.tastesAtFirst.get(attribute) ?? 0
    const now = person.tastesNow.get(attribute) ?? 0
    const taste = before + drift * (now - before)
    for (const number of sharing) odds[number]! += taste
  }
  return odds
}

/** How much of the drift has happened: 0 at the first choice on record, 1 at the last and after it. */
function driftAt(person: Person, time: number): number {
  const first = person.times[0] ?? time
  const last = person.times.at(-1) ?? time
  if (last <= first) return 1
  return Math.min(1, Math.max(0, (time - first) / (last - first)))
}

function addMood(catalogue: Catalogue, history: readonly number[], odds: Float64Array): void {
  for (const [lag, recent] of history.slice(-MOOD_REACH).reverse().entries()) {
    const attributes = catalogue.items[recent]?.attributes ?? []
    const pull = (MOOD_PULL * 0.5 ** lag) / Math.max(1, attributes.length)
    for (const attribute of attributes) {
      for (const number of catalogue.byAttribute.get(attribute) ?? []) odds[number]! += pull
    }
  }
}

function addSeries(catalogue: Catalogue, history: readonly number[], odds: Float64Array): void {
  for (let number = 0; number < odds.length; number += 1) {
    const predecessor = catalogue.predecessors[number]!
    if (predecessor < 0) continue
    const at = history.lastIndexOf(predecessor)
    const ago = history.length - 1 - at
    odds[number]! += at < 0 ? OUT_OF_ORDER : SEQUEL_PULL * 0.5 ** (ago / SEQUEL_HALF_LIFE)
  }
}
