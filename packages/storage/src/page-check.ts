import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { PAGE_BYTES } from './database.ts'
import { StorageFault } from './fault.ts'
import { flippedBit } from './flipped-bit.ts'
import { type PageSums, sumOf } from './page-sums.ts'

/** Pages read and compared in one step: under a millisecond, which a write may have to wait for. */
const PAGES_PER_STEP = 256

/**
 * Goes through the pages of a database and compares each with its sums. A page of which one bit has changed
 * is put right in place; anything more is damage.
 *
 * The file stays open until {@link close}, to be called when SQLite has closed it: closing it earlier would
 * drop the locks of this process (POSIX).
 */
export class PageCheck {
  readonly #path: string
  readonly #file: number
  readonly #sums: PageSums
  readonly #repairs: string[] = []
  readonly #damaged: number[] = []
  #unsummed = 0
  #next = 1

  constructor(path: string, sums: PageSums) {
    this.#path = path
    this.#file = openSync(path, 'r+')
    this.#sums = sums
  }

  /** A check that has not begun; null where there is no database yet. */
  static of(path: string, sums: PageSums): PageCheck | null {
    return existsSync(path) ? new PageCheck(path, sums) : null
  }

  /** Begins anew. */
  restart(): void {
    this.#next = 1
  }

  /**
   * Looks at the next pages, but for those that stand in the write-ahead log too, since they may be half
   * copied; true while there are more. What a bit was put right in is synced.
   * @throws StorageFault `data_corrupt` when the file ends too early
   */
  step(inLog: ReadonlySet<number> = new Set()): boolean {
    const inFile = Math.ceil(fstatSync(this.#file).size / PAGE_BYTES)
    const last = Math.min(Math.max(inFile, this.#sums.count), this.#next + PAGES_PER_STEP - 1)
    const repairs = this.#repairs.length
    const from = this.#next
    const step = Buffer.allocUnsafe(PAGES_PER_STEP * PAGE_BYTES)
    const bytes = readSync(this.#file, step, 0, step.length, (from - 1) * PAGE_BYTES)
    for (let page = from; page <= last; page++) {
      if (inLog.has(page)) continue
      const at = (page - from) * PAGE_BYTES
      if (at + PAGE_BYTES <= bytes) this.#compare(page, step.subarray(at, at + PAGE_BYTES))
      else
        throw new StorageFault('data_corrupt', {
          what: `${this.#path} ends too early, at page ${page}`,
        })
    }
    if (this.#repairs.length > repairs) fsyncSync(this.#file)
    this.#next = last + 1
    return this.#next <= Math.max(inFile, this.#sums.count)
  }

  /** What was put right, in words. */
  takeRepairs(): string[] {
    const repairs = this.#repairs.splice(0)
    if (this.#unsummed > 0) repairs.push(`${this.#path}: ${this.#unsummed} pages had no checksum`)
    this.#unsummed = 0
    return repairs
  }

  /** Pages that are not what was written and could not be put right, each told once. */
  takeDamaged(): number[] {
    return this.#damaged.splice(0)
  }

  /** Takes a page for right as it is. */
  accept(page: number): void {
    this.#sums.note(page, this.readPage(page))
  }

  /** A page as it stands in the file; zeros where the file has ended. */
  readPage(page: number): Buffer {
    const bytes = Buffer.alloc(PAGE_BYTES)
    readSync(this.#file, bytes, 0, PAGE_BYTES, (page - 1) * PAGE_BYTES)
    return bytes
  }

  close(): void {
    closeSync(this.#file)
  }

  #compare(page: number, bytes: Buffer): void {
    const right = this.#sums.of(page)
    if (right === null) {
      this.#unsummed++
      this.#sums.note(page, bytes)
      return
    }
    // One of the sums tells damage; the other is for telling which bit it was.
    if (crc32(bytes) === right.plain) return
    const flipped = flippedBit(sumOf(bytes), right, PAGE_BYTES)
    if (flipped === null) {
      this.#damaged.push(page)
      return
    }
    const byte = Buffer.alloc(1)
    const at = (page - 1) * PAGE_BYTES + flipped.byte
    readSync(this.#file, byte, 0, 1, at)
    byte[0] = (byte[0] as number) ^ (1 << flipped.bit)
    writeSync(this.#file, byte, 0, 1, at)
    this.#repairs.push(
      `${this.#path}: bit ${flipped.bit} of byte ${at} had changed and is put right`,
    )
  }
}
