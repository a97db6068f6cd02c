import type { Kernels } from '@adsum/kernels'
import type { SequenceConfiguration } from '../features/weights.ts'
import type { RankerLevel } from './configuration.ts'

/** Columns of a table are padded to a multiple of this: one SIMD register of int16. */
const STRIDE_UNIT = 8

/** The published coefficients of one level: integers, in kernel memory. */
export interface LevelModel {
  /** Scales in use, the first ones of the configuration: none for everyone, one for the moment, all for the history. */
  readonly scaleCount: number
  /** int16, row by row: the bias, then row `1 + scale * items + item`; columns are items, then padding. */
  readonly table: Int16Array
  /** Columns of a row with the padding. */
  readonly stride: number
  /** A score divided by `scale` is the predicted value; a power of two. */
  readonly scale: number
}

/** What a model is made of. */
export interface RankerParts {
  /** Version of the configuration that it was fitted with. */
  readonly version: string
  readonly sequence: SequenceConfiguration
  /** Names in canonical order. */
  readonly items: readonly string[]
  readonly levels: ReadonlyMap<RankerLevel, LevelModel>
}

/** A level whose coefficients are all zero. */
export function allocateLevel(
  kernels: Kernels,
  scaleCount: number,
  items: number,
  scale: number,
): LevelModel {
  const stride = Math.ceil(items / STRIDE_UNIT) * STRIDE_UNIT
  return { scaleCount, table: kernels.int16((1 + scaleCount * items) * stride), stride, scale }
}
