import { acknowledgedSurvivesKill } from '@adsum/engine/testing'
import { killFixture } from './kill-fixture.ts'

/** The law of durability with as many kills as asked for: `node kill-many.ts <kills> [seed]`. */
const [kills = '200', seed = '1'] = process.argv.slice(2)
const fixture = await killFixture('honest')
const seen = await acknowledgedSurvivesKill(fixture, { kills: Number(kills), seed: Number(seed) })
await fixture.dispose()
console.log(`${kills} kills, ${seen.events} events and ${seen.records} records: none lost`)
