import { AdsumError, FEATURE_LENGTH_MAX, FEATURES_DEPTH_MAX, FEATURES_MAX } from '@adsum/protocol'

/** Named plain values: what the learner reads. */
export type FlatFeatures = Readonly<Record<string, number | string | boolean | readonly string[]>>

/** Between the names of what is nested. */
const PATH_SEPARATOR = '.'

/**
 * Features as a request brings them, an object or a list of objects, with what is nested named by its
 * path: `{ device: { kind: 'tv' } }` is `device.kind=tv`. `null` says "unknown" and is left out. A list of
 * texts is one feature per text; other lists count their places.
 *
 * @param path of the features in the request, for errors
 * @throws AdsumError `feature_invalid`
 */
export function flattenFeatures(features: unknown, path: string): FlatFeatures {
  if (features === undefined || features === null) return {}
  const flattening = new Flattening(path)
  if (Array.isArray(features)) {
    for (const [index, part] of features.entries()) {
      flattening.object(part, '', `${path}[${index}]`, 1)
    }
  } else flattening.object(features, '', path, 1)
  return flattening.flat
}

class Flattening {
  /** Without a prototype: a feature may be called `constructor`. */
  readonly flat: Record<string, number | string | boolean | readonly string[]> = Object.create(null)
  readonly #path: string
  #count = 0

  constructor(path: string) {
    this.#path = path
  }

  object(value: unknown, prefix: string, path: string, depth: number): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#refusal(prefix, 'expected an object with named values', path)
    }
    if (depth > FEATURES_DEPTH_MAX) {
      throw this.#refusal(prefix, `nested deeper than ${FEATURES_DEPTH_MAX} levels`, path)
    }
    for (const [key, part] of Object.entries(value)) {
      this.#value(part, prefix === '' ? key : prefix + PATH_SEPARATOR + key, depth)
    }
  }

  #value(value: unknown, name: string, depth: number): void {
    this.#countOne(name)
    if (value === null) return
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw this.#refusal(name, 'not a finite number')
    }
    if (typeof value === 'number' || typeof value === 'boolean') this.#put(name, value)
    else if (typeof value === 'string') this.#put(name, this.#text(value, name))
    else if (Array.isArray(value)) this.#list(value, name, depth)
    else if (typeof value === 'object') this.object(value, name, this.#path, depth + 1)
    else throw this.#refusal(name, `a ${typeof value} cannot be read`)
  }

  #list(list: readonly unknown[], name: string, depth: number): void {
    const texts = list.filter((part) => typeof part === 'string')
    if (texts.length === list.length) {
      for (const _ of texts) this.#countOne(name)
      const different = new Set(texts.map((text) => this.#text(text, name)))
      if (different.size > 0) this.#put(name, [...different])
      return
    }
    if (depth >= FEATURES_DEPTH_MAX) {
      throw this.#refusal(name, `nested deeper than ${FEATURES_DEPTH_MAX} levels`)
    }
    for (const [index, part] of list.entries()) {
      this.#value(part, `${name}${PATH_SEPARATOR}${index}`, depth + 1)
    }
  }

  #text(text: string, name: string): string {
    if (text.length <= FEATURE_LENGTH_MAX) return text
    throw this.#refusal(name, `longer than ${FEATURE_LENGTH_MAX} characters`)
  }

  #put(name: string, value: number | string | boolean | readonly string[]): void {
    if (name.length > FEATURE_LENGTH_MAX) {
      const problem = `its name is longer than ${FEATURE_LENGTH_MAX} characters`
      throw this.#refusal(name.slice(0, FEATURE_LENGTH_MAX), problem)
    }
    this.flat[name] = value
  }

  /** Whatever has a name or a place in a list counts, so that nothing is read that has no bound. */
  #countOne(name: string): void {
    this.#count++
    if (this.#count > FEATURES_MAX) throw this.#tooMany(name)
  }

  #tooMany(name: string): AdsumError {
    return this.#refusal(name, `there are more than ${FEATURES_MAX}`)
  }

  #refusal(feature: string, problem: string, path: string = this.#path): AdsumError {
    const named = feature.slice(0, FEATURE_LENGTH_MAX)
    return new AdsumError('feature_invalid', { feature: named, problem }, { path })
  }
}
