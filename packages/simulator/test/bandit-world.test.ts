import { banditRounds, banditWorldKinds } from '@adsum/simulator'
import { describe, expect, test } from 'vitest'

describe.each(banditWorldKinds)('the bandit world %s', (kind) => {
  test('is the same for the same seed, and another for another', () => {
    const rounds = [...banditRounds({ kind, seed: 1, rounds: 20 })]
    expect([...banditRounds({ kind, seed: 1, rounds: 20 })]).toEqual(rounds)
    expect([...banditRounds({ kind, seed: 2, rounds: 20 })]).not.toEqual(rounds)
  })

  test('begins the same however long it goes on', () => {
    const short = [...banditRounds({ kind, seed: 3, rounds: 5 })]
    expect([...banditRounds({ kind, seed: 3, rounds: 9 })].slice(0, 5)).toEqual(short)
  })

  test('rewards as often as it says', () => {
    let expected = 0
    let rewards = 0
    let actions = 0
    for (const round of banditRounds({ kind, seed: 4, rounds: 2000 })) {
      for (const [at, probability] of round.expected.entries()) {
        expected += probability
        rewards += round.rewards[at] ?? 0
        actions += 1
      }
    }
    // Five standard errors of a share, at the most.
    expect(Math.abs(rewards - expected) / actions).toBeLessThan(2.5 / Math.sqrt(actions))
  })

  test('has a best action that depends on the moment', () => {
    const best = new Set<string | undefined>()
    for (const { actions, expected } of banditRounds({ kind, seed: 5, rounds: 200 })) {
      expect(new Set(actions.map(({ id }) => id)).size).toBe(actions.length)
      best.add(actions[expected.indexOf(Math.max(...expected))]?.id)
    }
    expect(best.size).toBeGreaterThan(3)
  })
})
