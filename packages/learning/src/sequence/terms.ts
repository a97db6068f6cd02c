import { WEIGHT_UNIT } from '../features/weights.ts'
import type { Terms } from '../learner.ts'
import type { RankerLevel } from './configuration.ts'
import type { RankerModel } from './ranker-model.ts'

/**
 * Why an item has its score: what everyone gets, and the share of each event of the sequence over all
 * scales. Integers; `bias + sum of events` is the score of `scoreItems`, exactly.
 * @param sequence as given to `scoreItems`.
 * @param item index of the explained item.
 */
export function termsOf(
  model: RankerModel,
  level: RankerLevel,
  sequence: ArrayLike<number>,
  item: number,
): Terms {
  const { table, stride, scaleCount } = model.level(level)
  const events = new Int32Array(sequence.length)
  for (let scale = 0; scale < scaleCount; scale++) {
    const { weights } = model.sequence.scales[scale]!
    const lags = Math.min(sequence.length, weights.length)
    for (let lag = 1; lag <= lags; lag++) {
      const position = sequence.length - lag
      const source = sequence[position]!
      if (source < 0) continue
      const row = 1 + scale * model.items.length + source
      events[position]! += weights[lag - 1]! * table[row * stride + item]!
    }
  }
  return { bias: WEIGHT_UNIT * table[item]!, events }
}
