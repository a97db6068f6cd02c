import { requireArgument } from '../errors.ts'

/**
 * What is learned of an action.
 *
 * - `disjoint`: every action by itself, from the moments in which it was chosen.
 * - `shared`: all actions together, by their features; an action never seen is judged by what it is like.
 * - `hybrid`: every action by itself, starting from what `shared` expects of it (see `bandit.ts`); an action
 *   that comes without features is like no other, and learned as in `disjoint`.
 */
export type Interaction = 'disjoint' | 'shared' | 'hybrid'

/** How actions that are not the best so far get their chance. All probabilities are exact. */
export type Exploration =
  /** Always the best; ties share. */
  | { readonly kind: 'greedy' }
  /** The best with `1 - epsilon`, and any with `epsilon`, in [0, 1]. */
  | { readonly kind: 'epsilon-greedy'; readonly epsilon: number }
  /**
   * The best of score plus `alpha` standard errors (Li et al. 2010, algorithm 1, with the noise estimated);
   * `alpha` at least 0.
   */
  | { readonly kind: 'linucb'; readonly alpha: number }
  /**
   * Foster and Rakhlin 2020: an action that lies `gap` behind the best gets `1 / (K + gamma t^exponent gap)`,
   * the best gets the rest; t counts the rewards so far, gaps are in units of the range of rewards.
   */
  | { readonly kind: 'squarecb'; readonly gamma: number; readonly exponent: number }
  /**
   * An action as often as it is the best in `draws` samples of the posterior, whose standard errors are
   * multiplied by `spread` (Agrawal and Goyal 2013, every action by its own marginal).
   */
  | { readonly kind: 'thompson'; readonly spread: number; readonly draws: number }

/** How strongly coefficients are pulled to what was expected before; positive, in rows. */
export interface BanditPenalty {
  readonly feature: number
  readonly bias: number
}

/**
 * Everything that shapes decisions besides the statistics. Frozen and versioned; never chosen on the data
 * it is applied to.
 */
export interface BanditConfiguration {
  readonly version: string
  readonly interaction: Interaction
  /**
   * Features with a place of their own, as `featureName` writes them; all others share by hashing the
   * places that are left. What an app declares belongs here.
   */
  readonly known: readonly string[]
  /** Places for context and traits, and as many for features of actions. At most `DIMENSIONS_MAX`. */
  readonly dimensions: number
  /** Places for what all actions share: features of the moment times features of the action. */
  readonly sharedDimensions: number
  readonly penalty: {
    /** Of actions that are learned by themselves. */
    readonly own: BanditPenalty
    /** Of what one action differs by from what all share. */
    readonly deviation: BanditPenalty
    readonly shared: BanditPenalty
  }
  readonly exploration: Exploration
  /** In [0, 1]: this much of the probability is spread evenly, so each of K actions has at least floor / K. */
  readonly floor: number
  /** The range of rewards. Others are refused. */
  readonly reward: { readonly min: number; readonly max: number }
}

/** A fit of one block costs the cube of this, a reward its square. */
export const DIMENSIONS_MAX = 1024
/** Samples of a decision by Thompson's rule. */
export const DRAWS_MAX = 10_000

/** Chosen on worlds and data sets other than those that figures are reported on; see bench/README.md. */
const banditDefaults: BanditConfiguration = {
  version: 'bandit-1',
  interaction: 'hybrid',
  known: [],
  dimensions: 256,
  sharedDimensions: 256,
  penalty: {
    own: { feature: 1, bias: 1 },
    deviation: { feature: 100, bias: 100 },
    shared: { feature: 1, bias: 1 },
  },
  exploration: { kind: 'linucb', alpha: 0.6 },
  floor: 0.005,
  reward: { min: 0, max: 1 },
}

/** The defaults with `changes`, checked and frozen. */
export function banditConfiguration(
  changes: Partial<BanditConfiguration> = {},
): BanditConfiguration {
  const configuration = { ...banditDefaults, ...changes }
  const { dimensions, sharedDimensions, penalty, floor, reward, known } = configuration
  for (const places of [dimensions, sharedDimensions]) {
    requireArgument(
      Number.isSafeInteger(places) && places >= 2 && places <= DIMENSIONS_MAX,
      `dimensions are a whole number from 2 to ${DIMENSIONS_MAX}`,
    )
  }
  requireArgument(known.length < dimensions, 'known features leave a place for the others')
  requireArgument(new Set(known).size === known.length, 'known features differ')
  for (const { feature, bias } of [penalty.own, penalty.deviation, penalty.shared]) {
    requireArgument(feature > 0 && Number.isFinite(feature), 'the penalty of features is positive')
    requireArgument(bias > 0 && Number.isFinite(bias), 'the penalty of the bias is positive')
  }
  requireArgument(floor >= 0 && floor <= 1, 'the floor lies in [0, 1]')
  requireArgument(
    Number.isFinite(reward.min) && Number.isFinite(reward.max) && reward.min < reward.max,
    'the range of rewards is not empty',
  )
  checkExploration(configuration.exploration)
  return Object.freeze({
    ...configuration,
    known: Object.freeze([...known]),
    penalty: Object.freeze({
      own: Object.freeze({ ...penalty.own }),
      deviation: Object.freeze({ ...penalty.deviation }),
      shared: Object.freeze({ ...penalty.shared }),
    }),
    exploration: Object.freeze({ ...configuration.exploration }),
    reward: Object.freeze({ ...reward }),
  })
}

function checkExploration(exploration: Exploration): void {
  for (const [name, value] of Object.entries(exploration)) {
    const fits = typeof value === 'string' || (Number.isFinite(value) && value >= 0)
    requireArgument(fits, `${name} is not negative`)
  }
  if (exploration.kind === 'epsilon-greedy') {
    requireArgument(exploration.epsilon <= 1, 'epsilon lies in [0, 1]')
  }
  if (exploration.kind === 'thompson') {
    const { draws } = exploration
    requireArgument(
      Number.isSafeInteger(draws) && draws >= 1 && draws <= DRAWS_MAX,
      `draws are a whole number from 1 to ${DRAWS_MAX}`,
    )
  }
}
