/** Highest value of the twelve bits that count within one millisecond. */
const COUNT_MAX = 0xfff
/** The counter begins in the lower half of its range, so that a burst has at least 2,048 steps left. */
const COUNT_START_MASK = 0x7ff

export interface UuidSource {
  /** Milliseconds since 1970. */
  now(): number
  randomBytes(length: number): Uint8Array
}

/**
 * Makes UUIDs of version 7 (RFC 9562, 5.7): 48 bits of time in milliseconds, twelve that count within
 * a millisecond (6.2, method 1), 62 of chance.
 *
 * What one maker returns is in ascending order even where the clock stands still or is set back: then
 * the last time goes on counting, and where the count is used up it runs a millisecond ahead.
 */
export function createUuidV7({ now, randomBytes }: UuidSource): () => string {
  let time = -1
  let count = 0
  return () => {
    const bytes = randomBytes(16)
    const clock = now()
    if (clock > time || count === COUNT_MAX) {
      time = Math.max(clock, time + 1)
      count = ((bytes[6]! << 8) | bytes[7]!) & COUNT_START_MASK
    } else {
      count += 1
    }
    return format(time, count, bytes)
  }
}

function format(time: number, count: number, bytes: Uint8Array): string {
  const high = Math.floor(time / 2 ** 16)
  const low = time % 2 ** 16
  const variant = 0x80 | (bytes[8]! & 0x3f)
  const tail = Array.from(bytes.subarray(9, 16), (byte) => hex(byte, 2)).join('')
  const chance = hex(variant, 2) + tail
  return `${hex(high, 8)}-${hex(low, 4)}-7${hex(count, 3)}-${chance.slice(0, 4)}-${chance.slice(4)}`
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
