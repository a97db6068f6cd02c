import { CsvSplitter, type Dialect, type TableEntry } from './csv.ts'

/** In order of preference where two fit alike. */
const DELIMITERS = ['\t', ';', ',', '|', '::'] as const
/** Share of the sample's rows that must have the same number of columns. */
const CONSISTENT_SHARE_MIN = 0.6
/** Bytes looked at per candidate. */
const CANDIDATE_BYTES_MAX = 64 * 1024

/** The beginning of a file as UTF-8. */
export interface Sample {
  readonly bytes: Buffer
  /** Whether it is the whole file. */
  readonly complete: boolean
}

/**
 * Finds how a table is written from its beginning: the delimiter under which most rows have the same
 * number of columns, two at least; of several, the one with more columns. Spaces count only where
 * nothing else fits, because text has spaces too.
 * @returns null when no candidate makes a table of it.
 */
export function inferDialect(sample: Sample): Dialect | null {
  const beginning: Sample = {
    bytes: sample.bytes.subarray(0, CANDIDATE_BYTES_MAX),
    complete: sample.complete && sample.bytes.length <= CANDIDATE_BYTES_MAX,
  }
  let best: { readonly dialect: Dialect; readonly score: number } | null = null
  for (const delimiter of DELIMITERS) {
    const dialect = withQuotes(beginning, delimiter)
    const shape = shapeOf(beginning, dialect)
    if (shape.columns < 2 || shape.share < CONSISTENT_SHARE_MIN) continue
    // A fifth of the rows more consistent weighs like a fifth more columns.
    const score = shape.share * Math.log2(1 + shape.columns)
    if (best === null || score > best.score) best = { dialect, score }
  }
  if (best !== null) return best.dialect
  const spaced: Dialect = { delimiter: ' ', quoted: false }
  const shape = shapeOf(beginning, spaced)
  return shape.rows >= 2 && shape.columns >= 2 && shape.share === 1 ? spaced : null
}

/** Splits a sample; what its end cuts off is left out. */
export function splitSample(sample: Sample, dialect: Dialect): TableEntry[] {
  const splitter = new CsvSplitter(dialect)
  const entries = splitter.write(sample.bytes)
  return sample.complete ? [...entries, ...splitter.finish()] : entries
}

/** Quotation marks enclose fields unless the sample falls apart when they are taken that way. */
function withQuotes(sample: Sample, delimiter: Dialect['delimiter']): Dialect {
  const quoted: Dialect = { delimiter, quoted: true }
  if (!sample.bytes.includes('"')) return quoted
  const plain: Dialect = { delimiter, quoted: false }
  const quotedShape = shapeOf(sample, quoted)
  const plainShape = shapeOf(sample, plain)
  return quotedShape.broken > 1 && plainShape.share > quotedShape.share ? plain : quoted
}

interface Shape {
  readonly rows: number
  /** The most usual number of columns. */
  readonly columns: number
  /** Share of the rows that have it. */
  readonly share: number
  readonly broken: number
}

function shapeOf(sample: Sample, dialect: Dialect): Shape {
  const counts = new Map<number, number>()
  let rows = 0
  let broken = 0
  for (const entry of splitSample(sample, dialect)) {
    rows++
    if ('kind' in entry) broken++
    else counts.set(entry.cells.length, (counts.get(entry.cells.length) ?? 0) + 1)
  }
  const [columns, most] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0])
  return { rows, columns, share: rows === 0 ? 0 : most / rows, broken }
}
