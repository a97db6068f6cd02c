/**
 * The write-ahead log of SQLite as bytes (https://www.sqlite.org/fileformat2.html#walformat): a header,
 * then frames of a page each. Checksums run on from frame to frame, so that the first wrong one ends it.
 */

import { existsSync, readFileSync } from 'node:fs'

/** Bytes of a write-ahead log before its frames, and of each frame before its page. */
export const HEADER_BYTES: number = 32
export const FRAME_HEADER_BYTES: number = 24
/** Where numbers stand in the header. */
const MAGIC_AT = 0
const PAGE_BYTES_AT = 8
const SALT_AT = 16
const HEADER_CHECKSUM_AT = 24
/** Where they stand in a frame. */
const FRAME_PAGE_AT = 0
const FRAME_COMMIT_AT = 4
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

/** The pages in the part of a log that SQLite is going to take in: up to the last commit that is whole. */
export function pagesIn(path: string): ReadonlySet<number> {
  const pages = new Set<number>()
  const log = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const whole = wholeLogBytes(log, log.length)
  if (whole <= HEADER_BYTES) return pages
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(PAGE_BYTES_AT)
  let uncommitted: number[] = []
  for (let at = HEADER_BYTES; at < whole; at += frameBytes) {
    uncommitted.push(log.readUInt32BE(at + FRAME_PAGE_AT))
    // Frames that end a transaction say how large the database then is.
    if (log.readUInt32BE(at + FRAME_COMMIT_AT) === 0) continue
    for (const page of uncommitted) pages.add(page)
    uncommitted = []
  }
  return pages
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
