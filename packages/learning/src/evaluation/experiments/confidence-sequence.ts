import { requireArgument } from '../../errors.ts'
import type { Range } from '../off-policy/skew-interval.ts'

/** What is summed up of an arm: sums, so that a person's outcome can be taken out or replaced. */
export interface ArmSums {
  readonly people: number
  /** Sum of the people's outcomes, and of their squares. */
  readonly total: number
  readonly squares: number
}

export const noOutcomes: ArmSums = { people: 0, total: 0, squares: 0 }

/** Adds a person's outcome; with the sign -1 takes it out again. */
export function withOutcome(sums: ArmSums, outcome: number, sign: 1 | -1 = 1): ArmSums {
  requireArgument(Number.isFinite(outcome), `an outcome is a number, not ${outcome}`)
  return {
    people: sums.people + sign,
    total: sums.total + sign * outcome,
    squares: sums.squares + sign * outcome * outcome,
  }
}

/**
 * The difference of two arms' means, with a range that holds the truth at *every* moment with probability
 * 1 - alpha: one may look as often as one likes and stop when one likes. An asymptotic confidence sequence
 * (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
 * confidence sequences", 2024, theorem 2.2, after the mixture of Robbins, 1970; Howard and others, 2021):
 *
 *     difference +- sigma sqrt( 2 (n rho^2 + 1) / (n^2 rho^2) log( sqrt(n rho^2 + 1) / alpha ) )
 *
 * with n people in both arms and sigma^2 = n (s1^2 / n1 + s0^2 / n0).
 * @param planned number of people where the range is tightest: it fixes rho, and must be fixed beforehand.
 * @returns infinite ends until both arms have two people.
 */
export function meanDifference(
  treated: ArmSums,
  control: ArmSums,
  { alpha, planned }: { readonly alpha: number; readonly planned: number },
): { readonly value: number } & Range {
  requireArgument(alpha > 0 && alpha < 1, 'alpha lies between 0 and 1')
  requireArgument(planned >= 1, 'at least one person is planned')
  const value = average(treated) - average(control)
  if (treated.people < 2 || control.people < 2) {
    return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  }
  const n = treated.people + control.people
  const variance = n * (variance1(treated) / treated.people + variance1(control) / control.people)
  const log = -2 * Math.log(alpha)
  const mixed = (n * (log + Math.log(log) + 1)) / planned
  const half = Math.sqrt(
    variance * ((2 * (mixed + 1)) / (n * mixed)) * Math.log(Math.sqrt(mixed + 1) / alpha),
  )
  return { value, low: value - half, high: value + half }
}

/** Mean outcome; 0 of nobody. */
export function average({ people, total }: ArmSums): number {
  return people === 0 ? 0 : total / people
}

/** Variance among an arm's people, n - 1 in the denominator. */
function variance1({ people, total, squares }: ArmSums): number {
  return Math.max(0, (squares - total ** 2 / people) / (people - 1))
}
