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

/**
 * The same for many items at once, shares of events summed up by group: row by row `[bias, group 1, group 2,
 * ...]`. For lists with reasons, where several events with one item make one reason.
 * @param groups by position of the sequence: the group of the event, 1 to `groupCount`.
 */
export function groupedTerms(
  model: RankerModel,
  level: RankerLevel,
  sequence: ArrayLike<number>,
  items: ArrayLike<number>,
  groups: ArrayLike<number>,
  groupCount: number,
): Int32Array[] {
  const { table, stride, scaleCount } = model.level(level)
  const width = 1 + groupCount
  const shares = new Int32Array(items.length * width)
  for (let row = 0; row < items.length; row++) {
    shares[row * width] = WEIGHT_UNIT * table[items[row]!]!
  }
  for (let scale = 0; scale < scaleCount; scale++) {
    const { weights } = model.sequence.scales[scale]!
    const lags = Math.min(sequence.length, weights.length)
    for (let lag = 1; lag <= lags; lag++) {
      const position = sequence.length - lag
      const source = sequence[position]!
      if (source < 0) continue
      const start = (1 + scale * model.items.length + source) * stride
      const weight = weights[lag - 1]!
      let at = groups[position]!
      for (let row = 0; row < items.length; row++, at += width) {
        shares[at]! += weight * table[start + items[row]!]!
      }
    }
  }
  return Array.from({ length: items.length }, (_, row) =>
    shares.subarray(row * width, (row + 1) * width),
  )
}
