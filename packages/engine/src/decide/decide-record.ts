import type { Constraint, Context, PersonalizationLevel, SurfaceMode } from '@adsum/protocol'
import type { Aggregation } from '../app/decide-surface.ts'
import { VARINT_BYTES_MAX, VarintReader, VarintWriter } from '../decisions/varints.ts'

/**
 * A decision of a `decide` surface at rest: everything that was asked, weighed and chosen, in integers,
 * and the row that learning adds or takes back. It is replayed and forgotten from this alone.
 *
 *   length of the header (uint32, little-endian) | header (JSON) | length of the row (uint32) | row |
 *   zigzag varints: per option its score, exploration, parts
 */
export interface DecideRecord {
  readonly surface: string
  readonly mode: SurfaceMode
  readonly personalization: PersonalizationLevel
  readonly user: string | null
  readonly context: Context
  /** Features of the request as they came. */
  readonly features: unknown
  /** Features that the request gave its actions, as they came: of all, or of many of the one that counts. */
  readonly actionFeatures: Readonly<Record<string, unknown>>
  readonly time: number
  readonly deadline: number
  readonly deferred: boolean
  readonly learns: boolean
  readonly aggregation: Aggregation
  readonly worth: number
  readonly model: string | null
  readonly baseline: boolean
  /** How the row was made; one made otherwise is not learned any more. */
  readonly learner: string
  readonly constraints: readonly Constraint[]
  /** What the system in charge chose, where we only watch: an index of the options, or null. */
  readonly incumbent: number | null
  /** What can be chosen, `null` for nothing. */
  readonly options: readonly WeighedOption[]
  readonly scale: number
  readonly partsTotal: number
  /** From 0 to below `partsTotal`; the option whose parts it falls into is ours. */
  readonly draw: number
  /** The terms of the option that counts, with their names; they add up to its score. */
  readonly terms: readonly { readonly feature: string; readonly share: number }[]
  /** What learning adds for the option that counts; empty where nothing can be learned. */
  readonly row: Uint8Array
}

export interface WeighedOption {
  readonly action: string | null
  /** The predicted reward, exploration included, in `scale`. */
  readonly score: number
  readonly exploration: number
  /** The propensity, in `partsTotal`. */
  readonly parts: number
}

type Header = Omit<DecideRecord, 'options' | 'row'> & {
  readonly actions: readonly (string | null)[]
}

/** Records of `decide` decisions among all records. */
export const DECIDE_KIND = 'decide'

/** Integers per option. */
const OPTION_INTEGERS = 3
/** Bytes of a length. */
const LENGTH_BYTES = 4

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The bytes of a record. */
export function encodeDecideRecord({ options, row, ...rest }: DecideRecord): Uint8Array {
  const header: Header = { ...rest, actions: options.map(({ action }) => action) }
  const head = encoder.encode(JSON.stringify(header))
  const room = 2 * LENGTH_BYTES + head.length + row.length
  const bytes = Buffer.allocUnsafe(room + options.length * OPTION_INTEGERS * VARINT_BYTES_MAX)
  bytes.writeUInt32LE(head.length, 0)
  bytes.set(head, LENGTH_BYTES)
  bytes.writeUInt32LE(row.length, LENGTH_BYTES + head.length)
  bytes.set(row, 2 * LENGTH_BYTES + head.length)
  const writer = new VarintWriter(bytes, room)
  for (const { score, exploration, parts } of options) {
    writer.write(score)
    writer.write(exploration)
    writer.write(parts)
  }
  return new Uint8Array(bytes.subarray(0, writer.position))
}

/**
 * The record of the bytes.
 * @throws AdsumError `data_corrupt` when they end early.
 */
export function decodeDecideRecord(bytes: Uint8Array): DecideRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headLength = view.getUint32(0, true)
  const rowAt = 2 * LENGTH_BYTES + headLength
  const rowLength = view.getUint32(LENGTH_BYTES + headLength, true)
  const head = decoder.decode(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + headLength))
  const { actions, ...rest } = JSON.parse(head) as Header
  const reader = new VarintReader(bytes, rowAt + rowLength)
  const options = actions.map((action) => ({
    action,
    score: reader.read(),
    exploration: reader.read(),
    parts: reader.read(),
  }))
  return { ...rest, options, row: bytes.slice(rowAt, rowAt + rowLength) }
}

/** The option that a draw falls into. */
export function optionOf(options: readonly { readonly parts: number }[], draw: number): number {
  let end = 0
  for (const [index, { parts }] of options.entries()) {
    end += parts
    if (draw < end) return index
  }
  throw new RangeError(`no option is drawn by ${draw} of ${end}`)
}

/** The record of a decision about somebody who is being erased: what was chosen, and nothing of them. */
export function withoutPerson(record: DecideRecord): DecideRecord {
  const share = record.terms.reduce((sum, term) => sum + term.share, 0)
  return {
    ...record,
    user: null,
    context: {},
    features: null,
    actionFeatures: {},
    learns: false,
    terms: [{ feature: 'erased', share }],
    row: new Uint8Array(0),
  }
}
