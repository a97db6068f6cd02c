import { requireArgument } from '../../errors.ts'

/**
 * With which probability people spread over the arms at least as unevenly as they did, if they were assigned
 * by the shares: Pearson's chi-square test. A small one means that something loses people of one arm, and
 * then no comparison means anything (Fabijan and others, "Diagnosing sample ratio mismatch", 2019).
 * @param people of each arm. @param shares of each arm, relative to each other, above 0.
 * @returns 1 where nobody was assigned.
 */
export function sampleRatioProbability(
  people: readonly number[],
  shares: readonly number[],
): number {
  requireArgument(people.length === shares.length, 'every arm has its people and its share')
  requireArgument(people.length >= 2, 'an experiment compares two arms or more')
  const all = sum(people)
  const share = sum(shares)
  if (all === 0) return 1
  const statistic = sum(
    people.map((count, arm) => {
      const expected = (all * shares[arm]!) / share
      return (count - expected) ** 2 / expected
    }),
  )
  return chiSquareTail(statistic, people.length - 1)
}

/**
 * P(X > x) for a chi-square variable:  Q(k + 2) = Q(k) + (x/2)^(k/2) e^(-x/2) / Gamma(k/2 + 1), from
 * Q(1) = erfc(sqrt(x/2)) and Q(2) = e^(-x/2) (Abramowitz and Stegun, 26.4.4 and 26.4.5).
 */
function chiSquareTail(x: number, freedom: number): number {
  const half = x / 2
  const isOdd = freedom % 2 === 1
  let tail = isOdd ? complementaryError(Math.sqrt(half)) : Math.exp(-half)
  // (x/2)^(k/2) e^(-x/2) / Gamma(k/2 + 1) at k = 1 or 2.
  let term = Math.exp(-half) * (isOdd ? Math.sqrt(half) / (Math.sqrt(Math.PI) / 2) : half)
  for (let k = isOdd ? 1 : 2; k < freedom; k += 2) {
    tail += term
    term *= half / (k / 2 + 1)
  }
  return tail
}

/** erfc of z at least 0, to 1.2e-7 of its value (Press and others, Numerical Recipes, section 6.2). */
function complementaryError(z: number): number {
  const t = 1 / (1 + z / 2)
  const coefficients = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418,
    0.37409196, 1.00002368, -1.26551223,
  ]
  return t * Math.exp(-z * z + coefficients.reduce((value, each) => value * t + each, 0))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
