import { acknowledgedSurvivesKill } from '@adsum/engine/testing'
import { expect, test } from 'vitest'
import { killFixture } from './kill-fixture.ts'

/** For more: `node packages/storage/test/kill-many.ts 1000`. */
const KILLS = 10

test('what was acknowledged survives SIGKILL at any moment', async () => {
  const fixture = await killFixture('honest')
  const seen = await acknowledgedSurvivesKill(fixture, { kills: KILLS, seed: 20_261_121 })
  expect(seen.events).toBeGreaterThan(KILLS)
  await fixture.dispose()
})

test('a store that acknowledges early is caught', async () => {
  const fixture = await killFixture('early')
  await expect(acknowledgedSurvivesKill(fixture, { kills: 5, seed: 1 })).rejects.toThrow(
    'acknowledged events that are not there',
  )
  await fixture.dispose()
})
