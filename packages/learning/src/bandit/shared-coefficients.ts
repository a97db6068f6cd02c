import type { BlockModel } from './block-model.ts'
import type { BanditConfiguration } from './configuration.ts'
import { crossPlace } from './features.ts'
import type { EncodedAction } from './request.ts'

/**
 * The coefficients that all actions share, for the features of one request: looked up once for every
 * feature of the moment and not once for every action.
 */
export class SharedCoefficients {
  readonly #model: BlockModel
  readonly #sharedDimensions: number
  /** Places of all features of the actions, each once; 0 stands for none. */
  readonly #features: number[] = [0]
  /** Where a place is in `#features`. */
  readonly #numbers: Int32Array
  readonly #byMoment: (Float64Array | undefined)[] = []

  constructor(
    model: BlockModel,
    actions: readonly EncodedAction[],
    { dimensions, sharedDimensions }: BanditConfiguration,
  ) {
    this.#model = model
    this.#sharedDimensions = sharedDimensions
    this.#numbers = new Int32Array(dimensions)
    for (const { features } of actions) {
      for (const { place } of features) {
        if (place === 0 || this.#numbers[place] !== 0) continue
        this.#numbers[place] = this.#features.length
        this.#features.push(place)
      }
    }
  }

  /** The number of a feature of an action, from its place; 0 stands for none. */
  number(place: number): number {
    return this.#numbers[place] as number
  }

  /** By number of the action's feature: the coefficients of its product with a feature of the moment. */
  of(moment: number): Float64Array {
    const known = this.#byMoment[moment]
    if (known !== undefined) return known
    const coefficients = new Float64Array(this.#features.length)
    for (let number = 0; number < coefficients.length; number++) {
      const place = crossPlace(moment, this.#features[number] as number, this.#sharedDimensions)
      coefficients[number] = this.#model.coefficient(place)
    }
    this.#byMoment[moment] = coefficients
    return coefficients
  }
}
