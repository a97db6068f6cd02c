import { BinaryReader } from '../binary-reader.ts'
import { BinaryWriter } from '../binary-writer.ts'
import { compareNames } from '../canonical-order.ts'
import { LearningError, requireArgument } from '../errors.ts'
import { BlockStatistics } from './block-statistics.ts'
import type { BanditConfiguration } from './configuration.ts'
import type { SparseRow } from './features.ts'
import { type RewardedRow, ROW_WEIGHT_MAX, rewardUnits } from './rows.ts'

/** Actions with statistics of their own. Memory is at most this times a block. */
export const ACTIONS_LEARNED_MAX = 65_536

const FORMAT = 'adsum-bandit-statistics-1'

/**
 * What a bandit has learned: an exact sum over rewarded rows, one block per action and one that all share.
 * Adding and taking back commute; equal totals have equal bytes.
 */
export class BanditStatistics {
  readonly configuration: BanditConfiguration
  readonly #actions = new Map<string, BlockStatistics>()
  readonly #shared: BlockStatistics

  constructor(configuration: BanditConfiguration) {
    this.configuration = configuration
    this.#shared = new BlockStatistics(configuration.sharedDimensions)
  }

  /** What all actions share. */
  get shared(): BlockStatistics {
    return this.#shared
  }

  /** The weight of all rewarded rows. */
  get rows(): number {
    let rows = 0
    for (const block of this.#actions.values()) rows += block.rows
    return rows
  }

  /** Ids of the actions that have rows, in canonical order. */
  actions(): string[] {
    return Array.from(this.#actions.keys()).sort(compareNames)
  }

  has(action: string): boolean {
    return this.#actions.has(action)
  }

  /** What was learned of one action alone; made when there was nothing. */
  block(id: string): BlockStatistics {
    const known = this.#actions.get(id)
    if (known !== undefined) return known
    if (this.#actions.size >= ACTIONS_LEARNED_MAX) {
      throw new LearningError('statistics_full', `more than ${ACTIONS_LEARNED_MAX} actions`)
    }
    const block = new BlockStatistics(2 * this.configuration.dimensions)
    this.#actions.set(id, block)
    return block
  }

  /**
   * Adds a row whose reward is known.
   * @throws LearningError `argument_invalid` for a reward outside the range or a place that does not exist,
   * `statistics_full`, `statistics_overflow`.
   */
  add(rewarded: RewardedRow): void {
    this.#apply(rewarded, 1)
  }

  /** Takes back a row that was added, with the same reward and weight. */
  subtract(rewarded: RewardedRow): void {
    this.#apply(rewarded, -1)
  }

  /** Adds the total of `other`, or takes it back. */
  merge(other: BanditStatistics, sign: 1 | -1): void {
    this.#shared.merge(other.#shared, sign)
    for (const [id, block] of other.#actions) {
      this.block(id).merge(block, sign)
      this.#dropIfEmpty(id)
    }
  }

  serialise(): Uint8Array {
    const writer = new BinaryWriter()
    this.write(writer)
    return writer.finish()
  }

  write(writer: BinaryWriter): void {
    writer.text(FORMAT)
    writer.unsigned(this.configuration.dimensions)
    writer.unsigned(this.configuration.sharedDimensions)
    this.#shared.write(writer)
    writer.unsigned(this.#actions.size)
    for (const id of this.actions()) {
      writer.text(id)
      this.block(id).write(writer)
    }
  }

  /** @throws LearningError `bytes_invalid` when the bytes are not statistics of this configuration. */
  static read(reader: BinaryReader, configuration: BanditConfiguration): BanditStatistics {
    const { dimensions, sharedDimensions } = configuration
    const fits =
      reader.text() === FORMAT &&
      reader.unsigned() === dimensions &&
      reader.unsigned() === sharedDimensions
    if (!fits) throw new LearningError('bytes_invalid', 'not statistics of this configuration')
    const statistics = new BanditStatistics(configuration)
    statistics.#shared.merge(BlockStatistics.read(reader, sharedDimensions), 1)
    const count = reader.unsigned(ACTIONS_LEARNED_MAX)
    for (let index = 0; index < count; index++) {
      statistics.#actions.set(reader.text(), BlockStatistics.read(reader, 2 * dimensions))
    }
    return statistics
  }

  static deserialise(bytes: Uint8Array, configuration: BanditConfiguration): BanditStatistics {
    const reader = new BinaryReader(bytes)
    const statistics = BanditStatistics.read(reader, configuration)
    reader.expectLeft(0)
    return statistics
  }

  #apply({ row, reward, weight = 1 }: RewardedRow, sign: 1 | -1): void {
    requireArgument(
      Number.isSafeInteger(weight) && weight >= 1 && weight <= ROW_WEIGHT_MAX,
      `a weight is a whole number from 1 to ${ROW_WEIGHT_MAX}`,
    )
    const units = rewardUnits(reward, this.configuration.reward)
    const known = this.#actions.get(row.action)
    requireArgument(
      sign === 1 || (known !== undefined && known.rows >= weight),
      'only a row that was added can be taken back',
    )
    requirePlaces(row.own, 2 * this.configuration.dimensions)
    requirePlaces(row.shared, this.configuration.sharedDimensions)
    const block = this.block(row.action)
    try {
      // What all share is the larger total, so it is the first to refuse.
      if (row.shared.places.length > 0) this.#shared.add(row.shared, units, sign * weight)
      block.add(row.own, units, sign * weight)
    } finally {
      this.#dropIfEmpty(row.action)
    }
  }

  #dropIfEmpty(id: string): void {
    if (this.#actions.get(id)?.rows === 0) this.#actions.delete(id)
  }
}

function requirePlaces({ places }: SparseRow, dimensions: number): void {
  const last = places.at(-1) ?? 0
  requireArgument(last < dimensions, 'the row was made with another configuration')
}
