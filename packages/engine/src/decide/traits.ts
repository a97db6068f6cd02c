import type { PersonalizationLevel } from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { FlatFeatures } from './flatten-features.ts'

/** Latest steps of a history that traits are made of, by how much of it may be used. */
const STEPS: Readonly<Record<PersonalizationLevel, number>> = {
  everyone: 0,
  moment: 3,
  history: 50,
}

/** Traits of one person: those that most of the items carry. */
export const TRAITS_MAX = 50

/** What a person's latest items have in common: per tag the share of the items that carry it. */
export class Traits {
  readonly #catalogue: Catalogue
  /** A history's array is another one after every event. */
  readonly #known: Record<PersonalizationLevel, WeakMap<Int32Array, FlatFeatures>> = {
    everyone: new WeakMap(),
    moment: new WeakMap(),
    history: new WeakMap(),
  }

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue
  }

  /** @param sequence numbers of the items of the history, oldest first */
  of(sequence: Int32Array, level: PersonalizationLevel): FlatFeatures {
    const known = this.#known[level].get(sequence)
    if (known !== undefined) return known
    const traits = this.#count(sequence.subarray(Math.max(0, sequence.length - STEPS[level])))
    this.#known[level].set(sequence, traits)
    return traits
  }

  #count(latest: Int32Array): FlatFeatures {
    const counts = new Map<string, number>()
    for (const number of latest) {
      for (const [name, value] of Object.entries(this.#catalogue.at(number).attributes)) {
        if (!Array.isArray(value)) continue
        for (const tag of value)
          counts.set(`${name}=${tag}`, (counts.get(`${name}=${tag}`) ?? 0) + 1)
      }
    }
    const frequent = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    const traits = frequent.slice(0, TRAITS_MAX)
    return Object.fromEntries(traits.map(([name, count]) => [name, count / latest.length]))
  }
}
