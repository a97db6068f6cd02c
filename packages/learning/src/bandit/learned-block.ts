import type { BinaryReader } from '../binary-reader.ts'
import type { BinaryWriter } from '../binary-writer.ts'
import { BlockModel } from './block-model.ts'
import type { BlockStatistics } from './block-statistics.ts'
import type { BanditPenalty } from './configuration.ts'
import type { SparseRow } from './features.ts'
import { REWARD_UNIT, ROW_WEIGHT_MAX, readSparse, writeSparse } from './rows.ts'

/** A block is fitted anew when the rows since its last fit exceed this share of those before it, */
const REFIT_SHARE = 0.25
/** or this many. */
const REFIT_ROWS_MAX = 1024

/** A row that a block learned after its last fit. */
export interface RecentRow {
  readonly row: SparseRow
  readonly rewardUnits: number
  readonly weight: number
}

/**
 * A block fitted to its totals at some point, and the rows since then in their order. Both are integers,
 * and everything else follows from them: so a copy made from bytes answers the same, bit for bit.
 */
export class LearnedBlock {
  readonly #statistics: BlockStatistics
  readonly #penaltyOf: (statistics: BlockStatistics) => BanditPenalty
  readonly #dimensions: number
  readonly model: BlockModel
  #recent: RecentRow[] = []

  /** @param penaltyOf how strongly coefficients of a block with these totals are held back */
  constructor(
    statistics: BlockStatistics,
    dimensions: number,
    penaltyOf: (statistics: BlockStatistics) => BanditPenalty,
  ) {
    this.#statistics = statistics
    this.#penaltyOf = penaltyOf
    this.#dimensions = dimensions
    this.model = new BlockModel(dimensions, penaltyOf(statistics))
  }

  /** Learns a row that the statistics hold already. */
  learn(recent: RecentRow): void {
    this.#recent.push(recent)
    const before = this.#statistics.rows - this.#recent.length
    if (this.#recent.length > Math.min(REFIT_ROWS_MAX, REFIT_SHARE * before)) this.refit()
    else this.#update(recent)
  }

  /** Whether it depends on nothing but the totals. */
  get isSettled(): boolean {
    return this.#recent.length === 0
  }

  /** Everything from the totals: afterwards the block depends on nothing else. */
  refit(): void {
    this.#recent = []
    this.#fit()
  }

  write(writer: BinaryWriter): void {
    writer.unsigned(this.#recent.length)
    for (const { row, rewardUnits, weight } of this.#recent) {
      writeSparse(writer, row)
      writer.unsigned(rewardUnits)
      writer.unsigned(weight)
    }
  }

  /**
   * Takes the recent rows out of the totals, fits, and learns them again.
   * @throws LearningError where they cannot be part of the totals
   */
  read(reader: BinaryReader): void {
    const recent = Array.from({ length: reader.unsigned(REFIT_ROWS_MAX) }, () => ({
      row: readSparse(reader, this.#dimensions),
      rewardUnits: reader.unsigned(REWARD_UNIT),
      weight: reader.unsigned(ROW_WEIGHT_MAX),
    }))
    for (const { row, rewardUnits, weight } of recent) {
      this.#statistics.add(row, rewardUnits, -weight)
    }
    this.#fit()
    for (const each of recent) {
      this.#statistics.add(each.row, each.rewardUnits, each.weight)
      this.#update(each)
    }
    this.#recent = recent
  }

  #fit(): void {
    this.model.fit(this.#statistics, this.#penaltyOf(this.#statistics))
  }

  #update({ row, rewardUnits, weight }: RecentRow): void {
    this.model.update(row, rewardUnits, weight)
  }
}
