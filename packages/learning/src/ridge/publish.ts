/** The largest magnitude of a published coefficient. */
export const COEFFICIENT_MAX = 32_767

/** Beyond this power of two the scale of a score would leave the exact integers. */
const EXPONENT_MAX = 40

/**
 * Fixed point: a coefficient c is published as `round(c 2^exponent)`, int16. The exponent is the largest
 * with which `largest`, the largest magnitude of all, still fits; so it depends on nothing but them.
 */
export function publishedExponent(largest: number): number {
  if (largest === 0) return 0
  let exponent = Math.min(EXPONENT_MAX, Math.ceil(Math.log2(COEFFICIENT_MAX / largest)) + 1)
  while (Math.round(largest * 2 ** exponent) > COEFFICIENT_MAX) exponent--
  return exponent
}
