import { AdsumError } from '@adsum/protocol'
import { CsvSplitter, type Dialect, type TableEntry, type TableRow } from './csv.ts'
import { inferDialect, splitSample } from './dialect.ts'
import { asUtf8, type Encoding } from './encoding.ts'
import { columnNames, hasHeader } from './header.ts'
import { JsonLinesSplitter } from './json-lines.ts'
import { COLUMNS_MAX, SAMPLE_BYTES_MAX, SAMPLE_ROWS_MAX } from './limits.ts'
import { type ByteSource, InputTruncated, unpacked } from './source.ts'

/** Rows with named columns, whatever they are stored as. */
export interface Table {
  readonly format: 'csv' | 'jsonl'
  readonly source: ByteSource
  readonly columns: readonly string[]
  /** Whether the file itself names its columns. */
  readonly named: boolean
  /** The first rows and faults. */
  readonly sample: readonly TableEntry[]
  /** All rows and faults from the start, as many at once as a chunk of the file completes. */
  read(watch?: ReadWatch): AsyncIterable<readonly TableEntry[]>
}

/** Who wants to know while a table is read. */
export interface ReadWatch {
  /** Stored bytes read so far. */
  onRead?(bytes: number): void
  /** The unpacked content as it passes. */
  onContent?(bytes: Uint8Array): void
}

/** What is known of a table before it is looked at; the rest is inferred. */
export interface TableHints {
  readonly encoding?: Encoding
  readonly dialect?: Dialect
  /** Names of the columns of a well-known file without a header. */
  readonly columns?: readonly string[]
}

/**
 * Looks at the beginning of a file and says what table it holds.
 * @throws AdsumError `file_empty`; `file_columns_unclear` when it is no table of two columns or more.
 */
export async function openTable(source: ByteSource, hints: TableHints = {}): Promise<Table> {
  const encoding = hints.encoding ?? 'utf-8'
  const sample = await readBeginning(source, encoding)
  const start = sample.bytes.toString('latin1').trimStart()
  if (start === '') throw new AdsumError('file_empty')
  if (start.startsWith('{')) return jsonTable(source, sample, encoding)
  if (start.startsWith('[')) {
    throw unclear('the file is one JSON array; write one JSON object per line instead')
  }
  const dialect = hints.dialect ?? inferDialect(sample)
  if (dialect === null) {
    throw unclear('no character divides its rows into the same two or more columns')
  }
  return csvTable(source, sample, { ...hints, encoding, dialect })
}

function unclear(problem: string): AdsumError {
  return new AdsumError('file_columns_unclear', { problem })
}

interface Beginning {
  readonly bytes: Buffer
  readonly complete: boolean
}

async function readBeginning(source: ByteSource, encoding: Encoding): Promise<Beginning> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of asUtf8(unpacked(source), encoding)) {
      chunks.push(chunk)
      length += chunk.length
      if (length > SAMPLE_BYTES_MAX) {
        return { bytes: Buffer.concat(chunks).subarray(0, SAMPLE_BYTES_MAX), complete: false }
      }
    }
  } catch (fault) {
    // A cut-off archive is reported with its line when all of it is read.
    if (!(fault instanceof InputTruncated)) throw fault
    return { bytes: Buffer.concat(chunks), complete: false }
  }
  return { bytes: Buffer.concat(chunks), complete: true }
}

function csvTable(
  source: ByteSource,
  beginning: Beginning,
  shape: Required<Pick<TableHints, 'encoding' | 'dialect'>> & TableHints,
): Table {
  const { dialect, encoding } = shape
  const entries = splitSample(beginning, dialect)
  const rows = entries.filter((entry): entry is TableRow => 'cells' in entry)
  const known = shape.columns
  const named = known === undefined && hasHeader(rows.map(({ cells }) => cells))
  const header = known ?? (named ? (rows[0]?.cells ?? []) : null)
  const columns = columnNames(header, header?.length ?? usualLength(rows))
  if (columns.length < 2) throw unclear('its rows have one column only')
  const fit = (batch: readonly TableEntry[]) => batch.map((entry) => fitted(entry, columns.length))
  const skip = named ? 1 : 0
  return {
    format: 'csv',
    source,
    columns,
    named: named || known !== undefined,
    sample: fit(withoutFirstRow(entries, skip).slice(0, SAMPLE_ROWS_MAX)),
    async *read(watch) {
      const splitter = new CsvSplitter(dialect)
      let toSkip = skip
      for await (const batch of split(splitter, source, encoding, watch)) {
        const body = withoutFirstRow(batch, toSkip)
        if (body.length < batch.length) toSkip = 0
        if (body.length > 0) yield fit(body)
      }
    },
  }
}

function jsonTable(source: ByteSource, beginning: Beginning, encoding: Encoding): Table {
  const splitter = new JsonLinesSplitter()
  const entries = [
    ...splitter.write(beginning.bytes),
    ...(beginning.complete ? splitter.finish() : []),
  ].slice(0, SAMPLE_ROWS_MAX)
  const names = new Set<string>()
  for (const entry of entries) {
    if ('values' in entry) for (const name of entry.values.keys()) names.add(name)
  }
  const columns = [...names].slice(0, COLUMNS_MAX)
  type Entry = (typeof entries)[number]
  const toRow = (entry: Entry): TableEntry =>
    'values' in entry
      ? { line: entry.line, cells: columns.map((name) => entry.values.get(name) ?? '') }
      : entry
  if (columns.length < 2) throw unclear('its objects have fewer than two keys')
  return {
    format: 'jsonl',
    source,
    columns,
    named: true,
    sample: entries.map(toRow),
    async *read(watch) {
      for await (const batch of split(new JsonLinesSplitter(), source, encoding, watch)) {
        if (batch.length > 0) yield batch.map(toRow)
      }
    },
  }
}

/** Something that cuts bytes into entries. */
interface Splitter<Entry> {
  write(chunk: Buffer): Entry[]
  finish(): Entry[]
}

async function* split<Entry extends { readonly line: number }>(
  splitter: Splitter<Entry>,
  source: ByteSource,
  encoding: Encoding,
  watch: ReadWatch = {},
): AsyncGenerator<(Entry | Extract<TableEntry, { kind: string }>)[]> {
  let lastLine = 0
  const remember = (entries: Entry[]): Entry[] => {
    lastLine = entries.at(-1)?.line ?? lastLine
    return entries
  }
  try {
    const content = watched(unpacked(source, watch.onRead), watch.onContent)
    for await (const chunk of asUtf8(content, encoding)) yield remember(splitter.write(chunk))
  } catch (fault) {
    if (!(fault instanceof InputTruncated)) throw fault
    const entries = remember(splitter.finish())
    yield [
      ...entries,
      {
        line: lastLine + 1,
        kind: 'truncated',
        expected: 'the rest of the packed file',
        found: 'its end; it is damaged or was not copied whole',
      },
    ]
    return
  }
  yield splitter.finish()
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  onContent: ReadWatch['onContent'],
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onContent?.(chunk)
    yield chunk
  }
}

function withoutFirstRow(entries: readonly TableEntry[], skip: number): readonly TableEntry[] {
  if (skip === 0) return entries
  const first = entries.findIndex((entry) => 'cells' in entry)
  return first < 0 ? entries : entries.filter((_, index) => index !== first)
}

function usualLength(rows: readonly TableRow[]): number {
  const counts = new Map<number, number>()
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1)
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0])[0]
}

/** A row with exactly the table's columns, or the fault that it has others. */
function fitted(entry: TableEntry, count: number): TableEntry {
  if (!('cells' in entry) || entry.cells.length === count) return entry
  const { line, cells } = entry
  if (cells.length > count && cells.slice(count).every((cell) => cell.trim() === '')) {
    return { line, cells: cells.slice(0, count) }
  }
  return {
    line,
    kind: entry.endsFile === true && cells.length < count ? 'truncated' : 'syntax',
    expected: `${count} columns`,
    found: `${cells.length}`,
  }
}
