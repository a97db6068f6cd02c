/**
 * The write-ahead log of SQLite as bytes (https://www.sqlite.org/fileformat2.html#walformat): a header,
 * then frames of a page each. Checksums run on from frame to frame, so that the first wrong one ends it.
 */

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** Where numbers stand in the header. */
const MAGIC_AT = 0
const PAGE_BYTES_AT = 8
const SALT_AT = 16
const HEADER_CHECKSUM_AT = 24
/** Where they stand in a frame. */
const FRAME_SALT_AT = 8
const FRAME_CHECKSUM_AT = 16
/** Bytes of the header and of a frame's head that their checksums cover. */
const HEADER_SUMMED = 24
const FRAME_SUMMED = 8
/** The lowest bit of the magic number says whether sums are over big-endian words. */
const MAGIC_LITTLE_ENDIAN = 0x377f0682

/** Bytes from the start that are as they were written; not looked at beyond `until`. */
export function wholeLogBytes(log: Uint8Array, until: number): number {
  if (log.length < HEADER_BYTES) return 0
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength)
  const isLittle = view.getUint32(MAGIC_AT) === MAGIC_LITTLE_ENDIAN
  const sums = new Sums(view, isLittle)
  sums.add(0, HEADER_SUMMED)
  if (!sums.equal(HEADER_CHECKSUM_AT)) return 0
  const frameBytes = FRAME_HEADER_BYTES + view.getUint32(PAGE_BYTES_AT)
  let at = HEADER_BYTES
  while (at < until && at + frameBytes <= log.length) {
    for (const half of [0, 4]) {
      if (view.getUint32(at + FRAME_SALT_AT + half) !== view.getUint32(SALT_AT + half)) return at
    }
    sums.add(at, FRAME_SUMMED)
    sums.add(at + FRAME_HEADER_BYTES, frameBytes - FRAME_HEADER_BYTES)
    if (!sums.equal(at + FRAME_CHECKSUM_AT)) return at
    at += frameBytes
  }
  return at
}

/** The two running sums of the format. */
class Sums {
  readonly #view: DataView
  readonly #isLittle: boolean
  #first = 0
  #second = 0

  constructor(view: DataView, isLittle: boolean) {
    this.#view = view
    this.#isLittle = isLittle
  }

  /** Adds bytes, a multiple of eight. */
  add(from: number, length: number): void {
    let first = this.#first
    let second = this.#second
    for (let at = from; at < from + length; at += 8) {
      first = (first + this.#view.getUint32(at, this.#isLittle) + second) >>> 0
      second = (second + this.#view.getUint32(at + 4, this.#isLittle) + first) >>> 0
    }
    this.#first = first
    this.#second = second
  }

  /** Whether the sums are those at a place, where they stand big-endian. */
  equal(at: number): boolean {
    return this.#view.getUint32(at) === this.#first && this.#view.getUint32(at + 4) === this.#second
  }
}
