import { exponentialScale, powerScale, sequenceConfiguration } from '../features/weights.ts'
import { type RankerConfiguration, rankerConfiguration } from './configuration.ts'

/**
 * The hyperparameters in use, chosen on the validation events of MovieLens-1M. A change gets a new
 * version: statistics and models say which one they belong to.
 */
export const rankerDefaults: RankerConfiguration = rankerConfiguration({
  version: 'ranker-1',
  sequence: sequenceConfiguration('scales-1', [
    powerScale({ exponent: 1.5, window: 20 }),
    exponentialScale({ tau: 10, window: 64 }),
    exponentialScale({ tau: 100, window: 64 }),
  ]),
  penalties: {
    scales: [
      { lambda: 2, gamma: 0.25 },
      { lambda: 2, gamma: 0.25 },
      { lambda: 1, gamma: 0.25 },
    ],
    // The lambdas were chosen at MovieLens-1M's 990,000 rows. Of 1, 3, 10 and 30 times as much, 10, 3 and 10
    // were best for a quarter of the people of MovieLens-100K (28,000 rows), for all of them (98,000) and for
    // the cinema (24,000); this gives 6, 3.2 and 6.4.
    reference: { rows: 1_000_000, exponent: 0.5 },
    centred: true,
    bias: 1,
  },
  targetScaling: { by: 'explained-spread', beta: 0.3 },
  targetCountMin: 1,
})

/**
 * Items that one app's statistics may hold. Records of pairs then take at most 800 MB (64 bytes per pair
 * at three scales) and a fit 1.5 GB more: together within the 4 GiB that the kernels can address.
 */
export const ITEMS_LEARNED_MAX = 5_000
