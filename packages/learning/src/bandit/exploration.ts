import type { Random } from '../random.ts'
import type { Exploration } from './configuration.ts'

/** What is known of the actions of one request, in units of the range of rewards. */
export interface Estimates {
  /** Expected rewards, `bonusOf` of each added. */
  readonly scores: Float64Array
  /** Their standard errors. */
  readonly errors: Float64Array
  /** How many rewards have been learned from. */
  readonly rewards: number
}

/**
 * The probability of each action, exactly what a draw from them has: they add up to 1.
 * @param random read only by Thompson's rule, whose estimate is itself the distribution that is drawn from
 */
export function probabilitiesOf(
  exploration: Exploration,
  estimates: Estimates,
  floor: number,
  random: Random,
): Float64Array {
  const probabilities = unfloored(exploration, estimates, random)
  const even = floor / probabilities.length
  return probabilities.map((probability) => (1 - floor) * probability + even)
}

/** How much `linucb` adds to the score of each action. */
export function bonusOf(exploration: Exploration, error: number): number {
  return exploration.kind === 'linucb' ? exploration.alpha * error : 0
}

function unfloored(exploration: Exploration, estimates: Estimates, random: Random): Float64Array {
  const { scores, rewards } = estimates
  switch (exploration.kind) {
    case 'greedy':
    case 'linucb':
      return shareOfBest(scores)
    case 'epsilon-greedy': {
      const even = exploration.epsilon / scores.length
      return shareOfBest(scores).map((share) => (1 - exploration.epsilon) * share + even)
    }
    case 'squarecb':
      return inverseGaps(scores, exploration.gamma * Math.max(1, rewards) ** exploration.exponent)
    case 'thompson':
      return frequencies(estimates, exploration, random)
  }
}

/** 1 shared by all that are the largest. */
function shareOfBest(values: Float64Array): Float64Array {
  let best = Number.NEGATIVE_INFINITY
  let ties = 0
  for (const value of values) {
    if (value > best) {
      best = value
      ties = 0
    }
    if (value === best) ties += 1
  }
  return values.map((value) => (value === best ? 1 / ties : 0))
}

/** SquareCB (Foster and Rakhlin 2020, algorithm 1); the best share what is left. */
function inverseGaps(scores: Float64Array, gamma: number): Float64Array {
  const best = Math.max(...scores)
  const probabilities = new Float64Array(scores.length)
  let left = 1
  for (const [at, score] of scores.entries()) {
    if (score === best) continue
    probabilities[at] = 1 / (scores.length + gamma * (best - score))
    left -= probabilities[at] as number
  }
  const shares = shareOfBest(scores)
  return probabilities.map((probability, at) => probability + left * (shares[at] as number))
}

/** How often each is the largest among `draws` samples of independent normals. */
function frequencies(
  { scores, errors }: Estimates,
  { spread, draws }: { readonly spread: number; readonly draws: number },
  random: Random,
): Float64Array {
  const wins = new Float64Array(scores.length)
  const normal = normals(random)
  for (let draw = 0; draw < draws; draw++) {
    let best = 0
    let highest = Number.NEGATIVE_INFINITY
    for (let at = 0; at < scores.length; at++) {
      const value = (scores[at] as number) + spread * (errors[at] as number) * normal()
      if (value > highest) {
        highest = value
        best = at
      }
    }
    wins[best] = (wins[best] as number) + 1
  }
  return wins.map((count) => count / draws)
}

/** Standard normal numbers, two at a time (Box and Muller 1958). */
function normals(random: Random): () => number {
  let kept: number | null = null
  return () => {
    if (kept !== null) {
      const value = kept
      kept = null
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    const angle = 2 * Math.PI * random.next()
    kept = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}
