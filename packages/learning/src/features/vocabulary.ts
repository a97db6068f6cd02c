import { canonicalOrder } from '../canonical-order.ts'
import type { SequenceStatistics } from '../statistics/sequence-statistics.ts'

/**
 * The items that take part in a fit: raw ids in the canonical order of their names. Applied when
 * fitting, so that statistics never depend on it (definition 3).
 * @param targetCountMin items that followed fewer times are left out; from 1, so that items of which
 * nothing is known never take part.
 */
export function fitVocabulary(statistics: SequenceStatistics, targetCountMin: number): Int32Array {
  const known = Array.from(statistics.names.all.keys()).filter(
    (rawId) => statistics.targetCount(rawId) >= targetCountMin,
  )
  return canonicalOrder(statistics.names.all, known)
}
