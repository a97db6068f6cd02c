/** CRC-32C's polynomial (Castagnoli), bits reversed. */
const POLYNOMIAL = 0x82f63b78
/** Bytes taken in one step, each with a table of its own. */
const SLICES = 8
const TABLES: readonly Uint32Array[] = makeTables()

/**
 * CRC-32C (RFC 3720, appendix B.4) of the bytes from `start` up to `end`, eight at a time ("slicing by
 * 8": Kounavis and Berry, A Systematic Approach to Building High Performance Software-based CRC
 * Generators, 2005). It tells of bits that changed by accident; against a hand that changes them there
 * is the seal of the whole chunk.
 */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as Tables
  let crc = 0xffffffff
  let at = start
  for (const last = end - SLICES; at <= last; at += SLICES) {
    crc ^=
      byte(bytes, at) |
      (byte(bytes, at + 1) << 8) |
      (byte(bytes, at + 2) << 16) |
      (byte(bytes, at + 3) << 24)
    crc =
      entry(t7, crc & 0xff) ^
      entry(t6, (crc >>> 8) & 0xff) ^
      entry(t5, (crc >>> 16) & 0xff) ^
      entry(t4, crc >>> 24) ^
      entry(t3, byte(bytes, at + 4)) ^
      entry(t2, byte(bytes, at + 5)) ^
      entry(t1, byte(bytes, at + 6)) ^
      entry(t0, byte(bytes, at + 7))
  }
  for (; at < end; at++) crc = entry(t0, (crc ^ byte(bytes, at)) & 0xff) ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

type Tables = readonly [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]

/** Table 0 is the usual one; table k is a byte that k more bytes of zero follow. */
function makeTables(): Uint32Array[] {
  const tables = [Uint32Array.from({ length: 256 }, (_, byteValue) => ofByte(byteValue))]
  for (let slice = 1; slice < SLICES; slice++) {
    const [first, before] = [tables[0], tables[slice - 1]] as [Uint32Array, Uint32Array]
    tables.push(before.map((crc) => entry(first, crc & 0xff) ^ (crc >>> 8)))
  }
  return tables
}

function ofByte(value: number): number {
  let crc = value
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
  return crc
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number
}

function entry(table: Uint32Array, at: number): number {
  return table[at] as number
}
