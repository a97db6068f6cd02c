import { createCipheriv } from 'node:crypto'

/** Bytes drawn from the cipher at a time. */
const POOL_BYTES = 64 * 1024
const KEY_BYTES = 32

/**
 * Unpredictable bytes for the writer thread, grown from a seed that the caller's entropy gave: AES-256
 * in counter mode with fast key erasure (D. J. Bernstein, 2017): the first bytes of every pool
 * become the next key, so that what was drawn cannot be computed again from what is in memory.
 */
export class RandomStream {
  #key: Uint8Array
  #pool: Buffer = Buffer.alloc(0)
  #used = 0

  constructor(seed: Uint8Array) {
    if (seed.length !== KEY_BYTES) throw new Error(`the seed must have ${KEY_BYTES} bytes`)
    this.#key = Uint8Array.from(seed)
  }

  /** The next bytes, at most {@link POOL_BYTES} less one key. */
  bytes(length: number): Buffer {
    if (this.#used + length > this.#pool.length) this.#refill()
    const from = this.#used
    this.#used += length
    const drawn = Buffer.from(this.#pool.subarray(from, this.#used))
    this.#pool.fill(0, from, this.#used)
    return drawn
  }

  #refill(): void {
    const stream = createCipheriv('aes-256-ctr', this.#key, Buffer.alloc(16))
    this.#pool = stream.update(Buffer.alloc(POOL_BYTES))
    this.#key = Uint8Array.from(this.#pool.subarray(0, KEY_BYTES))
    this.#pool.fill(0, 0, KEY_BYTES)
    this.#used = KEY_BYTES
  }
}
