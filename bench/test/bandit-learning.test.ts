import { Bandit, banditConfiguration, createRandom } from '@adsum/learning'
import { banditRounds, banditWorldKinds } from '@adsum/simulator'
import { expect, test } from 'vitest'
import { meanInterval } from '../src/regret/mean-interval.ts'

test.each(banditWorldKinds)('the defaults learn the world %s', (kind) => {
  const bandit = new Bandit(banditConfiguration())
  const random = createRandom(11)
  let lost = 0
  let lostAtRandom = 0
  for (const [at, round] of [...banditRounds({ kind, seed: 77, rounds: 2000 })].entries()) {
    const { chosen, row } = bandit.choose(round, random)
    bandit.learn({ row, reward: round.rewards[chosen] ?? 0 })
    if (at < 1000) continue
    const best = Math.max(...round.expected)
    const mean = round.expected.reduce((sum, value) => sum + value, 0) / round.expected.length
    lost += best - (round.expected[chosen] ?? 0)
    lostAtRandom += best - mean
  }
  expect(lost).toBeLessThan(0.45 * lostAtRandom)
})

test('an interval of a mean is that of the textbook', () => {
  const values = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? 1 : 3))
  const { mean, low, high } = meanInterval(values)
  expect(mean).toBe(2)
  // The deviation of a sample of twenty: √(20 / 19); over √20.
  expect(high - mean).toBeCloseTo(2.093 * Math.sqrt(20 / 19 / 20), 3)
  expect(mean - low).toBeCloseTo(high - mean, 3)
})
