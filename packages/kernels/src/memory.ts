// A first-fit free list over the one linear memory that all kernels and worker threads share.

/** WebAssembly's unit of memory growth. */
const PAGE_BYTES = 65_536
/** One cache line: every block starts on one, so no two blocks share a line between threads. */
const ALIGNMENT_BYTES = 64
/** Page 0 is never handed out: address 0 stays free to mean "none". */
const FIRST_BYTE = PAGE_BYTES
/** Memory grows by at least this much at once, to keep growth rare. */
const GROWTH_PAGES_MIN = 64

interface Block {
  start: number
  bytes: number
}

/** Hands out zeroed, 64-byte aligned blocks of a WebAssembly memory and takes them back. */
export class KernelMemory {
  readonly memory: WebAssembly.Memory
  /** Every buffer object handed out: growth makes a new one, older views stay valid. */
  readonly #buffers = new WeakSet<object>()
  /** Free blocks in address order, never touching each other. */
  readonly #free: Block[] = []
  readonly #used = new Map<number, number>()
  /** Above this address nothing was ever handed out, so it is still zero from the start. */
  #freshFrom = FIRST_BYTE

  /** `pagesMax` is the most the memory may grow to, in pages of 64 KiB (at most 65,536). */
  constructor(pagesMax: number) {
    const initial = Math.min(GROWTH_PAGES_MIN, pagesMax)
    this.memory = new WebAssembly.Memory({ initial, maximum: pagesMax, shared: true })
    this.#free.push({ start: FIRST_BYTE, bytes: initial * PAGE_BYTES - FIRST_BYTE })
  }

  /** The buffer to make views of, as large as it is now. */
  get buffer(): ArrayBufferLike {
    const buffer = this.memory.buffer
    this.#buffers.add(buffer)
    return buffer
  }

  /** True when `array` is a view of this memory. */
  owns(array: ArrayBufferView): boolean {
    return this.#buffers.has(array.buffer)
  }

  /** Reserves zeroed bytes; returns their address. Throws RangeError when memory is exhausted. */
  allocate(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`invalid size ${bytes}`)
    const size = Math.max(1, Math.ceil(bytes / ALIGNMENT_BYTES)) * ALIGNMENT_BYTES
    let index = this.#free.findIndex((block) => block.bytes >= size)
    if (index < 0) {
      this.#grow(size)
      index = this.#free.length - 1
    }
    const start = this.#take(index, size)
    this.#used.set(start, size)
    const dirtyEnd = Math.min(start + size, this.#freshFrom)
    if (dirtyEnd > start) new Uint8Array(this.memory.buffer, start, dirtyEnd - start).fill(0)
    this.#freshFrom = Math.max(this.#freshFrom, start + size)
    return start
  }

  /** Gives back the block at `start`. Throws RangeError when none is in use there. */
  release(start: number): void {
    const bytes = this.#used.get(start)
    if (bytes === undefined) throw new RangeError(`no kernel memory in use at ${start}`)
    this.#used.delete(start)
    this.#giveBack({ start, bytes })
  }

  #take(index: number, size: number): number {
    const block = this.#free[index]
    if (block === undefined || block.bytes < size) throw new RangeError('kernel memory exhausted')
    const start = block.start
    block.start += size
    block.bytes -= size
    if (block.bytes === 0) this.#free.splice(index, 1)
    return start
  }

  #grow(size: number): void {
    const end = this.memory.buffer.byteLength
    const last = this.#free.at(-1)
    const tail = last !== undefined && last.start + last.bytes === end ? last.bytes : 0
    const pages = Math.ceil((size - tail) / PAGE_BYTES)
    if (!this.#growPages(Math.max(pages, GROWTH_PAGES_MIN)) && !this.#growPages(pages)) {
      throw new RangeError(`kernel memory exhausted: ${size} bytes wanted, ${end} in all`)
    }
    this.#giveBack({ start: end, bytes: this.memory.buffer.byteLength - end })
  }

  #growPages(pages: number): boolean {
    try {
      this.memory.grow(pages)
      return true
    } catch (error) {
      if (error instanceof RangeError) return false
      throw error
    }
  }

  #giveBack(block: Block): void {
    const free = this.#free
    let index = free.findIndex((other) => other.start > block.start)
    if (index < 0) index = free.length
    const before = free[index - 1]
    const after = free[index]
    if (after !== undefined && block.start + block.bytes === after.start) {
      block.bytes += after.bytes
      free.splice(index, 1)
    }
    if (before !== undefined && before.start + before.bytes === block.start) {
      before.bytes += block.bytes
    } else {
      free.splice(index, 0, block)
    }
  }
}
