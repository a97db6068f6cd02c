import { acknowledgedSurvivesKill } from '@adsum/engine/testing'
import { expect, test } from 'vitest'
import { killFixture } from './kill-fixture.ts'

/** For more: `node packages/storage/test/kill-many.ts 1000`. */
const KILLS = 10
/** A few seconds a kill on a machine with much else to do. */
const TIMEOUT_MS = 180_000

test('what was acknowledged survives SIGKILL at any moment', { timeout: TIMEOUT_MS }, async () => {
  const fixture = await killFixture('honest')
  const seen = await acknowledgedSurvivesKill(fixture, { kills: KILLS, seed: 20_261_121 })
  expect(seen.events).toBeGreaterThan(KILLS)
  await fixture.dispose()
})

test('a store that acknowledges early is caught', { timeout: TIMEOUT_MS }, async () => {
  const fixture = await killFixture('acknowledges-early')
  await expect(acknowledgedSurvivesKill(fixture, { kills: 5, seed: 1 })).rejects.toThrow(
    'acknowledged events that are not there',
  )
  await fixture.dispose()
})
