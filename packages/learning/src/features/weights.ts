import { requireArgument } from '../errors.ts'

/** One unit of a weight: weights are integers that count 256ths (definition 4: quantised before they enter a sum). */
export const WEIGHT_UNIT = 256

/** Scales of one configuration. */
export const SCALES_MAX = 4

/** Events that a row may look back. */
export const WINDOW_MAX = 1_024

/** Sum of the weights of one scale: a feature of a person who repeats one item must fit int16. */
export const SCALE_MASS_MAX = 32_767

/** Sum of all weights of a row, the bias included: with int16 coefficients a score then fits int32. */
export const ROW_MASS_MAX = 65_535

/** How much an event counts by its distance to the row, counted in events: the next one has lag 1. */
export interface Scale {
  /** w(1), w(2), ... in units of 1/{@link WEIGHT_UNIT}; zero beyond the end; the last one is not zero. */
  readonly weights: Int32Array
}

/** The features of a sequence: K scales, the shortest first. */
export interface SequenceConfiguration {
  readonly version: string
  readonly scales: readonly Scale[]
}

/**
 * `w(d) = round(256 exp(-(d - 1) / tau))`, as long as that is not zero and d is within the window.
 * @param options.tau events until the weight has fallen to 1/e; positive.
 * @param options.window events that count at most; {@link WINDOW_MAX} by default.
 */
export function exponentialScale(options: {
  readonly tau: number
  readonly window?: number
}): Scale {
  const { tau, window = WINDOW_MAX } = options
  requireArgument(tau > 0 && Number.isFinite(tau), 'tau is positive')
  return quantised(window, (lag) => Math.exp(-(lag - 1) / tau))
}

/**
 * `w(d) = round(256 d^-exponent)` within the window, as long as that is not zero: steeper than exponential
 * at first, and with a longer tail.
 * @param options.exponent positive.
 * @param options.window events that count at most.
 */
export function powerScale(options: { readonly exponent: number; readonly window: number }): Scale {
  const { exponent, window } = options
  requireArgument(exponent > 0 && Number.isFinite(exponent), 'the exponent is positive')
  return quantised(window, (lag) => lag ** -exponent)
}

/** Weights of a falling curve up to its end. */
function quantised(window: number, curve: (lag: number) => number): Scale {
  const weights: number[] = []
  for (let lag = 1; lag <= window; lag++) {
    const weight = Math.round(WEIGHT_UNIT * curve(lag))
    if (weight === 0) break
    weights.push(weight)
  }
  return { weights: Int32Array.from(weights) }
}

/** The configuration, checked against the bounds that keep features in int16 and scores in int32. */
export function sequenceConfiguration(
  version: string,
  scales: readonly Scale[],
): SequenceConfiguration {
  requireArgument(
    scales.length >= 1 && scales.length <= SCALES_MAX,
    `a configuration has 1 to ${SCALES_MAX} scales`,
  )
  let rowMass = WEIGHT_UNIT
  for (const { weights } of scales) {
    const mass = scaleMass({ weights })
    requireArgument(
      weights.length >= 1 && weights.length <= WINDOW_MAX,
      `a scale has 1 to ${WINDOW_MAX} weights`,
    )
    requireArgument(weights.at(-1) !== 0, 'the last weight of a scale is not zero')
    requireArgument(
      weights.every((weight) => weight >= 0),
      'weights are not negative',
    )
    requireArgument(mass <= SCALE_MASS_MAX, `a scale weighs at most ${SCALE_MASS_MAX} in all`)
    rowMass += mass
  }
  requireArgument(rowMass <= ROW_MASS_MAX, `a row weighs at most ${ROW_MASS_MAX} in all`)
  return Object.freeze({ version, scales: Object.freeze([...scales]) })
}

/** The largest value that a feature of the scale can take. */
function scaleMass(scale: Scale): number {
  return scale.weights.reduce((sum, weight) => sum + weight, 0)
}

/** Sums of the first m weights, m = 0 to the length: the weight that an event has spread over m rows. */
export function weightPrefixes(scale: Scale): Float64Array {
  const prefixes = new Float64Array(scale.weights.length + 1)
  for (const [index, weight] of scale.weights.entries()) {
    prefixes[index + 1] = (prefixes[index] as number) + weight
  }
  return prefixes
}

/** Events that a row looks back, over all scales. */
export function windowLength(configuration: SequenceConfiguration): number {
  return Math.max(...configuration.scales.map((scale) => scale.weights.length))
}

/** Whether two configurations give the same features, whatever they are called. */
export function sameWeights(a: SequenceConfiguration, b: SequenceConfiguration): boolean {
  return (
    a.scales.length === b.scales.length &&
    a.scales.every(({ weights }, scale) => {
      const others = b.scales[scale]?.weights ?? new Int32Array(0)
      return weights.length === others.length && weights.every((w, lag) => w === others[lag])
    })
  )
}
