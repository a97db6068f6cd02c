import {
  type Candidate,
  createRandom,
  type LoggedDecision,
  type Policy,
  type Random,
} from '@adsum/learning'

/** A made world of choices whose truth is known, since it has finitely many moments, all equally likely. */
export interface LoggedWorld {
  readonly name: string
  /** What is different here, in words. */
  readonly about: string
  readonly decisions: number
  readonly policy: Policy
  /** What the policy earns per decision, exactly. */
  readonly truth: number
  /** A log of the world's own, different policy. */
  log(seed: number): LoggedDecision[]
}

interface WorldPlan {
  readonly name: string
  readonly about: string
  readonly decisions: number
  readonly options: number
  /** Mean reward per moment and option from a score of about -2 to 2. */
  readonly earns: (score: number) => number
  /** A draw of the reward with this mean. */
  readonly draw: (mean: number, random: Random) => number
  /** How sharply the logging policy prefers, how sharply the new one does, and by how much they agree. */
  readonly logged: number
  readonly wanted: number
  readonly agreement: number
}

/** Different moments of a world. */
const MOMENTS = 300
/** What is known of a moment: numbers. */
const FACTS = 3
/** Share of the logging policy that is uniform, so that everything has a chance. */
const EXPLORED = 0.1

const logistic = (score: number): number => 1 / (1 + Math.exp(-score))
const coin = (mean: number, random: Random): number => (random.next() < mean ? 1 : 0)

const plans: readonly WorldPlan[] = [
  {
    name: 'ordinary',
    about: '8 options, every third decision earns 1',
    decisions: 1_000,
    options: 8,
    earns: (score) => logistic(score - 0.7),
    draw: coin,
    logged: 1,
    wanted: 2,
    agreement: 0.5,
  },
  {
    name: 'rare rewards',
    about: '6 options, about 3 in 100 decisions earn 1',
    decisions: 2_000,
    options: 6,
    earns: (score) => logistic(0.8 * score - 3.8),
    draw: coin,
    logged: 0.7,
    wanted: 1.5,
    agreement: 0.5,
  },
  {
    name: 'far policy',
    about: 'the new policy wants what the old one rarely chose',
    decisions: 2_000,
    options: 8,
    earns: (score) => logistic(score - 0.7),
    draw: coin,
    logged: 1.5,
    wanted: 1.5,
    agreement: -0.5,
  },
  {
    name: 'amounts',
    about: 'one in five buys; amounts of a few units up to hundreds; a model that cannot be right',
    decisions: 2_000,
    options: 5,
    earns: (score) => 4 * Math.exp(0.3 * Math.sin(3 * score)),
    // Log-normal with sigma 1 has mean exp(1/2).
    draw: (mean, random) =>
      random.next() < 0.2 ? (mean / 0.2) * Math.exp(gaussian(random) - 0.5) : 0,
    logged: 0.7,
    wanted: 1.5,
    agreement: 0.5,
  },
]

/** Worlds that estimators and their intervals are measured in. */
export const loggedWorlds: readonly LoggedWorld[] = plans.map(makeWorld)

function makeWorld(plan: WorldPlan, index: number): LoggedWorld {
  const random = createRandom(1_000 + index)
  const candidates: Candidate[] = Array.from({ length: plan.options }, (_, option) => ({
    id: `option-${option}`,
  }))
  const slopes = candidates.map(() => Array.from({ length: FACTS }, () => gaussian(random)))
  const others = candidates.map(() => Array.from({ length: FACTS }, () => gaussian(random)))
  const moments = Array.from({ length: MOMENTS }, () => {
    const facts = Array.from({ length: FACTS }, () => gaussian(random) / Math.sqrt(FACTS))
    const scores = slopes.map((slope) => product(slope, facts))
    const noise = others.map((slope) => product(slope, facts))
    const means = scores.map(plan.earns)
    const logged = softmax(noise.map((other) => plan.logged * other))
    const wanted = softmax(
      scores.map((score, option) => {
        const agreeing = plan.agreement * (noise[option] ?? 0)
        return plan.wanted * (plan.agreement < 0 ? agreeing : score + agreeing)
      }),
    )
    return {
      context: Object.fromEntries(facts.map((fact, number) => [`fact-${number}`, fact])),
      means,
      propensities: logged.map((each) => (1 - EXPLORED) * each + EXPLORED / plan.options),
      wanted,
    }
  })
  const wantedIn = new Map<object, number[]>(
    moments.map(({ context, wanted }) => [context, wanted]),
  )
  const truth =
    moments.reduce((sum, { means, wanted }) => sum + product(means, wanted), 0) / MOMENTS
  return {
    name: plan.name,
    about: plan.about,
    decisions: plan.decisions,
    truth,
    policy: {
      name: 'wanted',
      probabilities: ({ context }) => wantedIn.get(context) ?? [],
    },
    log: (seed) => {
      const draws = createRandom(seed)
      return Array.from({ length: plan.decisions }, () => {
        const { context, means, propensities } = moments[draws.below(MOMENTS)]!
        const chosen = pick(propensities, draws)
        const propensity = propensities[chosen]!
        const reward = plan.draw(means[chosen]!, draws)
        return {
          context,
          candidates,
          chosen,
          propensity,
          propensities,
          reward,
          user: null,
          position: null,
        }
      })
    },
  }
}

function pick(probabilities: readonly number[], random: Random): number {
  let left = random.next()
  for (const [index, probability] of probabilities.entries()) {
    left -= probability
    if (left < 0) return index
  }
  return probabilities.length - 1
}

function product(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
}

function softmax(scores: readonly number[]): number[] {
  const weights = scores.map((score) => Math.exp(score))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** Standard normal (Box and Muller, 1958). */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}
