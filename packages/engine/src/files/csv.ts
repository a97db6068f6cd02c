import { Parser } from 'csv-parse'
import { parse as parseStrictly } from 'csv-parse/sync'
import { BROKEN_QUOTES_MAX, RECORD_BYTES_MAX } from './limits.ts'

/** How a file of rows is written. */
export interface Dialect {
  readonly delimiter: ',' | ';' | '\t' | '|' | '::' | ' '
  /** Whether quotation marks enclose fields; otherwise they are characters like others. */
  readonly quoted: boolean
}

/** One row of a table with the line that it begins in, from 1. */
export interface TableRow {
  readonly line: number
  readonly cells: readonly string[]
  /** Set when the file ends in this row without a line end: it may be cut off. */
  readonly endsFile?: true
}

/** A place where the table itself is broken, before any meaning of its cells. */
export interface TableFault {
  readonly line: number
  readonly kind: 'quote' | 'truncated' | 'syntax' | 'given-up'
  readonly expected: string
  readonly found: string
}

export type TableEntry = TableRow | TableFault

/** Newlines that make csv-parse give out what it holds back to look ahead. */
const FLUSH = Buffer.from('\n'.repeat(16))
/** Bytes parsed at a time: little, because what follows a broken line is parsed anew. */
const PIECE_BYTES = 8 * 1024
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * Splits UTF-8 bytes into records with csv-parse and starts anew after a line whose quotation is
 * broken, so that one stray mark costs one line and not the rest of the file. csv-parse runs with
 * relaxed quotes (an inch mark inside a field is no error); a relaxed field that spans lines is the
 * sign of a mark that was never closed and is checked strictly.
 */
export class CsvSplitter {
  readonly #dialect: Dialect
  #parser: Parser
  /** Records found by the parser; `end` counts bytes since the parser was made. */
  #found: { readonly cells: string[]; readonly end: number }[] = []
  /** Bytes given to the parser of which no record has come out yet. */
  #window: Buffer = Buffer.alloc(0)
  /** Bytes that this parser was given before the window. */
  #windowStart = 0
  /** Line of the window's first byte. */
  #line = 1
  #broken = 0

  constructor(dialect: Dialect) {
    this.#dialect = dialect
    this.#parser = this.#newParser()
  }

  /** Takes more bytes and returns what they complete, in file order. */
  write(chunk: Buffer): TableEntry[] {
    const entries: TableEntry[] = []
    this.#take(chunk, entries)
    return entries
  }

  /** Takes the end of the file and returns what is left. */
  finish(): TableEntry[] {
    const entries: TableEntry[] = []
    const lastByte = this.#window.at(-1)
    const endsInRow = lastByte !== LINE_FEED && lastByte !== CARRIAGE_RETURN
    this.#take(FLUSH, entries)
    const last = entries.at(-1)
    if (endsInRow && last !== undefined && 'cells' in last) {
      entries[entries.length - 1] = { ...last, endsFile: true }
    }
    while (hasContent(this.#window) && !this.#givenUp) {
      this.#take(this.#dropBrokenLine(entries, true), entries)
    }
    return entries
  }

  get #givenUp(): boolean {
    return this.#broken > BROKEN_QUOTES_MAX
  }

  #newParser(): Parser {
    return new Parser({
      delimiter: this.#dialect.delimiter,
      quote: this.#dialect.quoted ? '"' : null,
      escape: this.#dialect.quoted ? '"' : null,
      // Named, not discovered: files with mixed line ends exist.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      ltrim: this.#dialect.delimiter === ',' || this.#dialect.delimiter === ';',
      max_record_size: 0,
      on_record: (cells: string[], context) => {
        this.#found.push({ cells, end: context.bytes })
        return null
      },
    })
  }

  #take(bytes: Buffer, entries: TableEntry[]): void {
    let pending = bytes
    while (pending.length > 0 && !this.#givenUp) {
      const unread = this.#feed(pending.subarray(0, PIECE_BYTES), entries)
      const rest = pending.subarray(PIECE_BYTES)
      pending = unread === null ? rest : Buffer.concat([unread, rest])
    }
  }

  /** @returns null, or the bytes to read anew behind a broken line. */
  #feed(piece: Buffer, entries: TableEntry[]): Buffer | null {
    this.#window = this.#window.length === 0 ? piece : Buffer.concat([this.#window, piece])
    this.#parser.write(piece)
    const found = this.#found
    this.#found = []
    let start = 0
    for (const { cells, end } of found) {
      const stop = Math.min(end - this.#windowStart, this.#window.length)
      const first = start + blankBytes(this.#window, start, stop)
      const line = this.#line + newlines(this.#window, start, first)
      if (spansLines(cells) && !isWellQuoted(this.#window.subarray(first, stop), this.#dialect)) {
        this.#window = this.#window.subarray(start)
        return this.#dropBrokenLine(entries, false)
      }
      if (cells.some((cell) => cell !== '')) entries.push({ line, cells })
      this.#line = line + newlines(this.#window, first, stop)
      start = stop
    }
    this.#windowStart += start
    this.#window = this.#window.subarray(start)
    return this.#window.length > RECORD_BYTES_MAX ? this.#dropBrokenLine(entries, false) : null
  }

  /**
   * Reports the window's first line as broken and makes a new parser.
   * @returns the rest of the window, which is to be read anew.
   */
  #dropBrokenLine(entries: TableEntry[], atEnd: boolean): Buffer {
    const start = blankBytes(this.#window, 0, this.#window.length)
    this.#line += newlines(this.#window, 0, start)
    const end = endOfLine(this.#window, start)
    const text = this.#window.subarray(start, end).toString()
    const rest = this.#window.subarray(end)
    entries.push({
      line: this.#line,
      kind: atEnd && !hasContent(rest) ? 'truncated' : 'quote',
      expected: 'a closing quotation mark',
      found: text.slice(Math.max(0, text.lastIndexOf('"'))).trimEnd(),
    })
    this.#broken++
    if (this.#givenUp) {
      entries.push({
        line: this.#line + 1,
        kind: 'given-up',
        expected: `at most ${BROKEN_QUOTES_MAX} lines with open quotation marks`,
        found: 'more; the rest of the file was not read',
      })
    }
    this.#line += newlines(this.#window, start, end)
    this.#window = Buffer.alloc(0)
    this.#windowStart = 0
    this.#parser = this.#newParser()
    return rest
  }
}

/** Whether one of the cells looks like a relaxed quotation that swallowed the end of its line. */
function spansLines(cells: readonly string[]): boolean {
  return cells.some((cell) => cell.startsWith('"') && /[\r\n]/.test(cell))
}

function isWellQuoted(record: Buffer, dialect: Dialect): boolean {
  try {
    const strict = parseStrictly(record, {
      delimiter: dialect.delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      ltrim: dialect.delimiter === ',' || dialect.delimiter === ';',
    })
    return strict.length === 1
  } catch {
    return false
  }
}

function hasContent(bytes: Buffer): boolean {
  return blankBytes(bytes, 0, bytes.length) < bytes.length
}

/** Line ends at the beginning of a range. */
function blankBytes(bytes: Buffer, start: number, stop: number): number {
  let at = start
  while (at < stop && (bytes[at] === LINE_FEED || bytes[at] === CARRIAGE_RETURN)) at++
  return at - start
}

function newlines(bytes: Buffer, start: number, stop: number): number {
  let count = 0
  for (let at = start; at < stop; at++) {
    const byte = bytes[at]
    // A pair of carriage return and line feed is one end; the feed counts.
    if (byte === LINE_FEED) count++
    else if (byte === CARRIAGE_RETURN && bytes[at + 1] !== LINE_FEED) count++
  }
  return count
}

/** Where the line that begins at `start` is over, its end included. */
function endOfLine(bytes: Buffer, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === LINE_FEED) return at + 1
    if (bytes[at] === CARRIAGE_RETURN) return bytes[at + 1] === LINE_FEED ? at + 2 : at + 1
  }
  return bytes.length
}
