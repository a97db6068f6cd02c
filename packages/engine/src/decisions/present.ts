import { type Choice, REASONS_NAMED_MAX, type Reason } from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { DecisionRecord } from './record.ts'
import { whenInWords } from './when-in-words.ts'

/** How the terms of a decision are put into words. */
export interface Wording {
  readonly catalogue: Catalogue
  /** Event type of the history, for the names of features. */
  readonly goal: string
  /** "You watched". */
  readonly verb: string
}

/** The choices of a decision, each with its weightiest reasons and one line for all the others. */
export function presentChoices(record: DecisionRecord, wording: Wording): Choice[] {
  const phrases = new Phrases(record, wording)
  return record.choices.map((number, row) => {
    const terms = record.terms[row] as Int32Array
    return { ...presentItem(record, wording, number, row), reasons: shortReasons(terms, phrases) }
  })
}

/** The choices of a decision with every term. */
export function presentTerms(
  record: DecisionRecord,
  wording: Wording,
): (Choice & { terms: Reason[] })[] {
  const phrases = new Phrases(record, wording)
  return record.choices.map((number, row) => {
    const terms = record.terms[row] as Int32Array
    return {
      ...presentItem(record, wording, number, row),
      reasons: shortReasons(terms, phrases),
      terms: Array.from(terms, (share, index) => phrases.reason(index, share)),
    }
  })
}

/** What another system chose: we have no score of it, and no reasons. */
export function presentIncumbents(items: readonly number[], catalogue: Catalogue): Choice[] {
  return items.map((number) => {
    const item = catalogue.at(number)
    const title = catalogue.title(item)
    return { item: item.id, title, score: 0, scale: 1, propensity: 1, reasons: [] }
  })
}

function presentItem(record: DecisionRecord, wording: Wording, number: number, row: number) {
  const item = wording.catalogue.at(number)
  return {
    item: item.id,
    title: wording.catalogue.title(item),
    score: record.scores[row] as number,
    scale: record.scale,
    propensity: 1,
  }
}

/**
 * The weightiest terms one by one (by size, whatever the sign) and the sum of the others, so that the
 * shares still add up to the score exactly.
 */
function shortReasons(terms: Int32Array, phrases: Phrases): Reason[] {
  const heaviest = heaviestTerms(terms)
  const reasons = heaviest.map((index) => phrases.reason(index, terms[index] as number))
  let others = 0
  let othersShare = 0
  for (const share of terms) {
    if (share !== 0) others++
    othersShare += share
  }
  for (const { share } of reasons) {
    if (share !== 0) others--
    othersShare -= share
  }
  if (others > 0) {
    const text = others === 1 ? 'One smaller reason' : `${others} smaller reasons`
    reasons.push({ feature: 'other', text, share: othersShare })
  }
  return reasons
}

/** Indices of the largest terms by size, largest first; ties by index. A lone zero still counts. */
function heaviestTerms(terms: Int32Array): number[] {
  const heaviest: number[] = []
  let least = terms.length > 1 ? 0 : -1
  for (let index = 0; index < terms.length; index++) {
    const size = Math.abs(terms[index] as number)
    if (size <= least) continue
    let place = heaviest.length
    while (place > 0 && Math.abs(terms[heaviest[place - 1] as number] as number) < size) place--
    heaviest.splice(place, 0, index)
    if (heaviest.length > REASONS_NAMED_MAX) heaviest.pop()
    if (heaviest.length === REASONS_NAMED_MAX) {
      least = Math.abs(terms[heaviest[REASONS_NAMED_MAX - 1] as number] as number)
    }
  }
  return heaviest
}

/** Texts of terms, each made once per decision: index 0 is the base, then the history's items. */
class Phrases {
  readonly #record: DecisionRecord
  readonly #wording: Wording
  readonly #made: (Omit<Reason, 'share'> | undefined)[] = []

  constructor(record: DecisionRecord, wording: Wording) {
    this.#record = record
    this.#wording = wording
  }

  reason(index: number, share: number): Reason {
    const phrase = this.#made[index] ?? (index === 0 ? this.#base() : this.#history(index - 1))
    this.#made[index] = phrase
    return { feature: phrase.feature, text: phrase.text, share }
  }

  #base(): Omit<Reason, 'share'> {
    const everyone = this.#record.personalization === 'everyone'
    const text = everyone ? 'Popular with everyone' : 'How popular it is with everyone'
    return { feature: 'everyone', text }
  }

  #history(index: number): Omit<Reason, 'share'> {
    const { catalogue, goal, verb } = this.#wording
    const feature = this.#record.features[index]
    if (feature === undefined) throw new RangeError(`no feature ${index}`)
    const item = catalogue.at(feature.item)
    const when = feature.time === null ? '' : ` ${whenInWords(feature.time, this.#record.time)}`
    return { feature: `${goal}:${item.id}`, text: `${verb} ${catalogue.title(item)}${when}` }
  }
}
