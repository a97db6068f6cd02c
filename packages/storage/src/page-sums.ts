import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { PAGE_BYTES } from './database.ts'

/** Sums stand in blocks, each with a checksum of its own; no disk writes half of one (a sector). */
const BLOCK_BYTES = 512
/** Two sums of four bytes for each page. */
const SUM_BYTES = 8
const SUMS_PER_BLOCK = 63
const SUMMED_BYTES: number = SUMS_PER_BLOCK * SUM_BYTES
/** Read and written by the owner alone. */
const FILE_MODE = 0o600
const PAGES_MIN = 1024
const SUMS_SUFFIX = '.sums'

/** The file of the sums, and of the mark, that belong to a database. */
export function sumsFileOf(path: string): string {
  return path.replace(/\.db$/, SUMS_SUFFIX)
}

/** The sums of one page. */
export interface PageSum {
  /** CRC-32 of its bytes: tells every change of up to three bits, and of others all but 2^-32. */
  readonly plain: number
  /** CRC-32 with each eight bytes backwards: together the two say which single bit changed. */
  readonly swapped: number
}

/**
 * The checksums of the pages of a database, which SQLite itself does not keep, in a file beside it:
 *
 *   block 0   the mark of the write-ahead log (`log-mark.ts`)
 *   block n   63 pages: { plain, swapped } each · CRC-32 of these
 *
 * They change only with the pages, when the write-ahead log is copied into the database, and go to disk
 * before: whoever finds a page otherwise finds it whole in the write-ahead log too. Blocks are written in
 * place; one whose own checksum is wrong says nothing of its pages, which are then summed anew.
 */
export class PageSums {
  readonly #file: number
  /** Pairs by page, from page 1 on. */
  #sums: Uint32Array
  #count: number
  readonly #changed: Set<number> = new Set()

  private constructor(file: number, sums: Uint32Array, count: number) {
    this.#file = file
    this.#sums = sums
    this.#count = count
  }

  /** Opens the file, or begins one without sums. */
  static open(path: string): PageSums {
    const file = openSync(path, 'a+', FILE_MODE)
    closeSync(file)
    return PageSums.#read(openSync(path, 'r+'))
  }

  static #read(file: number): PageSums {
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(size)
    readSync(file, bytes, 0, size, 0)
    const blocks = Math.max(0, Math.ceil(size / BLOCK_BYTES) - 1)
    const sums = new Uint32Array(2 * Math.max(PAGES_MIN, blocks * SUMS_PER_BLOCK))
    let count = 0
    for (let block = 0; block < blocks; block++) {
      const at = (block + 1) * BLOCK_BYTES
      const known = bytes.subarray(at, at + SUMMED_BYTES)
      if (at + SUMMED_BYTES + 4 > size || crc32(known) !== bytes.readUInt32LE(at + SUMMED_BYTES)) {
        continue
      }
      for (let pair = 0; pair < SUMS_PER_BLOCK; pair++) {
        const page = block * SUMS_PER_BLOCK + pair
        sums[2 * page] = known.readUInt32LE(pair * SUM_BYTES)
        sums[2 * page + 1] = known.readUInt32LE(pair * SUM_BYTES + 4)
        if (sums[2 * page] !== 0 || sums[2 * page + 1] !== 0) count = page + 1
      }
    }
    return new PageSums(file, sums, count)
  }

  /** The descriptor of the file, whose first block is not of the sums. */
  get file(): number {
    return this.#file
  }

  /** Pages with a sum, and those before them. */
  get count(): number {
    return this.#count
  }

  /** The sums of a page, which counts from 1; null where the file says nothing of it. */
  of(page: number): PageSum | null {
    if (page > this.#count) return null
    const plain = this.#sums[2 * (page - 1)] as number
    const swapped = this.#sums[2 * (page - 1) + 1] as number
    return plain === 0 && swapped === 0 ? null : { plain, swapped }
  }

  /** Notes a page as it is; its bytes are in another order afterwards. */
  note(page: number, bytes: Buffer): void {
    this.#reserve(page)
    const { plain, swapped } = sumOf(bytes)
    this.#sums[2 * (page - 1)] = plain
    this.#sums[2 * (page - 1) + 1] = swapped
    this.#count = Math.max(this.#count, page)
    this.#changed.add(Math.floor((page - 1) / SUMS_PER_BLOCK))
  }

  /** Writes what was noted; the caller syncs the file unless this returns false. */
  write(): boolean {
    if (this.#changed.size === 0) return false
    const bytes = Buffer.alloc(BLOCK_BYTES)
    for (const block of this.#changed) {
      bytes.fill(0)
      for (let pair = 0; pair < SUMS_PER_BLOCK; pair++) {
        const page = block * SUMS_PER_BLOCK + pair
        bytes.writeUInt32LE(this.#sums[2 * page] ?? 0, pair * SUM_BYTES)
        bytes.writeUInt32LE(this.#sums[2 * page + 1] ?? 0, pair * SUM_BYTES + 4)
      }
      bytes.writeUInt32LE(crc32(bytes.subarray(0, SUMMED_BYTES)), SUMMED_BYTES)
      writeSync(this.#file, bytes, 0, BLOCK_BYTES, (block + 1) * BLOCK_BYTES)
    }
    this.#changed.clear()
    return true
  }

  sync(): void {
    fsyncSync(this.#file)
  }

  close(): void {
    closeSync(this.#file)
  }

  #reserve(page: number): void {
    if (2 * page <= this.#sums.length) return
    const sums = new Uint32Array(2 * Math.max(2 * page, PAGES_MIN))
    sums.set(this.#sums)
    this.#sums = sums
  }
}

/** The sums of a page; its bytes are in another order afterwards. */
export function sumOf(page: Buffer): PageSum {
  if (page.length !== PAGE_BYTES) throw new RangeError(`a page of ${page.length} bytes`)
  const plain = crc32(page)
  return { plain, swapped: crc32(page.swap64()) }
}
