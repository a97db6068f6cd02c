/** What became of a place on a shelf: its film is new, or moved up or down by so many places. */
export type Change = 'new' | number | null

/**
 * How each item of a shelf stands against an earlier shelf.
 * @param before items of the earlier shelf, first one first; `null` when there is none to compare with
 * @returns per item: `new`, the places it moved up (below zero: down), or `null` where nothing changed
 */
export function changesSince(
  before: readonly string[] | null,
  now: readonly string[],
): readonly Change[] {
  if (before === null) return now.map(() => null)
  return now.map((item, place) => {
    const earlier = before.indexOf(item)
    if (earlier < 0) return 'new'
    return earlier === place ? null : earlier - place
  })
}

/** A change as a person reads it. */
export function changeInWords(change: Change): string {
  if (change === null) return ''
  if (change === 'new') return 'new here'
  return change > 0 ? `up ${change}` : `down ${-change}`
}
