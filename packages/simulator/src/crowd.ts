import { seededRandom } from './random.ts'

/** People who take to the same things at the same moment. */
export interface CrowdKind {
  /** What can be seen of them. */
  readonly features: Readonly<Record<string, string>>
  /** The truth: how likely one of them is to take each option, 0 to 1, in the order of the options. */
  readonly chances: readonly number[]
}

/** People who come by one after another, each of one kind; every kind is as frequent. */
export interface CrowdSpec {
  readonly seed: number
  readonly kinds: readonly CrowdKind[]
}

/** Somebody who comes by. */
export interface Passer {
  /** Index of their kind. */
  readonly kind: number
  /** Whether they take the option with this index if it is shown: the same whoever asks. */
  takes(option: number): boolean
}

/**
 * The person who comes by as the `number`th: the same for the same seed, whoever came before.
 * @throws RangeError when the crowd has no kinds
 */
export function passerBy({ seed, kinds }: CrowdSpec, number: number): Passer {
  const random = seededRandom(seed, 'passer', number)
  const kind = Math.floor(random.uniform() * kinds.length)
  const found = kinds[kind]
  if (found === undefined) throw new RangeError('a crowd needs at least one kind of people')
  const mood = random.uniform()
  return { kind, takes: (option) => mood < (found.chances[option] ?? 0) }
}
