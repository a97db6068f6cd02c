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
  rank(question: Question): Ranked {
    const visible = this.#visible(question)
    const sequence = visible.map((number) => (this.#items[number] ?? 0) - 1)
    const level = visible.length === 0 ? 'everyone' : question.level
    const exclude = question.repeats ? [] : new Set(sequence.filter((item) => item >= 0))
    const limit = question.limit
    const best = scoreItems(this.#ranker, level, sequence, { exclude, limit })
    const { features, places } = distinct(visible)
    const terms = Array.from(best.indices, (item) => {
      const { bias, events } = termsOf(this.#ranker, level, sequence, item)
      const row = new Int32Array(1 + features.length)
      row[0] = bias
      for (let step = 0; step < events.length; step++) {
        const place = places[step] as number
        row[place] = (row[place] as number) + (events[step] as number)
      }
      return row
    })
    return {
      personalization: level,
      candidates: this.#numbers.length - (Array.isArray(exclude) ? 0 : exclude.size),
      scale: best.scale,
      choices: Array.from(best.indices, (item) => this.#numbers[item] as number),
      scores: Array.from(best.scores),
      features,
      terms,
    }
  }

  /** The part of the sequence that the level may use. */
  #visible({ level, sequence }: Question): Int32Array {
    if (level === 'everyone') return sequence.subarray(0, 0)
    if (level === 'history') return sequence
    const moment = this.#ranker.sequence.scales[0]?.weights.length ?? 0
    return sequence.subarray(Math.max(0, sequence.length - moment))
  }

  close(): void {
    this.#ranker.close()
  }
}

/** Each item of the sequence once, with its latest step; and by step the place of its item, from 1. */
function distinct(sequence: Int32Array): { features: RankedFeature[]; places: Int32Array } {
  const placeOf = new Map<number, number>()
  const features: RankedFeature[] = []
  const places = new Int32Array(sequence.length)
  for (let step = sequence.length - 1; step >= 0; step--) {
    const item = sequence[step] as number
    let place = placeOf.get(item)
    if (place === undefined) {
      features.push({ item, step })
      place = features.length
      placeOf.set(item, place)
    }
    places[step] = place
  }
  return { features, places }
}
