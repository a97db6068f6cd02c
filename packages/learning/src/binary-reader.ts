import { LearningError } from './errors.ts'

/**
 * Reads what a BinaryWriter wrote, in the same order.
 * Every method throws `bytes_invalid` when the bytes end too early or are malformed.
 */
export class BinaryReader {
  readonly #bytes: Uint8Array
  #position = 0
  // A mark at the beginning belongs to the text: names that begin with one are names of their own.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  constructor(bytes: Uint8Array) {
    // A plain view even of a Buffer, whose slice() would not copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** A non-negative integer; at most `max`, so that a damaged length cannot ask for all memory. */
  unsigned(max: number = Number.MAX_SAFE_INTEGER): number {
    let value = 0
    let unit = 1
    for (;;) {
      const byte = this.#bytes[this.#position++]
      if (byte === undefined) throw new LearningError('bytes_invalid', 'the bytes end too early')
      value += (byte & 0x7f) * unit
      if (value > max) throw new LearningError('bytes_invalid', 'a number is out of range')
      if (byte < 0x80) return value
      unit *= 0x80
    }
  }

  signed(): number {
    const zigzag = this.unsigned()
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
  }

  text(): string {
    const bytes = this.block()
    try {
      return this.#decoder.decode(bytes)
    } catch (cause) {
      throw new LearningError('bytes_invalid', `a text is not UTF-8: ${String(cause)}`)
    }
  }

  block(): Uint8Array {
    return this.raw(this.unsigned(this.#bytes.length))
  }

  /** A view of the next bytes. */
  raw(length: number): Uint8Array {
    const end = this.#position + length
    if (end > this.#bytes.length) {
      throw new LearningError('bytes_invalid', 'the bytes end too early')
    }
    const view = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return view
  }

  /** Requires that exactly so many bytes are left. */
  expectLeft(length: number): void {
    if (this.#bytes.length - this.#position !== length) {
      throw new LearningError('bytes_invalid', `${length} more bytes were expected`)
    }
  }
}
