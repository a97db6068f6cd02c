/** How the characters of a file are written as bytes. */
export const encodings = ['utf-8', 'windows-1252', 'latin-1'] as const
export type Encoding = (typeof encodings)[number]

/** What a decoder leaves in place of bytes that are not valid. */
export const REPLACEMENT = '\uFFFD'

/**
 * The same text as UTF-8 without a byte order mark. UTF-16, as spreadsheets write it, is told by its
 * byte order mark. Invalid UTF-8 passes through: decoding it later leaves {@link REPLACEMENT}, which
 * the reader of the rows reports with its place.
 */
export async function* asUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<Buffer> {
  let convert: ((chunk: Uint8Array) => Buffer) | null = null
  for await (const bytes of atLeastThreeFirst(chunks)) {
    if (convert !== null) {
      yield convert(bytes)
      continue
    }
    convert = converter(bytes, encoding)
    yield convert(hasUtf8Mark(bytes) ? bytes.subarray(3) : bytes)
  }
}

function hasUtf8Mark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
}

function converter(first: Uint8Array, encoding: Encoding): (chunk: Uint8Array) => Buffer {
  if (first[0] === 0xff && first[1] === 0xfe) return decoding('utf-16le')
  if (first[0] === 0xfe && first[1] === 0xff) return decoding('utf-16be')
  if (encoding === 'utf-8' || hasUtf8Mark(first)) {
    return (chunk) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
  }
  if (encoding === 'windows-1252') return decoding('windows-1252')
  // The web's decoder takes "latin-1" for windows-1252; Buffer knows the true one.
  return (chunk) => Buffer.from(Buffer.from(chunk).toString('latin1'))
}

function decoding(label: string): (chunk: Uint8Array) => Buffer {
  const decoder = new TextDecoder(label)
  return (chunk) => Buffer.from(decoder.decode(chunk, { stream: true }))
}

/** Joins the first chunks until a byte order mark could be seen whole. */
async function* atLeastThreeFirst(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | null = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (held === null) {
      yield chunk
      continue
    }
    held = Buffer.concat([held, chunk])
    if (held.length >= 3) {
      yield held
      held = null
    }
  }
  if (held !== null && held.length > 0) yield held
}
