import { closeSync, existsSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { PAGE_BYTES } from './database.ts'
import { StorageFault } from './fault.ts'
import { flippedBit } from './flipped-bit.ts'
import { type PageSums, sumOf } from './page-sums.ts'

/** Pages read and compared in one step: under a millisecond, which a write may have to wait for. */
const PAGES_PER_STEP = 256
/** Damaged pages named in an error. */
const PAGES_NAMED_MAX = 8

/**
 * Goes through the pages of a database and compares each with its sums. A page of which one bit has changed
 * is put right in place; anything more is damage, and `damaged` names it.
 *
 * The file stays open until {@link close}, to be called when SQLite has closed it: closing it earlier would
 * drop the locks of this process (POSIX).
 */
export class PageCheck {
  readonly #path: string
  readonly #file: number
  readonly #sums: PageSums
  readonly #step = Buffer.alloc(PAGES_PER_STEP * PAGE_BYTES)
  readonly #repairs: string[] = []
  readonly #damaged: number[] = []
  #unsummed = 0
  #next = 1

  private constructor(path: string, sums: PageSums) {
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

  /** The page after those that were looked at. */
  get next(): number {
    return this.#next
  }

  /**
   * Looks at the next pages, but for those that stand in the write-ahead log too, since they may be half
   * copied; true while there are more. What a bit was put right in is synced.
   */
  step(inLog: ReadonlySet<number> = new Set()): boolean {
    const inFile = Math.ceil(fstatSync(this.#file).size / PAGE_BYTES)
    const last = Math.min(Math.max(inFile, this.#sums.count), this.#next + PAGES_PER_STEP - 1)
    const repairs = this.#repairs.length
    const from = this.#next
    const bytes = readSync(this.#file, this.#step, 0, this.#step.length, (from - 1) * PAGE_BYTES)
    for (let page = from; page <= last; page++) {
      if (inLog.has(page)) continue
      const at = (page - from) * PAGE_BYTES
      if (at + PAGE_BYTES <= bytes) this.#compare(page, this.#step.subarray(at, at + PAGE_BYTES))
      else this.#damaged.push(page)
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

  /** @throws StorageFault `data_corrupt` when a page is not what was written and cannot be put right */
  requireIntact(): void {
    if (this.#damaged.length === 0) return
    const named = this.#damaged.slice(0, PAGES_NAMED_MAX).join(', ')
    const count = this.#damaged.length === 1 ? 'page' : `${this.#damaged.length} pages, among them`
    const what =
      `${this.#path}: ${count} ${named} of ${PAGE_BYTES} bytes are not what was written; ` +
      'restore a backup'
    throw new StorageFault('data_corrupt', { what })
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
    const found = sumOf(bytes)
    if (found.plain === right.plain && found.swapped === right.swapped) return
    const flipped = flippedBit(found, right, PAGE_BYTES)
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
