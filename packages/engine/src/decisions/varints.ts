import { AdsumError } from '@adsum/protocol'

/** Bytes that a varint of a safe integer needs at the most. */
export const VARINT_BYTES_MAX = 8

/** Writes integers into bytes, small ones in few. */
export class VarintWriter {
  readonly #bytes: Uint8Array
  position: number

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes
    this.position = position
  }

  /** Zigzag, then seven bits a byte; exact for safe integers. */
  write(value: number): void {
    if (value === (value << 1) >> 1) this.#writeSmall((value << 1) ^ (value >> 31))
    else this.#writeLarge(value < 0 ? -2 * value - 1 : 2 * value)
  }

  #writeLarge(zigzag: number): void {
    let rest = zigzag
    while (rest >= 0x80) {
      this.#bytes[this.position++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.position++] = rest
  }

  /** Of a zigzag value below 2^31, where shifts do. */
  #writeSmall(zigzag: number): void {
    let rest = zigzag
    while (rest >= 0x80) {
      this.#bytes[this.position++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.#bytes[this.position++] = rest
  }
}

/** Reads what a {@link VarintWriter} wrote. */
export class VarintReader {
  readonly #bytes: Uint8Array
  #position: number

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes
    this.#position = position
  }

  /** @throws AdsumError `data_corrupt` when the bytes end early. */
  read(): number {
    let value = 0
    let place = 1
    for (;;) {
      const byte = this.#bytes[this.#position++]
      if (byte === undefined) throw new AdsumError('data_corrupt', { what: 'a stored decision' })
      value += (byte & 0x7f) * place
      if (byte < 0x80) break
      place *= 0x80
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
