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
  readonly #configuration: BanditConfiguration
  /** Places of all features of the actions, each once; 0 stands for none. */
  readonly #features: readonly number[]
  readonly #byMoment = new Map<number, Float64Array>()

  constructor(
    model: BlockModel,
    actions: readonly EncodedAction[],
    configuration: BanditConfiguration,
  ) {
    this.#model = model
    this.#configuration = configuration
    const places = new Set([0])
    for (const { features } of actions) for (const { place } of features) places.add(place)
    this.#features = [...places]
  }

  /** By place of the action's feature: the coefficients of its product with a feature of the moment. */
  of(moment: number): Float64Array {
    const known = this.#byMoment.get(moment)
    if (known !== undefined) return known
    const { dimensions, sharedDimensions } = this.#configuration
    const coefficients = new Float64Array(dimensions)
    for (const place of this.#features) {
      coefficients[place] = this.#model.coefficient(crossPlace(moment, place, sharedDimensions))
    }
    this.#byMoment.set(moment, coefficients)
    return coefficients
  }
}
