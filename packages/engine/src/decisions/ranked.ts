import type { PersonalizationLevel } from '@adsum/protocol'

/** What a ranker answers, in numbers: everything that reasons and the stored record are made of. */
export interface Ranked {
  /** The level that answered; somebody without history gets what everyone gets. */
  readonly personalization: PersonalizationLevel
  /** Items that could have been chosen. */
  readonly candidates: number
  /** `score / scale` is the predicted value. */
  readonly scale: number
  /** Numbers of the chosen items, best first. */
  readonly choices: readonly number[]
  readonly scores: readonly number[]
  /** The history that has shares: numbers of items, each once, with the step that used it last. */
  readonly features: readonly RankedFeature[]
  /** Per choice: the share of the base, then one per feature; each row adds up to the score. */
  readonly terms: readonly Int32Array[]
}

export interface RankedFeature {
  readonly item: number
  /** Index of the latest step with this item. */
  readonly step: number
}
