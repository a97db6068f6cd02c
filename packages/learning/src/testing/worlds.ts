import fc from 'fast-check'

/** Items of the worlds that laws are checked in: few, so that people share and repeat them. */
export const worldItems: readonly string[] = ['a', 'b', 'c', 'd', 'e']

/** People and their sequences: indices of `worldItems`, -1 for an item that is not learned. */
export type World = ReadonlyMap<string, readonly number[]>

const EVENTS_MAX = 8
const PEOPLE_MAX = 5

export const sequences: fc.Arbitrary<number[]> = fc.array(
  fc.integer({ min: -1, max: worldItems.length - 1 }),
  { minLength: 1, maxLength: EVENTS_MAX },
)

/** At least two people, and one of them has events on two items, so that there is something to learn. */
export const worlds: fc.Arbitrary<World> = fc
  .array(sequences, { minLength: 1, maxLength: PEOPLE_MAX - 1 })
  .map((drawn) => new Map([[0, 1, 0, 2], ...drawn].map((items, index) => [`p${index}`, items])))
