/**
 * A look over the bytes of a JSON body before it is parsed. `JSON.parse` takes over a second for two
 * megabytes of nested brackets; this takes a few milliseconds for any body, because it only counts.
 *
 * For valid JSON the counts are exact. What is invalid may be miscounted, never missed: the parser,
 * which comes next, refuses it.
 */

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_ARRAY = 0x5b
const BACKSLASH = 0x5c
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const SPACE = 0x20

/** How far a body may go. */
export interface JsonBounds {
  /** Levels of arrays and objects; a plain value has none. */
  readonly depthMax: number
  /** Values and keys, containers included. */
  readonly tokensMax: number
  /** Elements of one array, or keys of one object. */
  readonly membersMax: number
}

/**
 * Whether the JSON text in `bytes` (UTF-8) stays within the bounds; the first bound that is passed is
 * named. Linear in the length, stops at the first excess.
 */
export function scanJson(
  bytes: Uint8Array,
  { depthMax, tokensMax, membersMax }: JsonBounds,
): 'within' | 'too-deep' | 'too-complex' | 'too-wide' {
  const { length } = bytes
  /** Of each open container the commas so far; what is outside of them has none in valid JSON. */
  const commas = new Uint32Array(depthMax + 1)
  let depth = 0
  let tokens = 0
  let at = 0
  while (at < length) {
    const byte = bytes[at]!
    at += 1
    if (byte === QUOTE) {
      tokens += 1
      at = endOfString(bytes, at)
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      tokens += 1
      depth += 1
      if (depth > depthMax) return 'too-deep'
      commas[depth] = 0
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      depth -= 1
    } else if (byte === COMMA) {
      commas[depth]! += 1
      if (commas[depth]! >= membersMax) return 'too-wide'
    } else if (byte !== COLON && byte > SPACE) {
      tokens += 1
      at = endOfPlainValue(bytes, at)
    }
    if (tokens > tokensMax) return 'too-complex'
  }
  return 'within'
}

/** The place after the closing quote of a string whose text starts at `at`. */
function endOfString(bytes: Uint8Array, at: number): number {
  const { length } = bytes
  while (at < length) {
    const byte = bytes[at]!
    if (byte === QUOTE) return at + 1
    at += byte === BACKSLASH ? 2 : 1
  }
  return length
}

/** The place of what follows a number, `true`, `false` or `null`. */
function endOfPlainValue(bytes: Uint8Array, at: number): number {
  const { length } = bytes
  while (at < length) {
    const byte = bytes[at]!
    if (byte <= SPACE || byte === COMMA || byte === COLON) return at
    if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) return at
    at += 1
  }
  return length
}
