import { VARINT_BYTES_MAX, VarintReader, VarintWriter } from './varints.ts'

/**
 * A decision at rest. What it says in numbers is kept as integers, choice by choice and term by term,
 * so that it can be shown and replayed when the model that made it is gone. Words are made on reading.
 *
 *   length of the header (uint32, little-endian) | header (JSON) | zigzag varints:
 *     choices: item number, score           (choices of them)
 *     features: item number, seconds        (features of them; seconds as difference to the one before)
 *     terms: share of the base, then of each feature    (choices x (1 + features))
 */
export interface DecisionRecord {
  readonly surface: string
  readonly user: string | null
  readonly context: Readonly<Record<string, string | number | boolean | null>>
  readonly time: number
  readonly model: string | null
  readonly baseline: boolean
  readonly personalization: 'everyone' | 'moment' | 'history'
  readonly candidates: number
  /** Where we only watch: numbers of the items that the other system chose, best first. */
  readonly incumbent?: readonly number[]
  readonly scale: number
  /** Numbers of the chosen items, best first, and their scores. */
  readonly choices: readonly number[]
  readonly scores: readonly number[]
  /** Items of the history that have a share, with the latest time that each was used; null: unknown. */
  readonly features: readonly { readonly item: number; readonly time: number | null }[]
  /** Per choice: the share of the base, then one per feature. */
  readonly terms: readonly Int32Array[]
}

type Header = Omit<DecisionRecord, 'choices' | 'scores' | 'features' | 'terms'> & {
  readonly choiceCount: number
  readonly featureCount: number
}

/** Stands for an unknown time among the seconds. */
const TIME_UNKNOWN = -1
const SECOND_MS = 1000

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The bytes of a record. */
export function encodeRecord(record: DecisionRecord): Uint8Array {
  const { choices, scores, features, terms, ...rest } = record
  const header: Header = {
    ...rest,
    choiceCount: choices.length,
    featureCount: features.length,
  }
  const head = encoder.encode(JSON.stringify(header))
  const numbers = 2 * choices.length + 2 * features.length + terms.length * (1 + features.length)
  // Not zeroed: only what is written is given away.
  const bytes = Buffer.allocUnsafe(4 + head.length + numbers * VARINT_BYTES_MAX)
  bytes.writeUInt32LE(head.length, 0)
  bytes.set(head, 4)
  const writer = new VarintWriter(bytes, 4 + head.length)
  for (const [index, choice] of choices.entries()) {
    writer.write(choice)
    writer.write(scores[index] as number)
  }
  let before = 0
  for (const { item, time } of features) {
    const seconds = time === null ? TIME_UNKNOWN : Math.floor(time / SECOND_MS)
    writer.write(item)
    writer.write(seconds - before)
    before = seconds
  }
  for (const row of terms) {
    for (let index = 0; index < row.length; index++) writer.write(row[index] as number)
  }
  return new Uint8Array(bytes.subarray(0, writer.position))
}

/**
 * The record of the bytes.
 * @throws AdsumError `data_corrupt` when they end early.
 */
export function decodeRecord(bytes: Uint8Array): DecisionRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headLength = view.getUint32(0, true)
  const head = JSON.parse(decoder.decode(bytes.subarray(4, 4 + headLength))) as Header
  const reader = new VarintReader(bytes, 4 + headLength)
  const { choiceCount, featureCount, ...rest } = head
  const choices: number[] = []
  const scores: number[] = []
  for (let index = 0; index < choiceCount; index++) {
    choices.push(reader.read())
    scores.push(reader.read())
  }
  const features: { item: number; time: number | null }[] = []
  let before = 0
  for (let index = 0; index < featureCount; index++) {
    const item = reader.read()
    before += reader.read()
    features.push({ item, time: before === TIME_UNKNOWN ? null : before * SECOND_MS })
  }
  const terms = choices.map(() =>
    Int32Array.from({ length: 1 + featureCount }, () => reader.read()),
  )
  return { ...rest, choices, scores, features, terms }
}
