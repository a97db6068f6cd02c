import { createHash, createHmac } from 'node:crypto'
import { WorkSlices } from './work-slices.ts'

/** Bytes hashed in one slice: about ten milliseconds. */
const BYTES_PER_SLICE = 4 * 1024 * 1024

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(message).digest()
}

/** SHA-256 of the chunks one after the other, in lower-case hexadecimal. Pauses now and then. */
export async function sha256Hex(chunks: Iterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  const slices = new WorkSlices(BYTES_PER_SLICE)
  for (const chunk of chunks) {
    hash.update(chunk)
    if (slices.spend(chunk.length)) await slices.pause()
  }
  return hash.digest('hex')
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
