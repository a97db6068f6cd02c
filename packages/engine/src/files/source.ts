import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { AdsumError } from '@adsum/protocol'
import { UNPACKED_BYTES_MAX } from './limits.ts'

/** Bytes with a name that can be read from the start as often as wanted. */
export interface ByteSource {
  /** The name that people know the file by, without folders. */
  readonly name: string
  /** Size as stored, in bytes. */
  readonly bytes: number
  open(): AsyncIterable<Uint8Array>
}

/** Thrown by a reader whose input ends before it is complete, such as half of a gzip file. */
export class InputTruncated extends Error {
  override readonly name = 'InputTruncated'
}

/**
 * A file on disk.
 * @throws AdsumError `file_not_found`, `file_empty`.
 */
export async function fileSource(path: string, name: string = basename(path)): Promise<ByteSource> {
  const found = await stat(path).catch(() => null)
  if (found === null || !found.isFile()) throw new AdsumError('file_not_found', { path })
  if (found.size === 0) throw new AdsumError('file_empty')
  return { name, bytes: found.size, open: () => createReadStream(path) }
}

/** Bytes that are already in memory. */
export function memorySource(name: string, content: Uint8Array): ByteSource {
  return {
    name,
    bytes: content.length,
    async *open() {
      yield content
    },
  }
}

/**
 * The content of a source, unpacked when it is gzip (told by its first two bytes, not by its name).
 * @param onRead told the stored bytes read so far.
 * @throws InputTruncated when a packed file ends early; AdsumError `file_too_large` beyond
 *   {@link UNPACKED_BYTES_MAX}.
 */
export async function* unpacked(
  source: ByteSource,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const stored = counted(source.open(), onRead)[Symbol.asyncIterator]()
  const first = await stored.next()
  if (first.done === true) return
  const whole = resumed(first.value, stored)
  const packed = first.value[0] === 0x1f && first.value[1] === 0x8b
  let total = 0
  for await (const chunk of packed ? gunzipped(whole) : whole) {
    total += chunk.length
    if (total > UNPACKED_BYTES_MAX) {
      throw new AdsumError('file_too_large', { limit: UNPACKED_BYTES_MAX })
    }
    yield chunk
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    read += chunk.length
    onRead(read)
    yield chunk
  }
}

async function* resumed(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value
    }
  } finally {
    await rest.return?.()
  }
}

async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // A failure of the input reaches the reader below, because pipeline destroys the stream with it.
  const feeding = pipeline(chunks, gunzip).catch(() => {})
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array
  } catch (cause) {
    throw isZlibError(cause) ? new InputTruncated('the packed file is damaged or cut off') : cause
  } finally {
    gunzip.destroy()
    await feeding
  }
}

function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_')
}
