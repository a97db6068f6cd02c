import { pairIndex, setPairTotal } from '@adsum/kernels'
import { BinaryReader } from '../binary-reader.ts'
import { BinaryWriter } from '../binary-writer.ts'
import { canonicalOrder } from '../canonical-order.ts'
import { LearningError, readingBytes } from '../errors.ts'
import type { SequenceConfiguration } from '../features/weights.ts'
import {
  readSequenceConfiguration,
  writeSequenceConfiguration,
} from '../sequence/configuration-bytes.ts'
import { PairRecords } from './pair-records.ts'
import type { SequenceStatistics } from './sequence-statistics.ts'

const FORMAT = 'adsum sequence statistics 1'

/** One non-zero record of the total, its items in canonical order. */
export interface PairEntry {
  readonly a: string
  /** Not before `a`. */
  readonly b: string
  /** `G[(a,s),(b,t)]` at `s K + t`, then `C[(a,s) -> b]`, then `C[(b,s) -> a]`; reused by the next entry. */
  readonly totals: Float64Array
}

/** Raw ids of the items that the total knows anything of, in canonical order. */
function presentItems(statistics: SequenceStatistics): Int32Array {
  const present = Array.from(statistics.names.all.keys()).filter(
    (rawId) =>
      statistics.targetCount(rawId) !== 0 ||
      statistics.configuration.scales.some((_, scale) => statistics.featureSum(rawId, scale) !== 0),
  )
  return canonicalOrder(statistics.names.all, present)
}

/** The non-zero records in canonical order. */
export function* pairEntries(statistics: SequenceStatistics): Generator<PairEntry> {
  for (const { a, b, totals } of presentPairs(statistics, presentItems(statistics))) {
    yield { a: statistics.names.name(a), b: statistics.names.name(b), totals }
  }
}

/** The bytes of a total: a function of its value alone, whatever the numbering of the items. */
export function writeStatistics(statistics: SequenceStatistics): Uint8Array {
  const scales = statistics.configuration.scales.length
  const writer = new BinaryWriter()
  writer.text(FORMAT)
  writeSequenceConfiguration(writer, statistics.configuration)
  writer.signed(statistics.rows)
  const items = presentItems(statistics)
  writer.unsigned(items.length)
  for (const item of items) {
    writer.text(statistics.names.name(item))
    writer.signed(statistics.targetCount(item))
    for (let scale = 0; scale < scales; scale++) writer.signed(statistics.featureSum(item, scale))
  }
  // Each record after how far it lies behind the last one, so that zeros take no bytes; 0 is the end.
  let last = -1
  for (const { index, totals } of presentPairs(statistics, items)) {
    writer.unsigned(index - last)
    for (const total of totals) writer.signed(total)
    last = index
  }
  writer.unsigned(0)
  return writer.finish()
}

/** Reads what `writeStatistics` wrote into statistics that `create` makes for the configuration. */
export function readStatistics(
  bytes: Uint8Array,
  create: (configuration: SequenceConfiguration) => SequenceStatistics,
): SequenceStatistics {
  const reader = new BinaryReader(bytes)
  if (reader.text() !== FORMAT) {
    throw new LearningError('bytes_invalid', 'these are no bytes of statistics')
  }
  const statistics = create(readSequenceConfiguration(reader))
  try {
    readTotals(reader, statistics, bytes.length)
    return statistics
  } catch (error) {
    statistics.close()
    throw error
  }
}

function readTotals(
  reader: BinaryReader,
  statistics: SequenceStatistics,
  itemsBound: number,
): void {
  const scales = statistics.configuration.scales.length
  statistics.addRows(reader.signed())
  const items = reader.unsigned(itemsBound)
  statistics.reserve(items)
  for (let item = 0; item < items; item++) {
    readingBytes(() => statistics.setItem(item, reader.text()))
    const targets = reader.signed()
    const sums = Float64Array.from({ length: scales }, () => reader.signed())
    statistics.addTotals(item, targets, (scale) => sums[scale]!)
  }
  const { kernels, table } = statistics
  const recordsMax = pairIndex(0, items)
  let index = -1
  for (;;) {
    const step = reader.unsigned(recordsMax)
    if (step === 0) break
    index += step
    if (index >= recordsMax) throw new LearningError('bytes_invalid', 'a record has no items')
    for (let number = 0; number < scales * (scales + 2); number++) {
      const total = reader.signed()
      const lane = index * table.lanes + number
      if (total === (total | 0)) table.records[lane] = total
      else setPairTotal(kernels, table, lane, BigInt(total))
    }
  }
  reader.expectLeft(0)
}

interface PresentPair {
  readonly a: number
  readonly b: number
  /** Triangular index by canonical position. */
  readonly index: number
  readonly totals: Float64Array
}

function* presentPairs(statistics: SequenceStatistics, items: Int32Array): Generator<PresentPair> {
  const records = new PairRecords(statistics.table)
  const totals = new Float64Array(records.length)
  for (const [second, b] of items.entries()) {
    for (let first = 0; first <= second; first++) {
      const a = items[first]!
      if (records.read(a, b, totals)) yield { a, b, index: pairIndex(first, second), totals }
    }
  }
}
