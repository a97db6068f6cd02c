import { type RankerModel, scoreItems, termsOf } from '@adsum/learning'
import type { PersonalizationLevel } from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { Ranked, RankedFeature } from '../decisions/ranked.ts'
import type { ModelManifest } from '../ports.ts'

/** A question to the model. */
export interface Question {
  readonly level: PersonalizationLevel
  /** Numbers of the items in the person's learned sequence, oldest first. */
  readonly sequence: Int32Array
  /** Whether items of the sequence may be chosen again. */
  readonly repeats: boolean
  readonly limit: number
}

/** A model in service: the ranker, and the translation between its items and those of the catalogue. */
export class ServedModel {
  readonly manifest: ModelManifest
  readonly #ranker: RankerModel
  /** By item of the model: number in the catalogue. */
  readonly #numbers: Int32Array
  /** By number in the catalogue: item of the model plus one; 0 where the model does not know it. */
  readonly #items: Int32Array

  constructor(
    manifest: ModelManifest,
    ranker: RankerModel,
    catalogue: Catalogue,
    itemType: string,
  ) {
    this.manifest = manifest
    this.#ranker = ranker
    this.#numbers = Int32Array.from(ranker.items, (id) => catalogue.numberOf(itemType, id))
    this.#items = new Int32Array(catalogue.size)
    for (const [index, number] of this.#numbers.entries()) this.#items[number] = index + 1
  }

  /** The best items for the person, with every term of every score. */
  rank({ level: asked, sequence, repeats, limit }: Question): Ranked {
    const recent = latest(sequence, this.#reach(asked))
    const level = recent.length === 0 ? 'everyone' : asked
    const history = recent.map((number) => this.#itemOf(number))
    const excluded = new Set<number>()
    if (!repeats) {
      for (const number of level === 'history' ? sequence : recent) {
        const item = this.#itemOf(number)
        if (item >= 0) excluded.add(item)
      }
    }
    const best = scoreItems(this.#ranker, level, history, { exclude: excluded, limit })
    const { features, places } = distinct(recent, sequence.length - recent.length)
    return {
      personalization: level,
      candidates: this.#numbers.length - excluded.size,
      scale: best.scale,
      choices: Array.from(best.indices, (item) => this.#numbers[item] as number),
      scores: Array.from(best.scores),
      features,
      terms: Array.from(best.indices, (item) => {
        const { bias, events } = termsOf(this.#ranker, level, history, item)
        return byFeature(bias, events, places, features.length)
      }),
    }
  }

  /** Steps back that the level looks. */
  #reach(level: PersonalizationLevel): number {
    if (level === 'everyone') return 0
    const { scales } = this.#ranker.sequence
    const looked = level === 'moment' ? scales.slice(0, 1) : scales
    return Math.max(...looked.map(({ weights }) => weights.length))
  }

  /** Item of the model with a number of the catalogue, or -1. */
  #itemOf(number: number): number {
    return (this.#items[number] ?? 0) - 1
  }

  close(): void {
    this.#ranker.close()
  }
}

function latest(sequence: Int32Array, count: number): Int32Array {
  return sequence.subarray(Math.max(0, sequence.length - count))
}

/**
 * Each item of the recent steps once, with its latest step; and by step the place of its item among
 * the terms, from 1.
 * @param first index of the first recent step in the whole sequence.
 */
function distinct(
  recent: Int32Array,
  first: number,
): { readonly features: RankedFeature[]; readonly places: Int32Array } {
  const placeOf = new Map<number, number>()
  const features: RankedFeature[] = []
  const places = new Int32Array(recent.length)
  for (let step = recent.length - 1; step >= 0; step--) {
    const item = recent[step] as number
    let place = placeOf.get(item)
    if (place === undefined) {
      features.push({ item, step: first + step })
      place = features.length
      placeOf.set(item, place)
    }
    places[step] = place
  }
  return { features, places }
}

/** The share of the base, then one per feature: the shares of its steps together. */
function byFeature(
  bias: number,
  events: Int32Array,
  places: Int32Array,
  features: number,
): Int32Array {
  const row = new Int32Array(1 + features)
  row[0] = bias
  for (let step = 0; step < events.length; step++) {
    const place = places[step] as number
    row[place] = (row[place] as number) + (events[step] as number)
  }
  return row
}
