/**
 * How bodies come in: JSON whole, files as a stream. Both are counted while they arrive, whatever the
 * headers promise, and a refused body is read to its end for a while, because a client that is still
 * sending would otherwise see a broken connection instead of the refusal.
 */

import type { IncomingMessage } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AdsumError, BODY_BYTES_MAX, FILE_BYTES_MAX } from '@adsum/protocol'
import type { FastifyRequest } from 'fastify'
import { parseJson } from './json-parse.ts'
import { BODY_BYTES_ARRIVING_MAX, BODY_MS_MAX, DRAIN_MS_MAX, LARGE_BODY_BYTES } from './limits.ts'

type Done = (error: Error | null, body?: unknown) => void

/** A parser for JSON bodies. All bodies of one server share its budget of bytes in memory. */
export function createJsonReader(): (
  request: FastifyRequest,
  payload: IncomingMessage,
  done: Done,
) => void {
  let arriving = 0
  /** Ends when the last large body so far has been parsed. */
  let large: Promise<unknown> = Promise.resolve()
  return (request, payload, done) => {
    const declared = declaredLength(request)
    const share = declared ?? BODY_BYTES_MAX
    const refusal = refuseAtHeader(request, share)
    if (refusal !== null) {
      drain(payload)
      done(refusal)
      return
    }
    if (arriving + share > BODY_BYTES_ARRIVING_MAX) {
      drain(payload)
      done(new AdsumError('overloaded'))
      return
    }
    arriving += share
    const taken = (error: Error | null, bytes?: Buffer): void => {
      const settle = ({ fault, body }: Parsed): void => {
        arriving -= share
        done(fault, body)
      }
      if (bytes === undefined) settle({ fault: error, body: undefined })
      else if (bytes.length < LARGE_BODY_BYTES) settle(parse(bytes))
      else large = large.then(() => inTurns(bytes)).then(settle)
    }
    readWhole(payload, BODY_BYTES_MAX, taken, (length) => request.ticket?.grow(length))
  }
}

/** What became of a body. */
interface Parsed {
  readonly fault: Error | null
  readonly body: unknown
}

function parse(bytes: Buffer): Parsed {
  try {
    return { fault: null, body: parseJson(bytes) }
  } catch (fault) {
    return { fault: fault instanceof Error ? fault : new Error(String(fault)), body: undefined }
  }
}

/**
 * Parses a large body in a turn of its own and lets others have theirs before it is validated: several
 * that end together would hold up everybody else for the sum of them.
 */
async function inTurns(bytes: Buffer): Promise<Parsed> {
  await nextTurn()
  const parsed = parse(bytes)
  await nextTurn()
  return parsed
}

function refuseAtHeader(request: FastifyRequest, length: number): AdsumError | null {
  if (length > BODY_BYTES_MAX) return new AdsumError('body_too_large', { limit: BODY_BYTES_MAX })
  return refuseCompressed(request, 'application/json')
}

function refuseCompressed(request: FastifyRequest, expected: string): AdsumError | null {
  const encoding = request.headers['content-encoding']
  if (encoding === undefined || encoding === 'identity') return null
  return new AdsumError('content_type_unsupported', { expected: `${expected}, not compressed` })
}

/** `undefined` where the body comes in chunks; then only counting tells. Node refuses malformed ones. */
function declaredLength(request: FastifyRequest): number | undefined {
  const header = request.headers['content-length']
  return header === undefined ? undefined : Number(header)
}

/**
 * Reads a body of at most `limit` bytes; fails with `body_too_large`, `request_timeout`.
 * @param arrived told how much has come so far; what it throws is the refusal of the rest
 */
export function readWhole(
  payload: IncomingMessage,
  limit: number,
  done: (error: Error | null, bytes?: Buffer) => void,
  arrived: (length: number) => void = () => undefined,
): void {
  const chunks: Buffer[] = []
  let length = 0
  let settled = false
  const finish = (error: Error | null): void => {
    if (settled) return
    settled = true
    clearTimeout(overdue)
    payload.off('data', take)
    payload.off('end', end)
    // The error listener stays: the rest of a refused body may still fail, and nobody minds.
    if (error === null) done(null, chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length))
    else done(error)
  }
  const overdue = setTimeout(() => {
    finish(new AdsumError('request_timeout', { seconds: BODY_MS_MAX / 1000 }))
  }, BODY_MS_MAX)
  const take = (chunk: Buffer): void => {
    length += chunk.length
    chunks.push(chunk)
    const refusal = refusalOf(length, limit, arrived)
    if (refusal === null) return
    drain(payload)
    finish(refusal)
  }
  const end = (): void => finish(null)
  payload.on('data', take)
  payload.on('end', end)
  payload.on('error', finish)
}

function refusalOf(
  length: number,
  limit: number,
  arrived: (length: number) => void,
): AdsumError | null {
  if (length > limit) return new AdsumError('body_too_large', { limit })
  try {
    arrived(length)
    return null
  } catch (refusal) {
    if (refusal instanceof AdsumError) return refusal
    throw refusal
  }
}

/** A body that is a file, counted while it is read. */
export interface FileBody {
  /** Fails with `file_too_large` when more arrives than a file may have. */
  readonly content: AsyncIterable<Uint8Array>
  /** To be called when nobody reads further, whether or not the end was reached. */
  release(): void
}

/**
 * Takes the body of a request as a file.
 * @throws AdsumError `file_too_large`, `content_type_unsupported` by its headers alone
 */
export function openFileBody(request: FastifyRequest, payload: IncomingMessage): FileBody {
  const refusal =
    (declaredLength(request) ?? 0) > FILE_BYTES_MAX
      ? new AdsumError('file_too_large', { limit: FILE_BYTES_MAX })
      : refuseCompressed(request, 'a plain file')
  if (refusal !== null) {
    drain(payload)
    throw refusal
  }
  return { content: countedChunks(payload), release: () => drain(payload) }
}

async function* countedChunks(payload: IncomingMessage): AsyncGenerator<Uint8Array> {
  let length = 0
  // The stream must outlive an early end of the loop, or the refusal could not be sent.
  for await (const chunk of payload.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a body is bytes')
    length += chunk.length
    if (length > FILE_BYTES_MAX) throw new AdsumError('file_too_large', { limit: FILE_BYTES_MAX })
    yield chunk
  }
}

/** Reads what is left and throws it away; a client that goes on for too long is cut off. */
export function drain(payload: IncomingMessage): void {
  if (payload.readableEnded || payload.destroyed) return
  const cut = setTimeout(() => payload.destroy(), DRAIN_MS_MAX)
  const stop = (): void => clearTimeout(cut)
  payload.once('end', stop)
  payload.once('close', stop)
  payload.on('error', stop)
  payload.resume()
}
