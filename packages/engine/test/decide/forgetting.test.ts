import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE_MS, meals, offers, openWorld, shop, type World } from './world.ts'

/** One thing that happens in a world. */
interface Step {
  readonly user: string
  readonly surface: 'meal' | 'banner'
  /** What the decision is worth; null: nobody says. */
  readonly reward: number | null
  readonly device: 'tv' | 'phone'
  readonly pauseMs: number
}

const steps = fc.array(
  fc.record<Step>({
    user: fc.constantFrom('ada', 'bob', 'cyd'),
    surface: fc.constantFrom('meal', 'banner'),
    reward: fc.option(fc.integer({ min: 0, max: 4 }).map((quarters) => quarters / 4)),
    device: fc.constantFrom('tv', 'phone'),
    pauseMs: fc.integer({ min: 0, max: 8 * MINUTE_MS }),
  }),
  { minLength: 5, maxLength: 20 },
)

/**
 * Lets things happen. What is chosen hangs on what was learned before, so that two worlds part company;
 * therefore each request leaves only one action to choose from.
 */
async function live(world: World, story: readonly Step[]): Promise<void> {
  for (const [index, step] of story.entries()) await liveOne(world, step, index)
}

async function liveOne({ app, clock }: World, step: Step, index: number): Promise<void> {
  const { user, surface, reward, device, pauseMs } = step
  const kept = index % offers.length
  const actions = surface === 'meal' ? meals : offers.map(({ id }) => ({ id }))
  const asked = { surface, user, context: { device }, id: `e-${index}` }
  const { id } = await app.decide({ ...asked, actions: actions.slice(kept, kept + 1) })
  if (reward !== null) await app.reward(id, { value: reward })
  clock.at += pauseMs
}

const statistics = ({ app }: World) => ({
  meal: app.decideStatistics('meal'),
  banner: app.decideStatistics('banner'),
})

describe('forgetting a person who was decided about', () => {
  test('leaves what was learned as in a world without them, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (story, restarts) => {
        const indexed = story.map((step, index) => ({ step, index }))
        const world = await openWorld()
        await live(world, story)
        const without = await openWorld()
        for (const { step, index } of indexed) {
          if (step.user === 'ada') without.clock.at += step.pauseMs
          else await liveOne(without, step, index)
        }
        if (restarts) await world.restart()
        if (story.some(({ user }) => user === 'ada')) await world.app.eraseUser('ada')
        for (const one of [world, without]) await one.app.settleDecisions()
        expect(statistics(world)).toEqual(statistics(without))
        await world.restart()
        expect(statistics(world)).toEqual(statistics(without))
        expect(await world.app.readSurface('meal')).toEqual(await without.app.readSurface('meal'))
      }),
      { numRuns: 4, seed: 4 },
    )
  }, 60_000)

  test('while they are rewarded and decided about leaves nothing of them', async () => {
    const world = await openWorld()
    await live(world, [
      { user: 'bob', surface: 'meal', reward: 1, device: 'tv', pauseMs: 0 },
      { user: 'bob', surface: 'banner', reward: 0, device: 'phone', pauseMs: 0 },
    ])
    const learned = statistics(world)
    const { app } = world
    for (let round = 0; round < 5; round++) {
      const asked = { surface: 'meal', user: 'ada', actions: meals }
      const made = await Promise.all([1, 2, 3, 4].map(() => app.decide(asked)))
      const work = made.flatMap(({ id }) => [
        app.reward(id, { value: 1 }).catch((fault: { code: string }) => fault.code),
        app.decide(asked),
      ])
      await Promise.all([...work, app.eraseUser('ada')])
      // What was asked after the erasing is a new beginning, and goes like the old one.
      await app.eraseUser('ada').catch((fault: { code: string }) => fault.code)
      await app.settleDecisions()
      expect(statistics(world)).toEqual(learned)
    }
    await world.restart(shop())
    expect(statistics(world)).toEqual(learned)
  })

  test('leaves no byte of what they were asked, chosen or rewarded', async () => {
    const world = await openWorld(shop({ meal: { mode: 'shadow' } }))
    const canary = 'canary-7d31'
    const action = { id: `soup-${canary}`, features: { [`likes-${canary}`]: `salt-${canary}` } }
    for (let round = 0; round < 30; round++) {
      const { id } = await world.app.decide({
        surface: 'meal',
        id: `decision-${round}-${canary}`,
        user: `user-${canary}`,
        features: { [`mood-${canary}`]: [`fine-${canary}`] },
        actions: [action, { id: 'stew' }],
        exclude: ['stew'],
        incumbent: action.id,
      })
      await world.app.reward(id, { id: `reward-${canary}`, value: 1 })
    }
    await world.app.settleDecisions()
    // Ids of decisions stand as they are, so that the search is seen to find something.
    expect(await filesWith(world.path, canary)).not.toEqual([])
    await world.app.eraseUser(`user-${canary}`)
    expect(await filesWith(world.path, canary)).toEqual([])
    await world.restart()
    expect(await filesWith(world.path, canary)).toEqual([])
  })
})

/** Files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    if ((await readFile(path)).includes(text)) found.push(path)
  }
  return found
}
