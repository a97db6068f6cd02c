import type { Kernels } from '@adsum/kernels'
import { BinaryReader } from '../binary-reader.ts'
import { BinaryWriter } from '../binary-writer.ts'
import { LearningError } from '../errors.ts'
import { reserving } from '../reserving.ts'
import { WorkSlices } from '../work-slices.ts'
import { type RankerLevel, rankerLevels } from './configuration.ts'
import { readSequenceConfiguration, writeSequenceConfiguration } from './configuration-bytes.ts'
import { allocateLevel, type LevelModel, type RankerParts } from './ranker-parts.ts'

const FORMAT = 'adsum ranker 1'
/** Bytes of coefficients in one chunk, at least one row. */
const CHUNK_BYTES = 1024 * 1024
/** Bytes read in one slice. */
const BYTES_PER_SLICE = 8 * 1024 * 1024
/** The largest power of two that a scale can have. */
const SCALE_EXPONENT_MAX = 64

/** The bytes of a model in pieces: equal models have equal bytes. Rows go without their padding. */
export function* modelChunks(parts: RankerParts): Generator<Uint8Array<ArrayBuffer>> {
  const header = new BinaryWriter()
  header.text(FORMAT)
  header.text(parts.version)
  writeSequenceConfiguration(header, parts.sequence)
  header.unsigned(parts.items.length)
  for (const name of parts.items) header.text(name)
  for (const name of rankerLevels) {
    const level = parts.levels.get(name)
    header.unsigned(level === undefined ? 0 : 1)
    if (level === undefined) continue
    header.unsigned(level.scaleCount)
    header.unsigned(Math.log2(level.scale))
  }
  yield header.finish()
  for (const name of rankerLevels) {
    const level = parts.levels.get(name)
    if (level !== undefined) yield* rowChunks(level, parts.items.length)
  }
}

/** All chunks as one array. */
export function modelBytes(parts: RankerParts): Uint8Array<ArrayBuffer> {
  const chunks = [...modelChunks(parts)]
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let position = 0
  for (const chunk of chunks) {
    bytes.set(chunk, position)
    position += chunk.length
  }
  return bytes
}

/**
 * Reads a model back, with pauses; its tables are allocated in the memory of the kernels.
 * @throws LearningError `bytes_invalid`, `statistics_full`.
 */
export async function readModel(bytes: Uint8Array, kernels: Kernels): Promise<RankerParts> {
  const reader = new BinaryReader(bytes)
  if (reader.text() !== FORMAT) throw new LearningError('bytes_invalid', 'these are no model bytes')
  const version = reader.text()
  const sequence = readSequenceConfiguration(reader)
  const items = Array.from({ length: reader.unsigned(bytes.length) }, () => reader.text())
  const shapes = rankerLevels.flatMap((name) =>
    reader.unsigned(1) === 0
      ? []
      : [
          {
            name,
            scaleCount: reader.unsigned(sequence.scales.length),
            scale: 2 ** reader.unsigned(SCALE_EXPONENT_MAX),
          },
        ],
  )
  // Before anything is allocated: what is allocated for damaged bytes would never be freed.
  reader.expectLeft(
    shapes.reduce((sum, { scaleCount }) => sum + levelBytes(scaleCount, items.length), 0),
  )
  const levels = new Map<RankerLevel, LevelModel>()
  try {
    for (const { name, scaleCount, scale } of shapes) {
      const level = reserving(() => allocateLevel(kernels, scaleCount, items.length, scale))
      levels.set(name, level)
      await readRows(reader, level, items.length)
    }
  } catch (error) {
    for (const { table } of levels.values()) kernels.free(table)
    throw error
  }
  return { version, sequence, items, levels }
}

function* rowChunks(level: LevelModel, items: number): Generator<Uint8Array<ArrayBuffer>> {
  const rows = 1 + level.scaleCount * items
  const rowsPerChunk = Math.max(1, Math.floor(CHUNK_BYTES / (2 * items)))
  for (let start = 0; start < rows; start += rowsPerChunk) {
    const end = Math.min(rows, start + rowsPerChunk)
    const chunk = new Int16Array((end - start) * items)
    for (let row = start; row < end; row++) {
      const from = row * level.stride
      chunk.set(level.table.subarray(from, from + items), (row - start) * items)
    }
    yield new Uint8Array(chunk.buffer)
  }
}

function levelBytes(scaleCount: number, items: number): number {
  return 2 * items * (1 + scaleCount * items)
}

async function readRows(reader: BinaryReader, level: LevelModel, items: number): Promise<void> {
  const slices = new WorkSlices(BYTES_PER_SLICE)
  for (let row = 0; row < 1 + level.scaleCount * items; row++) {
    // Copied first: coefficients may start at an odd address among the bytes.
    const values = new Int16Array(reader.raw(2 * items).slice().buffer)
    level.table.set(values, row * level.stride)
    if (slices.spend(values.byteLength)) await slices.pause()
  }
}
