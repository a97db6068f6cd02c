/** What the engine tells its trainer, and what it hears back. */

/** A person's learned sequence as numbers of items; empty to forget them. */
export interface PersonSequence {
  readonly person: string
  readonly sequence: Int32Array
}

export type TrainerRequest =
  | { readonly kind: 'open'; readonly app: string; readonly secret: Uint8Array }
  | {
      readonly kind: 'items'
      readonly app: string
      readonly first: number
      readonly names: readonly string[]
    }
  | { readonly kind: 'people'; readonly app: string; readonly people: readonly PersonSequence[] }
  | { readonly kind: 'forget'; readonly app: string; readonly person: string }
  | { readonly kind: 'compare'; readonly app: string; readonly people: readonly PersonSequence[] }
  | { readonly kind: 'compared'; readonly app: string }
  | { readonly kind: 'fit'; readonly app: string }
  | { readonly kind: 'close'; readonly app: string }

/** Fingerprints of the statistics around an erasure. */
export interface ForgetAnswer {
  readonly before: string
  readonly after: string
}

/** The statistics as kept, beside those summed up anew. */
export interface CompareAnswer {
  /** Whether every integer is equal. */
  readonly equal: boolean
  readonly kept: string
  readonly rebuilt: string
}

export interface FitAnswer {
  /** The bytes of the model; null when there is nothing to learn from. */
  readonly model: Uint8Array | null
  readonly id: string
  readonly features: number
  readonly seconds: number
}

export type TrainerAnswer = ForgetAnswer | CompareAnswer | FitAnswer | Record<string, never>

/** The envelope around requests and answers. */
export interface Envelope<Body> {
  readonly call: number
  readonly body: Body
}

export interface Failure {
  readonly call: number
  readonly failure: string
}
