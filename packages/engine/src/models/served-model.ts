import { groupedTerms, type RankerModel, scoreItems } from '@adsum/learning'
import type { AppView, PersonalizationLevel } from '@adsum/protocol'
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
    const history = this.#itemsOf(recent)
    const seen = level === 'history' ? this.#itemsOf(sequence) : history
    const exclude = repeats ? new Int32Array(0) : this.#known(seen)
    const best = scoreItems(this.#ranker, level, history, { exclude, limit })
    const { features, places } = distinct(recent, sequence.length - recent.length)
    return {
      personalization: level,
      candidates: this.#numbers.length - exclude.length,
      scale: best.scale,
      choices: Array.from(best.indices, (item) => this.#numbers[item] as number),
      scores: Array.from(best.scores),
      features,
      terms: groupedTerms(this.#ranker, level, history, best.indices, places, features.length),
    }
  }

  /** Items of the model with these numbers of the catalogue, -1 where it has none. */
  #itemsOf(numbers: Int32Array): Int32Array {
    const items = new Int32Array(numbers.length)
    for (let at = 0; at < numbers.length; at++) {
      items[at] = (this.#items[numbers[at] as number] ?? 0) - 1
    }
    return items
  }

  /** The items that the model has, each once. */
  #known(items: Int32Array): Int32Array {
    const sorted = items.slice().sort()
    return sorted.filter((item, at) => item >= 0 && item !== sorted[at - 1])
  }

  /** Steps back that the level looks. */
  #reach(level: PersonalizationLevel): number {
    if (level === 'everyone') return 0
    const { scales } = this.#ranker.sequence
    const looked = level === 'moment' ? scales.slice(0, 1) : scales
    return Math.max(...looked.map(({ weights }) => weights.length))
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

/** A published model as everybody may see it. */
export function modelView(manifest: ModelManifest): NonNullable<AppView['model']> {
  return {
    id: manifest.id,
    fittedAt: new Date(manifest.fittedAt).toISOString(),
    seconds: manifest.seconds,
    logPosition: manifest.logPosition,
    features: manifest.features,
    bytes: manifest.bytes,
  }
}
