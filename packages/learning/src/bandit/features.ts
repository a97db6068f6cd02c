import { LearningError, requireArgument } from '../errors.ts'
import type { BanditConfiguration } from './configuration.ts'

/**
 * Named values: a number as it is, a text or a truth as a feature of its own (`device=tv`), a list as one
 * feature per text. Nested objects are flattened by the caller.
 */
export type Features = Readonly<Record<string, number | string | boolean | readonly string[]>>

/** Where features come from. Action features are crossed with the other two. */
export type Namespace = 'context' | 'trait' | 'action'

/** 1 in the integers of a row. */
export const VALUE_UNIT = 256
/** Numbers grow as they are up to here, and by their logarithm beyond, so that no row outweighs all. */
const VALUE_LINEAR_MAX = 8
/** The largest magnitude of a value, in units of 1. */
export const VALUE_MAX = 128
/** Features of one kind in a request. */
export const FEATURES_MAX = 2048

/** Sparse integers: values in 1 / VALUE_UNIT, at places; each place once, ascending. */
export interface SparseRow {
  readonly places: Int32Array
  readonly values: Int32Array
}

/** A feature at its place; its name is put together only when someone asks. */
export interface PlacedFeature {
  readonly namespace: Namespace
  readonly name: string
  readonly text: string | null
  readonly place: number
  /** In VALUE_UNIT. */
  readonly value: number
}

/** How a feature is called in `known` and in terms: `context:age`, `context:device=tv`. */
export function featureName(namespace: Namespace, name: string, text?: string | null): string {
  return text == null ? `${namespace}:${name}` : `${namespace}:${name}=${text}`
}

/**
 * Gives every feature a place in [1, dimensions): known ones their own, others by hashing (Weinberger et
 * al. 2009, unsigned), so that places depend on nothing but the name. Place 0 is the bias.
 */
export class FeaturePlaces {
  readonly #known: ReadonlyMap<string, number>
  /** Spares putting a name together where it cannot be a known one. */
  readonly #knownHashes: ReadonlySet<number>
  readonly #first: number
  readonly #hashed: number

  constructor({ known, dimensions }: BanditConfiguration) {
    this.#known = new Map(known.map((name, index) => [name, index + 1]))
    this.#knownHashes = new Set(known.map((name) => hashText(FNV_OFFSET, name)))
    // Known features may fill everything but the last place, which is then shared by all others.
    this.#first = Math.min(known.length + 1, dimensions - 1)
    this.#hashed = dimensions - this.#first
  }

  /** Appends what `features` say, zeros left out. */
  collect(namespace: Namespace, features: Features, found: PlacedFeature[]): void {
    const start = found.length
    const push = (name: string, text: string | null, value: number) => {
      requireArgument(
        found.length - start < FEATURES_MAX,
        `at most ${FEATURES_MAX} features of one kind`,
      )
      if (value === 0) return
      found.push({ namespace, name, text, place: this.#place(namespace, name, text), value })
    }
    for (const name in features) {
      const value = features[name] as Features[string]
      if (typeof value === 'number') push(name, null, quantise(value, name))
      else if (typeof value === 'object') {
        for (const text of value) push(name, text, VALUE_UNIT)
      } else push(name, String(value), VALUE_UNIT)
    }
  }

  #place(namespace: Namespace, name: string, text: string | null): number {
    let hash = hashText(NAMESPACE_HASHES[namespace], name)
    if (text !== null) hash = hashText(hashText(hash, '='), text)
    const known = this.#knownHashes.has(hash)
      ? this.#known.get(featureName(namespace, name, text))
      : undefined
    return known ?? this.#first + (mix(hash) % this.#hashed)
  }
}

/** The value in integers. Throws `argument_invalid` for what is not a number. */
function quantise(value: number, name: string): number {
  if (!Number.isFinite(value)) {
    throw new LearningError('argument_invalid', `the feature ${name} is not a finite number`)
  }
  const size = Math.abs(value)
  const held =
    size <= VALUE_LINEAR_MAX ? size : VALUE_LINEAR_MAX * (1 + Math.log(size / VALUE_LINEAR_MAX))
  return Math.sign(value) * Math.round(Math.min(held, VALUE_MAX) * VALUE_UNIT)
}

/** The place that all actions share for a feature of the moment and one of the action (0: none). */
export function crossPlace(base: number, action: number, dimensions: number): number {
  if (base === 0 && action === 0) return 0
  const mixed = mix(Math.imul(base + 1, 0x9e3779b1) ^ Math.imul(action + 1, 0x85ebca77))
  return 1 + (mixed % (dimensions - 1))
}

const FNV_OFFSET = 0x811c9dc5

/** FNV-1a over code units, going on from `hash`: hashing two texts one after the other hashes both joined. */
function hashText(hash: number, text: string): number {
  let state = hash
  for (let at = 0; at < text.length; at++) {
    state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
  }
  return state
}

/** Where the hashes of names begin: those of `context:`, `trait:` and `action:`. */
const NAMESPACE_HASHES: Readonly<Record<Namespace, number>> = {
  context: hashText(FNV_OFFSET, 'context:'),
  trait: hashText(FNV_OFFSET, 'trait:'),
  action: hashText(FNV_OFFSET, 'action:'),
}

/** The finaliser of MurmurHash3 (Appleby): every bit depends on every other. */
function mix(hash: number): number {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
