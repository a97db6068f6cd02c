import {
  bootstrapInterval,
  crossFit,
  type EstimatorName,
  estimate,
  evaluatePolicy,
  gatherEvidence,
  type LoggedDecision,
  type Policy,
  type Range,
  ridgeRewardModel,
  selfNormalised,
} from '@adsum/learning'
import { type LoggedWorld, loggedWorlds } from './logged-worlds.ts'

/** Logs per world. */
const LOGS = 1_000

/** How intervals of one kind did over many logs of a world. */
export interface Coverage {
  /** Share of the logs whose interval holds the truth. */
  readonly share: number
  /** Mean width of the intervals. */
  readonly width: number
}

export interface EstimatorCoverage extends Coverage {
  readonly estimator: EstimatorName
  /** Root of the mean squared error. */
  readonly error: number
}

export interface WorldCoverage {
  readonly world: string
  readonly about: string
  readonly decisions: number
  readonly truth: number
  readonly effectiveDecisions: number
  /** Logs of which no number is reported; they are not among those counted. */
  readonly refused: number
  readonly logs: number
  readonly estimators: readonly EstimatorCoverage[]
  /** The same estimate (`snips`) with intervals of other kinds. */
  readonly otherIntervals: Readonly<Record<'normal' | 'bootstrap', Coverage>>
}

/** 95% intervals of every estimator against the known truth of made worlds. */
export async function opeCoverage({ seed, count = LOGS }: { seed: number; count?: number }) {
  const worlds = loggedWorlds.map((world) => {
    const measured = measureCoverage(world, count, seed)
    print(measured)
    return measured
  })
  const shares = worlds.flatMap(({ estimators }) => estimators.map(({ share }) => share))
  return { logs: count, lowestShare: Math.min(...shares), target: 0.93, worlds, seed }
}

/** @param seed of the first log; the others follow. */
export function measureCoverage(world: LoggedWorld, logs: number, seed: number): WorldCoverage {
  const tallies = new Map<EstimatorName, Tally>()
  const [normal, bootstrap] = [new Tally(world.truth), new Tally(world.truth)]
  let refused = 0
  let effective = 0
  for (let log = 0; log < logs; log++) {
    const decisions = world.log(seed + log)
    const predictions = crossFit(decisions, ridgeRewardModel, { seed: seed + log })
    const { support, refusal, estimates } = evaluatePolicy(decisions, world.policy, predictions)
    effective += support.effectiveDecisions / logs
    if (refusal !== null) refused++
    for (const { name, value, low, high } of estimates) {
      const tally = tallies.get(name) ?? new Tally(world.truth)
      tally.add(value, { low, high })
      tallies.set(name, tally)
    }
    addOtherIntervals(decisions, world.policy, seed + log, { normal, bootstrap })
  }
  return {
    world: world.name,
    about: world.about,
    decisions: world.decisions,
    truth: world.truth,
    effectiveDecisions: effective,
    refused,
    logs,
    estimators: [...tallies].map(([estimator, tally]) => ({
      estimator,
      error: tally.error,
      ...tally.coverage,
    })),
    otherIntervals: { normal: normal.coverage, bootstrap: bootstrap.coverage },
  }
}

function addOtherIntervals(
  decisions: readonly LoggedDecision[],
  policy: Policy,
  seed: number,
  tallies: { readonly normal: Tally; readonly bootstrap: Tally },
): void {
  const { value, influence } = estimate(selfNormalised, gatherEvidence(decisions, policy, null))
  const variance = influence.reduce((sum, each) => sum + each * each, 0) / influence.length
  const half = 1.96 * Math.sqrt(variance / influence.length)
  tallies.normal.add(value, { low: value - half, high: value + half })
  const { low, high } = bootstrapInterval(influence, { seed, resamples: 200, level: 0.95 })
  tallies.bootstrap.add(value, { low: value + low, high: value + high })
}

/** Counts how often intervals hold a truth. */
class Tally {
  readonly #truth: number
  #count = 0
  #holding = 0
  #squares = 0
  #width = 0

  constructor(truth: number) {
    this.#truth = truth
  }

  add(value: number, { low, high }: Range): void {
    this.#count++
    if (low <= this.#truth && this.#truth <= high) this.#holding++
    this.#squares += (value - this.#truth) ** 2
    this.#width += high - low
  }

  get error(): number {
    return Math.sqrt(this.#squares / this.#count)
  }

  get coverage(): Coverage {
    return { share: this.#holding / this.#count, width: this.#width / this.#count }
  }
}

function print({
  world,
  about,
  decisions,
  truth,
  refused,
  estimators,
  otherIntervals,
}: WorldCoverage): void {
  console.log(
    `${world}: ${about}; ${decisions} decisions, truth ${truth.toFixed(4)}, ${refused} refused`,
  )
  const row = (name: string, { share, width }: Coverage, error: string): void =>
    console.log(
      `  ${name.padEnd(18)} covers ${(100 * share).toFixed(1).padStart(5)}%  width ${width.toFixed(4)}  error ${error}`,
    )
  for (const each of estimators) row(each.estimator, each, each.error.toFixed(4))
  row('snips, normal', otherIntervals.normal, '')
  row('snips, bootstrap', otherIntervals.bootstrap, '')
}
