import type { ServedModel } from '../models/served-model.ts'
import type { Ranked } from './ranked.ts'

/** Answers kept: about 8 kB each at 20 choices. */
export const ANSWERS_KEPT_MAX = 8_192

/** What an answer depends on: the same objects mean the same answer. */
export interface Asked {
  readonly model: ServedModel
  /** The person's learned sequence; a new event gives a new array. */
  readonly sequence: Int32Array
  /** Everything else that was asked: surface, level, how many. */
  readonly key: string
}

/**
 * The latest answers of the model. Between two events of a person their answer does not change, and
 * people look more often than they act. The one unused for longest goes first.
 */
export class KeptAnswers {
  readonly #answers = new Map<string, Asked & { readonly ranked: Ranked }>()

  /** The answer to the same question, if it is kept. */
  find(user: string, asked: Asked): Ranked | undefined {
    const place = placeOf(user, asked)
    const kept = this.#answers.get(place)
    if (kept === undefined || kept.model !== asked.model || kept.sequence !== asked.sequence) {
      return undefined
    }
    this.#answers.delete(place)
    this.#answers.set(place, kept)
    return kept.ranked
  }

  keep(user: string, asked: Asked, ranked: Ranked): void {
    const place = placeOf(user, asked)
    this.#answers.delete(place)
    this.#answers.set(place, { ...asked, ranked })
    if (this.#answers.size <= ANSWERS_KEPT_MAX) return
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest)
      break
    }
  }

  /** Lets go of everything kept for a person. */
  forget(user: string): void {
    for (const place of this.#answers.keys()) {
      if (place.startsWith(`${user}\n`)) this.#answers.delete(place)
    }
  }

  /** Lets go of all: the model has changed. */
  clear(): void {
    this.#answers.clear()
  }
}

/** Identifiers hold no line breaks. */
function placeOf(user: string, { key }: Asked): string {
  return `${user}\n${key}`
}
