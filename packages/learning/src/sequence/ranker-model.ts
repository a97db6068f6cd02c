import type { Kernels } from '@adsum/kernels'
import { requireArgument } from '../errors.ts'
import { type SequenceConfiguration, windowLength } from '../features/weights.ts'
import { sha256Hex } from '../hash.ts'
import { reserving } from '../reserving.ts'
import type { RankerLevel } from './configuration.ts'
import { modelBytes, modelChunks, readModel } from './model-bytes.ts'
import type { LevelModel, RankerParts } from './ranker-parts.ts'

/** Buffers that scoring uses again and again, so that a question allocates nothing that grows with the catalogue. */
export interface ScoringScratch {
  readonly kernels: Kernels
  readonly scores: Int32Array
  readonly mask: Uint8Array
  readonly top: Int32Array
  readonly rows: Int32Array
  readonly weights: Int16Array
  /** By item: place in `rows` plus one while x is being built; zero otherwise. */
  readonly slots: Int32Array
}

/**
 * The next-item ranker: `score(j) = 256 b_j + sum over scales s and lags d of w_s(d) B[(item at d, s), j]`,
 * integers throughout, one table per level (a level is a model of its own, never a part of another).
 *
 * Takes about `2 bytes x items^2 x (scales + 1)` of kernel memory until it is closed.
 */
export class RankerModel implements RankerParts {
  readonly version: string
  readonly sequence: SequenceConfiguration
  readonly items: readonly string[]
  readonly levels: ReadonlyMap<RankerLevel, LevelModel>
  /** `m_` and the first 16 hexadecimal digits of the SHA-256 of the bytes. */
  readonly id: string
  readonly scratch: ScoringScratch
  readonly #indices: ReadonlyMap<string, number>
  #closed = false

  /** Takes over the tables of the parts: closing the model frees them. */
  static async create(parts: RankerParts, kernels: Kernels): Promise<RankerModel> {
    const digest = await sha256Hex(modelChunks(parts))
    try {
      return new RankerModel(parts, `m_${digest.slice(0, 16)}`, kernels)
    } catch (error) {
      for (const { table } of parts.levels.values()) kernels.free(table)
      throw error
    }
  }

  private constructor(parts: RankerParts, id: string, kernels: Kernels) {
    this.version = parts.version
    this.sequence = parts.sequence
    this.items = parts.items
    this.levels = parts.levels
    this.id = id
    this.#indices = new Map(parts.items.map((name, index) => [name, index]))
    const features = 1 + windowLength(parts.sequence) * parts.sequence.scales.length
    this.scratch = {
      kernels,
      scores: reserving(() => kernels.int32(parts.items.length)),
      mask: reserving(() => kernels.uint8(parts.items.length)),
      top: reserving(() => kernels.int32(parts.items.length)),
      rows: reserving(() => kernels.int32(features)),
      weights: reserving(() => kernels.int16(features)),
      slots: new Int32Array(parts.items.length),
    }
  }

  /** Index of an item, or -1 when the model does not know it. */
  indexOf(name: string): number {
    return this.#indices.get(name) ?? -1
  }

  /** The model of a level. */
  level(level: RankerLevel): LevelModel {
    requireArgument(!this.#closed, 'the model is closed')
    const model = this.levels.get(level)
    requireArgument(model !== undefined, `the model has no level "${level}"`)
    return model
  }

  serialise(): Uint8Array<ArrayBuffer> {
    requireArgument(!this.#closed, 'the model is closed')
    return modelBytes(this)
  }

  /** Gives the kernel memory back. Closing twice is no fault. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    const { kernels, scores, mask, top, rows, weights } = this.scratch
    for (const array of [scores, mask, top, rows, weights]) kernels.free(array)
    for (const { table } of this.levels.values()) kernels.free(table)
  }
}

/**
 * Reads back what `serialise` gave.
 * @throws LearningError `bytes_invalid` when the bytes are damaged or no model, `statistics_full`.
 */
export async function deserialiseModel(bytes: Uint8Array, kernels: Kernels): Promise<RankerModel> {
  return RankerModel.create(await readModel(bytes, kernels), kernels)
}
