import { BinaryReader } from '../binary-reader.ts'
import { BinaryWriter } from '../binary-writer.ts'
import { LearningError, requireArgument } from '../errors.ts'
import { DIMENSIONS_MAX } from './configuration.ts'
import { type SparseRow, VALUE_MAX, VALUE_UNIT } from './features.ts'

/** The action that stands for doing nothing. No other may be called so. */
export const NOTHING = ''

/** Code units of an action's id. */
export const ACTION_ID_MAX = 512

/**
 * What a decision said of the action that it chose: everything that learning from its reward needs, and
 * everything that taking it back needs. Stored with the decision.
 */
export interface BanditRow {
  readonly action: string
  /** The moment and the action by itself. */
  readonly own: SparseRow
  /** The moment times the action's features; empty for `disjoint` and for nothing. */
  readonly shared: SparseRow
}

/** A row with what came of it. */
export interface RewardedRow {
  readonly row: BanditRow
  /** In the configured range. */
  readonly reward: number
  /** How much the row counts: a whole number from 1 to `ROW_WEIGHT_MAX`; default 1. */
  readonly weight?: number
}

export const ROW_WEIGHT_MAX = 256
/** The best reward in the integers of statistics; the worst is 0. */
export const REWARD_UNIT = 65_536

/** The row in bytes; equal rows, equal bytes. */
export function serialiseRow(row: BanditRow): Uint8Array {
  const writer = new BinaryWriter()
  writer.text(row.action)
  writeSparse(writer, row.own)
  writeSparse(writer, row.shared)
  return writer.finish()
}

/** @throws LearningError `bytes_invalid` when the bytes are not a row. */
export function deserialiseRow(bytes: Uint8Array): BanditRow {
  const reader = new BinaryReader(bytes)
  const row = { action: reader.text(), own: readSparse(reader), shared: readSparse(reader) }
  reader.expectLeft(0)
  return row
}

export function writeSparse(writer: BinaryWriter, { places, values }: SparseRow): void {
  writer.unsigned(places.length)
  let before = -1
  for (const [index, place] of places.entries()) {
    writer.unsigned(place - before - 1)
    writer.signed(values[index] as number)
    before = place
  }
}

/** @param dimensions places lie below it */
export function readSparse(
  reader: BinaryReader,
  dimensions: number = 2 * DIMENSIONS_MAX,
): SparseRow {
  const length = reader.unsigned(dimensions)
  const places = new Int32Array(length)
  const values = new Int32Array(length)
  let before = -1
  for (let index = 0; index < length; index++) {
    before += reader.unsigned(dimensions) + 1
    const value = reader.signed()
    if (before >= dimensions || value === 0 || Math.abs(value) > VALUE_MAX * VALUE_UNIT) {
      throw new LearningError('bytes_invalid', 'a row has a place or a value out of range')
    }
    places[index] = before
    values[index] = value
  }
  return { places, values }
}

/** A reward in integers. Throws `argument_invalid` outside the range. */
export function rewardUnits(reward: number, { min, max }: { min: number; max: number }): number {
  requireArgument(reward >= min && reward <= max, `a reward lies from ${min} to ${max}`)
  return Math.round(((reward - min) / (max - min)) * REWARD_UNIT)
}
