import { meanInterval } from '../regret/mean-interval.ts'
import { classificationSets } from './classification-sets.ts'
import { playProgressively, shuffled } from './progressive.ts'

const SHUFFLES = 20

/** Digits as a bandit: 1,797 rounds, ten arms, progressive 0/1 error of the defaults, by shuffle. */
export async function digitsBandit({ seed }: { readonly seed: number }): Promise<object> {
  const rows = classificationSets.digits?.() ?? []
  const errors = Array.from({ length: SHUFFLES }, (_, at) => {
    const { error } = playProgressively(shuffled(rows, seed + at), seed + at)
    return error
  })
  const { mean, low, high } = meanInterval(errors)
  console.log(`digits, ${rows.length} rounds, ${SHUFFLES} shuffles: ${mean} [${low}, ${high}]`)
  return { rounds: rows.length, error: mean, interval: [low, high], errors, seed }
}
