import type { TableEntry } from './csv.ts'
import { COLUMNS_MAX, RECORD_BYTES_MAX } from './limits.ts'

/** Levels of nested objects that become columns with dots, as in `user.id`. */
const NESTING_MAX = 3
const LINE_FEED = 10

/** One object of a JSON Lines file with its nested objects laid flat. */
export interface JsonRow {
  readonly line: number
  readonly values: ReadonlyMap<string, string>
}

type JsonEntry = JsonRow | Extract<TableEntry, { kind: string }>

/** Splits UTF-8 bytes into lines and each line into named values. Blank lines are passed over. */
export class JsonLinesSplitter {
  #rest: Buffer = Buffer.alloc(0)
  #line = 1

  write(chunk: Buffer): JsonEntry[] {
    const entries: JsonEntry[] = []
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      this.#take(bytes.subarray(start, end), false, entries)
      start = end + 1
    }
    this.#rest = bytes.subarray(start)
    if (this.#rest.length > RECORD_BYTES_MAX) {
      // Kept as an empty beginning: the remainder of the long line fails to parse and is reported.
      this.#rest = this.#rest.subarray(0, 1)
    }
    return entries
  }

  finish(): JsonEntry[] {
    const entries: JsonEntry[] = []
    this.#take(this.#rest, true, entries)
    this.#rest = Buffer.alloc(0)
    return entries
  }

  #take(bytes: Buffer, cutOff: boolean, entries: JsonEntry[]): void {
    const line = this.#line++
    const text = bytes.toString().trim()
    if (text === '') return
    const parsed = parseObject(text)
    if (parsed !== null) entries.push({ line, values: flatten(parsed) })
    else {
      entries.push({
        line,
        kind: cutOff ? 'truncated' : 'syntax',
        expected: 'a JSON object in one line',
        found: text,
      })
    }
  }
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    // Not JSON: the caller reports the line.
    return null
  }
}

function flatten(object: object): Map<string, string> {
  const values = new Map<string, string>()
  const visit = (part: object, prefix: string, depth: number): void => {
    for (const [key, value] of Object.entries(part) as [string, unknown][]) {
      const name = prefix + key
      if (value === null || value === undefined) values.set(name, '')
      else if (typeof value !== 'object') values.set(name, String(value))
      else if (Array.isArray(value) || depth >= NESTING_MAX) values.set(name, JSON.stringify(value))
      else visit(value, `${name}.`, depth + 1)
      if (values.size >= COLUMNS_MAX) return
    }
  }
  visit(object, '', 1)
  return values
}
