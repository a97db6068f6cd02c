import {
  addPairs,
  addSequences,
  closePairTable,
  growPairTable,
  type Kernels,
  mergePairs,
  openPairTable,
  type PairTable,
  pairCarries,
  pairIndex,
} from '@adsum/kernels'
import { LearningError, requireArgument } from '../errors.ts'
import {
  type SequenceConfiguration,
  sameWeights,
  weightPrefixes,
  windowLength,
} from '../features/weights.ts'
import type { LearnerStatistics } from '../learner.ts'
import { reserving } from '../reserving.ts'
import { checkRows } from './check-rows.ts'
import { ExclusiveHold } from './exclusive-hold.ts'
import { ItemNames } from './item-names.ts'
import { eachSequence, type Sequences } from './sequences.ts'
import { readStatistics, writeStatistics } from './statistics-bytes.ts'

/** Items that the statistics first make room for. */
const ROOM_MIN = 64
/** How much more room they make when it is used up; records grow with the square of it. */
const ROOM_GROWTH = 1.25
/** Integers beyond this are not exact everywhere in learning. */
const TOTAL_MAX = 2 ** 52

/** A contribution that waits while the totals are held. */
interface Waiting {
  readonly sequence: Int32Array
  readonly sign: 1 | -1
  readonly rowStart: number
  readonly rowEnd: number
}

/**
 * The sufficient statistics of the next-item ranker: one exact integer total, in kernel memory.
 *
 * A row l of a sequence has the features `x_{a,s} = sum over p < l with item a of w_s(l - p)` and the
 * target `item(l)`. The total over rows holds `G = sum x x'`, `C = sum x y'`, `n`, the target counts and
 * the feature sums `sum x`, keyed by append-only raw item ids (definitions 2 to 4). The first row of a
 * sequence has no features and counts in n and in the target counts.
 *
 * Memory: a record of 4 bytes x 4 ceil((K^2 + 2K) / 4) per unordered pair of items (64 bytes at K = 3
 * scales: 1,000 items take 32 MB, 5,000 take 800 MB), grown as items come.
 * Adding a row costs O(window) records.
 */
export class SequenceStatistics implements LearnerStatistics {
  readonly configuration: SequenceConfiguration
  readonly itemsMax: number
  readonly kernels: Kernels
  /** Records of pairs; replaced parts move when the table grows, so ask for them each time. */
  readonly table: PairTable
  readonly names: ItemNames = new ItemNames()
  readonly #prefixes: readonly Float64Array[]
  readonly #hold = new ExclusiveHold()
  #rows = 0
  #targetCounts = new Float64Array(0)
  #featureSums = new Float64Array(0)
  #sequence: Int32Array
  #waiting: Waiting[] = []
  /** False while threads work on the records, which must then stay where they are. */
  #growing = true

  /**
   * @param options.itemsMax items that may ever be named.
   * @throws LearningError `statistics_full` when the memory of the kernels does not suffice.
   */
  constructor(
    kernels: Kernels,
    configuration: SequenceConfiguration,
    options: { readonly itemsMax: number },
  ) {
    this.kernels = kernels
    this.configuration = configuration
    this.itemsMax = options.itemsMax
    this.#prefixes = configuration.scales.map(weightPrefixes)
    const window = windowLength(configuration)
    const weights = configuration.scales.map((scale) => {
      const padded = new Int32Array(window)
      padded.set(scale.weights)
      return padded
    })
    this.table = reserving(() => openPairTable(kernels, { weights, itemsMax: 0 }))
    this.#sequence = reserving(() => kernels.int32(window))
  }

  get itemCount(): number {
    return this.names.count
  }

  /** n: rows in the total. */
  get rows(): number {
    return this.#rows
  }

  /** How often the item was a target. */
  targetCount(rawId: number): number {
    return this.#targetCounts[rawId] ?? 0
  }

  /** `sum over rows of x_{item,scale}`, in units of a weight. */
  featureSum(rawId: number, scale: number): number {
    return this.#featureSums[rawId * this.configuration.scales.length + scale] ?? 0
  }

  /**
   * Names the item with the next raw id.
   * @throws LearningError `statistics_full` beyond `itemsMax` or the memory.
   */
  setItem(rawId: number, name: string): void {
    if (rawId >= this.itemsMax) {
      throw new LearningError('statistics_full', `there is room for ${this.itemsMax} items`)
    }
    if (rawId >= this.table.itemsMax) {
      this.reserve(Math.max(ROOM_MIN, Math.ceil(this.table.itemsMax * ROOM_GROWTH), rawId + 1))
    }
    this.names.set(rawId, name)
  }

  /** Makes room for so many items at once, which is cheaper than growing to it. */
  reserve(itemCount: number): void {
    const room = Math.min(itemCount, this.itemsMax)
    if (room <= this.table.itemsMax) return
    if (!this.#growing) throw new LearningError('statistics_busy', 'sequences are being added')
    reserving(() => growPairTable(this.kernels, this.table, room))
    this.#targetCounts = enlarged(this.#targetCounts, room)
    this.#featureSums = enlarged(this.#featureSums, room * this.configuration.scales.length)
  }

  add(sequence: Int32Array, sign: 1 | -1, rowStart = 0, rowEnd: number = sequence.length): void {
    checkRows(sequence, rowStart, rowEnd, this.itemCount)
    if (this.#hold.held) {
      this.#waiting.push({ sequence: sequence.slice(), sign, rowStart, rowEnd })
    } else {
      this.#add(sequence, sign, rowStart, rowEnd)
    }
  }

  /**
   * Adds whole sequences record by record, on the helper threads of the kernels where there are any.
   * Contributions that come meanwhile wait; naming items may be refused with `statistics_busy`.
   */
  async addSequences(sequences: Sequences): Promise<void> {
    checkRows(sequences.items, 0, sequences.items.length, this.itemCount)
    const release = await this.hold()
    const { kernels, table } = this
    const arrays: Int32Array[] = []
    const copied = (values: Int32Array) => {
      const array = reserving(() => kernels.int32(values.length))
      arrays.push(array)
      array.set(values)
      return array
    }
    this.#growing = false
    try {
      const items = copied(sequences.items)
      await addSequences(kernels, table, { items, starts: copied(sequences.offsets) })
      for (const sequence of eachSequence(sequences)) this.#count(sequence, 1, 0, sequence.length)
    } finally {
      this.#growing = true
      for (const array of arrays) kernels.free(array)
      release()
    }
  }

  /**
   * Adds the total of `other`, which lies in the same memory, items matched by name.
   * @throws LearningError `statistics_full`, or `statistics_busy` while one of them is held.
   */
  merge(other: SequenceStatistics, sign: 1 | -1): void {
    this.#requireFree()
    other.#requireFree()
    requireArgument(sameWeights(this.configuration, other.configuration), 'the weights differ')
    requireArgument(this.kernels === other.kernels, 'the totals lie in different memories')
    this.reserve(this.itemCount + other.itemCount)
    const ids = reserving(() => this.kernels.int32(other.itemCount))
    try {
      for (const [rawId, name] of other.names.all.entries()) {
        const known = this.names.id(name)
        const id = known >= 0 ? known : this.itemCount
        if (known < 0) this.setItem(id, name)
        ids[rawId] = id
        this.addTotals(
          id,
          sign * other.targetCount(rawId),
          (scale) => sign * other.featureSum(rawId, scale),
        )
      }
      this.addRows(sign * other.rows)
      mergePairs(this.kernels, this.table, other.table, ids, sign)
    } finally {
      this.kernels.free(ids)
    }
  }

  clear(): void {
    this.#requireFree()
    this.#rows = 0
    this.#targetCounts.fill(0)
    this.#featureSums.fill(0)
    this.table.records.fill(0)
    this.table.carries.fill(0)
    this.table.carryCount = 0
  }

  /**
   * Keeps the totals as they are until the returned function is called, so that they can be read in
   * slices; contributions that come meanwhile wait and are then added. One holder at a time.
   */
  async hold(): Promise<() => void> {
    const release = await this.#hold.acquire()
    return () => {
      release()
      const waiting = this.#waiting
      this.#waiting = []
      for (const { sequence, sign, rowStart, rowEnd } of waiting) {
        this.#add(sequence, sign, rowStart, rowEnd)
      }
    }
  }

  /**
   * Whether every integer of the totals is the same. Cheaper than comparing serialised bytes, for totals
   * that number their items alike; unlike numberings count as different.
   */
  equals(other: SequenceStatistics): boolean {
    this.#requireFree()
    other.#requireFree()
    const items = this.itemCount
    return (
      items === other.itemCount &&
      this.rows === other.rows &&
      this.names.all.every((name, rawId) => name === other.names.all[rawId]) &&
      this.names.all.every((_, rawId) => this.#sameItemTotals(other, rawId)) &&
      samePairs(this.table, other.table, items)
    )
  }

  #sameItemTotals(other: SequenceStatistics, rawId: number): boolean {
    return (
      this.targetCount(rawId) === other.targetCount(rawId) &&
      this.configuration.scales.every(
        (_, scale) => this.featureSum(rawId, scale) === other.featureSum(rawId, scale),
      )
    )
  }

  /** The total in canonical name order, zeros left out: equal totals have equal bytes. */
  serialise(): Uint8Array {
    this.#requireFree()
    return writeStatistics(this)
  }

  /**
   * Reads a total back; raw ids follow the canonical order.
   * @throws LearningError `bytes_invalid`, `statistics_full`.
   */
  static deserialise(
    bytes: Uint8Array,
    kernels: Kernels,
    options: { readonly itemsMax: number },
  ): SequenceStatistics {
    return readStatistics(
      bytes,
      (configuration) => new SequenceStatistics(kernels, configuration, options),
    )
  }

  /** Adds to n. For those who sum totals, not rows. */
  addRows(count: number): void {
    this.#rows = exact(this.#rows + count)
  }

  /** Adds to the counts and sums of one item. For those who sum totals, not rows. */
  addTotals(rawId: number, targets: number, featureSum: (scale: number) => number): void {
    this.#targetCounts[rawId] = exact(this.targetCount(rawId) + targets)
    const scales = this.configuration.scales.length
    for (let scale = 0; scale < scales; scale++) {
      this.#featureSums[rawId * scales + scale] = exact(
        this.featureSum(rawId, scale) + featureSum(scale),
      )
    }
  }

  close(): void {
    closePairTable(this.kernels, this.table)
    this.kernels.free(this.#sequence)
  }

  #add(sequence: Int32Array, sign: 1 | -1, rowStart: number, rowEnd: number): void {
    if (this.#sequence.length < rowEnd) {
      const larger = reserving(() => this.kernels.int32(2 * rowEnd))
      this.kernels.free(this.#sequence)
      this.#sequence = larger
    }
    this.#sequence.set(sequence.subarray(0, rowEnd))
    addPairs(this.kernels, this.table, this.#sequence, { rowStart, rowEnd, sign })
    this.#count(sequence, sign, rowStart, rowEnd)
  }

  #count(sequence: Int32Array, sign: 1 | -1, rowStart: number, rowEnd: number): void {
    this.#rows += sign * (rowEnd - rowStart)
    for (let row = rowStart; row < rowEnd; row++) {
      const target = sequence[row]!
      if (target >= 0) this.#targetCounts[target]! += sign
    }
    this.#addFeatureSums(sequence, sign, rowStart, rowEnd)
  }

  /** An event at p spreads the weights of lags 1 to l - p over the rows up to l. */
  #addFeatureSums(sequence: Int32Array, sign: 1 | -1, rowStart: number, rowEnd: number): void {
    const scales = this.#prefixes.length
    for (const [scale, prefixes] of this.#prefixes.entries()) {
      const window = prefixes.length - 1
      for (let p = Math.max(0, rowStart - window); p < rowEnd; p++) {
        const item = sequence[p]!
        if (item < 0) continue
        const before = prefixes[Math.min(window, Math.max(0, rowStart - 1 - p))]!
        const after = prefixes[Math.min(window, rowEnd - 1 - p)]!
        this.#featureSums[item * scales + scale]! += sign * (after - before)
      }
    }
  }

  #requireFree(): void {
    if (this.#hold.held) throw new LearningError('statistics_busy', 'the totals are being read')
  }
}

function exact(total: number): number {
  if (Math.abs(total) > TOTAL_MAX) {
    throw new LearningError('statistics_overflow', `${total} is no exact integer`)
  }
  return total
}

function enlarged(values: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length)
  larger.set(values)
  return larger
}

/** Compares the records of the first items, low words and carries. */
function samePairs(a: PairTable, b: PairTable, items: number): boolean {
  const lanes = pairIndex(0, items) * a.lanes
  for (let lane = 0; lane < lanes; lane++) if (a.records[lane] !== b.records[lane]) return false
  const carries = pairCarries(a)
  const others = pairCarries(b)
  return (
    carries.length === others.length &&
    carries.every(({ lane, carry }, at) => {
      const other = others[at]
      return other?.lane === lane && other.carry === carry
    })
  )
}
