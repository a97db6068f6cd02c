import { exponentialScale, sequenceConfiguration } from '../features/weights.ts'
import { type RankerConfiguration, rankerConfiguration } from './configuration.ts'

/**
 * The hyperparameters in use, chosen on the validation events of MovieLens-1M. A change gets a new
 * version: statistics and models say which one they belong to.
 */
export const rankerDefaults: RankerConfiguration = rankerConfiguration({
  version: 'ranker-1',
  sequence: sequenceConfiguration('scales-1', [
    exponentialScale({ tau: 1.5 }),
    exponentialScale({ tau: 8 }),
    exponentialScale({ tau: 48 }),
  ]),
  penalties: {
    scales: [
      { lambda: 1, gamma: 0.5 },
      { lambda: 1, gamma: 0.5 },
      { lambda: 1, gamma: 0.5 },
    ],
    centred: true,
    bias: 1,
  },
  popularityExponent: 0.1,
  targetCountMin: 1,
})

/**
 * Items that one app's statistics may hold. Records of pairs then take at most 800 MB (64 bytes per pair
 * at three scales) and a fit as much again: together within the 4 GiB that the kernels can address.
 */
export const ITEMS_LEARNED_MAX = 5_000
