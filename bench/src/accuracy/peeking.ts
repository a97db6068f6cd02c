import { createRandom, meanDifference, noOutcomes, type Random, withOutcome } from '@adsum/learning'

/** Experiments whose arms are equal. */
const EXPERIMENTS = 1_000
/** People of one, and from which on it is looked at after each. */
const PEOPLE = 10_000
const FIRST_LOOK = 200
const OPTIONS = { alpha: 0.05, planned: 5_000 } as const

const outcomes: Readonly<Record<string, (random: Random) => number>> = {
  'one in three': (random) => (random.next() < 1 / 3 ? 1 : 0),
  'one in fifty': (random) => (random.next() < 0.02 ? 1 : 0),
  // One in five buys, for amounts that are exponential.
  amounts: (random) => (random.next() < 0.2 ? -10 * Math.log(1 - random.next()) : 0),
}

/**
 * How often an experiment without a difference ever seems to have one, when looked at after every person:
 * with our ranges, and with usual 95% intervals.
 */
export async function peeking({ seed }: { seed: number }) {
  const random = createRandom(seed)
  const results = Object.entries(outcomes).map(([name, draw]) => {
    let [ours, usual] = [0, 0]
    for (let experiment = 0; experiment < EXPERIMENTS; experiment++) {
      const missed = lookAlways(() => draw(random), random)
      if (missed.ours) ours++
      if (missed.usual) usual++
    }
    const shares = { ours: ours / EXPERIMENTS, usual: usual / EXPERIMENTS }
    console.log(`${name}: ever wrong ${shares.ours} (usual intervals ${shares.usual})`)
    return { outcomes: name, ...shares }
  })
  const highest = Math.max(...results.map(({ ours }) => ours))
  return { experiments: EXPERIMENTS, people: PEOPLE, target: OPTIONS.alpha, highest, results, seed }
}

function lookAlways(draw: () => number, random: Random): { ours: boolean; usual: boolean } {
  let [a, b] = [noOutcomes, noOutcomes]
  const missed = { ours: false, usual: false }
  for (let people = 1; people <= PEOPLE; people++) {
    if (random.next() < 0.5) a = withOutcome(a, draw())
    else b = withOutcome(b, draw())
    if (people < FIRST_LOOK) continue
    const { value, low, high } = meanDifference(a, b, OPTIONS)
    missed.ours ||= low > 0 || high < 0
    const error = [a, b].reduce(
      (sum, arm) => sum + (arm.squares / arm.people - (arm.total / arm.people) ** 2) / arm.people,
      0,
    )
    missed.usual ||= Math.abs(value) > 1.96 * Math.sqrt(error)
  }
  return missed
}
