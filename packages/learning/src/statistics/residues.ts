/** The prime 2^31 - 1 (Mersenne), modulo which fingerprints are computed. */
export const PRIME = 2 ** 31 - 1

/** `value` modulo the prime; value an integer in [0, 2^53). One fold, since 2^31 = 1 modulo the prime. */
export function reduce(value: number): number {
  const folded = value - Math.floor(value / 2 ** 31) * PRIME
  return folded >= PRIME ? folded - PRIME : folded
}

/** `value` modulo the prime for any exact integer, negative ones too. */
export function residue(value: number): number {
  if (value >= 0) return reduce(value)
  const opposite = reduce(-value)
  return opposite === 0 ? 0 : PRIME - opposite
}

/** Product of two residues: 16 bits at a time, so that every step stays an exact float64 integer. */
export function multiply(a: number, b: number): number {
  const high = b >>> 16
  const low = b & 0xffff
  return reduce(reduce(a * high) * 0x10000 + a * low)
}
