import { gatherRowsI16, topK } from '@adsum/kernels'
import { LearningError } from '../errors.ts'
import { WEIGHT_UNIT } from '../features/weights.ts'
import type { RankerLevel } from './configuration.ts'
import type { RankerModel } from './ranker-model.ts'
import type { LevelModel } from './ranker-parts.ts'

export interface ScoreOptions {
  /** Item indices that must not appear. */
  readonly exclude?: Iterable<number>
  /** Items wanted; fewer come back when there are fewer. */
  readonly limit: number
}

/** The best items, best first; equal scores in the order of the names. */
export interface ScoredItems {
  /** Item indices of the model. */
  readonly indices: Int32Array
  /** Integer scores, exact sums of integer terms. */
  readonly scores: Int32Array
  /** A score divided by it is the predicted probability; a power of two. */
  readonly scale: number
}

/**
 * The items most likely to come next after a sequence.
 * @param sequence item indices of the model, oldest first, -1 for an item that it does not know.
 */
export function scoreItems(
  model: RankerModel,
  level: RankerLevel,
  sequence: ArrayLike<number>,
  options: ScoreOptions,
): ScoredItems {
  const { kernels, scores, mask, top } = model.scratch
  const levelModel = model.level(level)
  scoreInto(model, levelModel, sequence)
  for (const item of options.exclude ?? []) if (item >= 0) mask[item] = 1
  const found = topK(kernels, scores, mask, scores.length, options.limit, top)
  mask.fill(0)
  const indices = Int32Array.from(top.subarray(0, found))
  return {
    indices,
    scores: indices.map((item) => scores[item] as number),
    scale: levelModel.scale,
  }
}

/** The score of every item, a copy, by item index. */
export function scoresOf(
  model: RankerModel,
  level: RankerLevel,
  sequence: ArrayLike<number>,
): Int32Array {
  scoreInto(model, model.level(level), sequence)
  return Int32Array.from(model.scratch.scores)
}

/** Fills the scores of the scratch. */
function scoreInto(model: RankerModel, level: LevelModel, sequence: ArrayLike<number>): void {
  const { kernels, scores, rows, weights } = model.scratch
  const count = buildFeatures(model, level.scaleCount, sequence)
  gatherRowsI16(kernels, scores, level.table, level.stride, rows, weights, count)
}

/**
 * The sparse x of a sequence as rows of the table and their weights. An item that occurs more than once
 * within a scale is one feature, as in the statistics. Returns how many features there are.
 */
function buildFeatures(
  model: RankerModel,
  scaleCount: number,
  sequence: ArrayLike<number>,
): number {
  const { rows, weights, slots } = model.scratch
  const length = sequence.length
  const items = model.items.length
  rows[0] = 0
  weights[0] = WEIGHT_UNIT
  let count = 1
  for (let scale = 0; scale < scaleCount; scale++) {
    const scaleWeights = model.sequence.scales[scale]!.weights
    const start = count
    const lags = Math.min(length, scaleWeights.length)
    for (let lag = 1; lag <= lags; lag++) {
      const item = sequence[length - lag]!
      if (item < 0) continue
      if (item >= items) {
        slots.fill(0)
        throw new LearningError('argument_invalid', `there is no item ${item}`)
      }
      const slot = slots[item]!
      if (slot > 0) {
        weights[slot - 1]! += scaleWeights[lag - 1]!
      } else {
        rows[count] = item
        weights[count] = scaleWeights[lag - 1]!
        slots[item] = ++count
      }
    }
    for (let place = start; place < count; place++) {
      slots[rows[place]!] = 0
      rows[place]! += 1 + scale * items
    }
  }
  return count
}
