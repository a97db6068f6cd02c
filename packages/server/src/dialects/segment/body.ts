import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { AdsumError } from '@adsum/protocol'
import type { FastifyRequest } from 'fastify'
import { drain, readWhole } from '../../body.ts'
import { parseJson } from '../../json-parse.ts'
import {
  SEGMENT_BODY_BYTES_MAX,
  SEGMENT_COMPRESSED_BYTES_MAX,
  SEGMENT_EXPANDED_BYTES_MAX,
} from './limits.ts'

const expand = promisify(gunzip)

/**
 * Reads a body as JSON, whatever its content type says: browsers send text/plain to be asked fewer
 * questions, some clients send none. It may be compressed with gzip.
 * @throws AdsumError `body_too_large`, `body_not_json`, `content_type_unsupported`, those of `parseJson`
 */
export async function readSegmentBody(
  request: FastifyRequest,
  payload: IncomingMessage,
): Promise<unknown> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  const isCompressed = encoding === 'gzip'
  if (!isCompressed && encoding !== 'identity' && encoding !== '') {
    drain(payload)
    throw new AdsumError('content_type_unsupported', { expected: 'JSON, plain or with gzip' })
  }
  const limit = isCompressed ? SEGMENT_COMPRESSED_BYTES_MAX : SEGMENT_BODY_BYTES_MAX
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    drain(payload)
    throw new AdsumError('body_too_large', { limit })
  }
  const arrived = (length: number): void => request.ticket?.grow(length)
  const bytes = await readBytes(payload, limit, arrived)
  if (!isCompressed) return parseJson(bytes)
  const expanded = await expandWithin(bytes)
  arrived(expanded.length)
  return parseJson(expanded)
}

function readBytes(
  payload: IncomingMessage,
  limit: number,
  arrived: (length: number) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, bytes?: Buffer): void => {
      if (bytes === undefined) reject(error)
      else resolve(bytes)
    }
    readWhole(payload, limit, done, arrived)
  })
}

/** Stops as soon as more comes out than may, so that a small body cannot take much memory. */
async function expandWithin(bytes: Buffer): Promise<Buffer> {
  const limit = SEGMENT_EXPANDED_BYTES_MAX
  try {
    return await expand(bytes, { maxOutputLength: limit })
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? fault.code : ''
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw new AdsumError('body_too_large', { limit }, { cause: fault })
    }
    throw new AdsumError('body_not_json', { problem: 'its gzip is not intact' }, { cause: fault })
  }
}
