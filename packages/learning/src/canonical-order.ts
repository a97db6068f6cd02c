/** Code-unit order: the one order of names and ids everywhere in learning, free of any locale. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Raw ids in the canonical order of their names. Whatever is hashed, fitted or written goes in this
 * order, so that statistics numbered differently give the same bytes and the same model.
 */
export function canonicalOrder(names: readonly string[], ids: Iterable<number>): Int32Array {
  return Int32Array.from(
    Array.from(ids).sort((a, b) => compareNames(names[a] as string, names[b] as string)),
  )
}
