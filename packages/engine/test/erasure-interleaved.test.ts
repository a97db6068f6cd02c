import { createRandom } from '@adsum/learning'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { App, Engine } from '../src/index.ts'
import { declaration, films, openEngine, temporaryFolder } from './cinema-in-small.ts'

/** So few that sends and erasures of one person meet again and again. */
const PEOPLE = ['ada', 'bob', 'cy', 'dot', 'eve']
const STEPS = 400
/** Steps after which everything is waited for, because erasures take longest and would all come last. */
const STEPS_AT_ONCE = 40

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let engine: Engine
let app: App
let faults: string[]

beforeEach(async () => {
  folder = await temporaryFolder()
  faults = []
  engine = await openEngine(folder.path, faults)
  app = await engine.declare(declaration)
  await app.putItems(films)
})

afterEach(async () => {
  await engine.close()
  await folder.remove()
  expect(faults).toEqual([])
})

/** What the app keeps count of. */
function totals() {
  const { events, users, quarantined } = app.view()
  return { events, users, quarantined }
}

test.each([1, 2])(
  'sends and erasures at the same time leave the counts of the log',
  async (seed) => {
    const random = createRandom(seed)
    const pick = <T>(all: readonly T[]): T => all[random.below(all.length)] as T
    const underWay: Promise<unknown>[] = []
    for (let step = 0; step < STEPS; step++) {
      const user = pick(PEOPLE)
      const erases = random.below(8) === 0
      const event = { id: `e-${step}`, type: 'watched', user, item: pick(films).id }
      const unknown = (fault: unknown) => expect(fault).toMatchObject({ code: 'user_unknown' })
      underWay.push(
        erases
          ? app.eraseUser(user).catch(unknown)
          : app.sendEvents(random.below(5) === 0 ? [{ ...event, item: 'nothing' }] : [event]),
      )
      if (random.below(6) === 0) underWay.push(app.decide({ surface: 'home', user }))
      // Now and then the store gets ahead, so that all of them meet at every stage.
      if (random.below(3) === 0) await new Promise((resolve) => setImmediate(resolve))
      if (step % STEPS_AT_ONCE === 0) await Promise.all(underWay)
    }
    await Promise.all(underWay)
    const counted = totals()
    expect(counted.events).toBeGreaterThan(0)
    expect((await app.verifyStatistics()).equal).toBe(true)
    await engine.close()
    engine = await openEngine(folder.path, faults)
    app = engine.app(undefined)
    await app.ready
    expect(counted).toEqual(totals())
  },
)
