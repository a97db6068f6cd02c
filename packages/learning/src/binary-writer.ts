const BYTES_INITIAL = 1 << 12

/** Appends numbers and texts to growing bytes. The same values always give the same bytes. */
export class BinaryWriter {
  #bytes = new Uint8Array(BYTES_INITIAL)
  #length = 0
  readonly #encoder = new TextEncoder()

  /** A non-negative integer up to 2^53, seven bits a byte, lowest first (LEB128). */
  unsigned(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  /** An integer within 2^52 of zero: zigzag, so that small ones of either sign stay short. */
  signed(value: number): void {
    this.unsigned(value >= 0 ? value * 2 : -value * 2 - 1)
  }

  /** A text in UTF-8 after its length in bytes. */
  text(value: string): void {
    this.block(this.#encoder.encode(value))
  }

  /** Bytes after their length. */
  block(value: Uint8Array): void {
    this.unsigned(value.length)
    this.raw(value)
  }

  /** Bytes as they are. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  /** A copy of everything written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
