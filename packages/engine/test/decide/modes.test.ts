import { describe, expect, test } from 'vitest'
import { decide, defineApp, recommend } from '../../src/index.ts'
import { audience, declaration as cinema, evening, films } from '../cinema-in-small.ts'
import { MINUTE_MS, meals, openWorld, shop, type World } from './world.ts'

/** Soup is worth 1, everything else 0. */
async function watch({ app }: World, rounds: number, incumbent: (round: number) => string) {
  for (let round = 0; round < rounds; round++) {
    const chosen = incumbent(round)
    const asked = { surface: 'meal', actions: meals, incumbent: chosen }
    const { id, choices } = await app.decide(asked)
    expect(choices).toMatchObject([{ item: chosen, propensity: 1 }])
    await app.reward(id, { value: chosen === 'soup' ? 1 : 0 })
  }
}

describe('a surface that only watches', () => {
  test('answers what the other system chose, learns from it, and tells how they compare', async () => {
    const world = await openWorld(shop({ meal: { mode: 'shadow' } }))
    const turns = ['soup', 'salad', 'stew', 'salad', 'stew']
    await watch(world, 60, (round) => turns[round % turns.length] ?? '')
    const { shadow, ...report } = await world.app.readSurface('meal')
    expect(report).toMatchObject({ mode: 'shadow', learned: 60, meanReward: 0.2 })
    expect(shadow?.compared).toBe(60)
    // We would choose soup nearly always, they do in one case of five.
    expect(shadow?.agreement).toBeLessThan(0.5)
    expect(shadow?.rewardWhenAgreed).toBeGreaterThan(0.4)
    expect(shadow?.rewardWhenNot).toBeLessThan(0.2)
    expect(shadow?.estimatedLift).toBeGreaterThan(0.2)
    await world.restart()
    expect((await world.app.readSurface('meal')).shadow).toEqual(shadow)

    await world.restart(shop())
    const { options } = await world.app.decide({ surface: 'meal', actions: meals })
    expect(options?.find(({ action }) => action === 'soup')?.propensity).toBeGreaterThan(0.8)
  })

  test('stores what we would have done beside it', async () => {
    const { app } = await openWorld(shop({ meal: { mode: 'shadow' } }))
    const { id, options } = await app.decide({ surface: 'meal', actions: meals, incumbent: 'stew' })
    expect(options?.map(({ propensity }) => propensity).every((share) => share > 0.3)).toBe(true)
    const stored = await app.readDecision(id)
    expect(stored).toMatchObject({ incumbent: 'stew', choices: [{ item: 'stew' }] })
    expect(meals.map(({ id: meal }) => meal)).toContain(stored.replay?.chosen)
  })

  test('has to be told what that was', async () => {
    const { app } = await openWorld(shop({ meal: { mode: 'shadow' } }))
    const asked = { surface: 'meal', actions: meals }
    await expect(app.decide(asked)).rejects.toMatchObject({ code: 'incumbent_required' })
    for (const incumbent of ['cake', null]) {
      await expect(app.decide({ ...asked, incumbent })).rejects.toMatchObject({
        code: 'action_unknown',
        path: 'incumbent',
      })
    }
  })
})

test('a frozen surface answers and learns nothing, of old decisions included', async () => {
  const world = await openWorld()
  for (let round = 0; round < 30; round++) {
    const { id, choices } = await world.app.decide({ surface: 'meal', actions: meals })
    await world.app.reward(id, { value: choices[0]?.item === 'stew' ? 1 : 0 })
  }
  await world.app.settleDecisions()
  const learned = world.app.decideStatistics('meal')
  await world.restart(shop({ meal: { mode: 'frozen' } }))
  const { id, options, learns } = await world.app.decide({ surface: 'meal', actions: meals })
  expect(learns).toBe(false)
  expect(options?.find(({ action }) => action === 'stew')?.propensity).toBeGreaterThan(0.7)
  expect(await world.app.reward(id, { value: 1 })).toEqual({ status: 'accepted' })
  world.clock.at += 11 * MINUTE_MS
  await world.app.settleDecisions()
  expect(world.app.decideStatistics('meal')).toEqual(learned)
  await world.restart()
  expect(world.app.decideStatistics('meal')).toEqual(learned)
  expect((await world.app.readDecision(id)).rewards).toMatchObject([{ value: 1 }])
})

test('what somebody watched decides, unless they want what everyone gets', async () => {
  const likes = decide({ actions: 'movie', explore: { kind: 'linucb', floor: 0.1 } })
  const world = await openWorld(defineApp({ ...cinema, surfaces: { ...cinema.surfaces, likes } }))
  const { app } = world
  await app.putItems(films)
  await app.sendEvents(audience())
  const actions = [{ id: 'space-7' }, { id: 'love-7' }]
  const kindOf = (person: number) => (person % 2 === 0 ? 'space-7' : 'love-7')
  const nameOf = (person: number) => `person-${String(person).padStart(2, '0')}`
  for (let person = 0; person < 36; person++) {
    const { id, choices } = await app.decide({ surface: 'likes', user: nameOf(person), actions })
    await app.reward(id, { value: choices[0]?.item === kindOf(person) ? 1 : 0 })
  }
  const asked = { surface: 'likes', actions }
  const shareOf = async (person: number, more: object = {}) => {
    const { options } = await app.decide({ ...asked, user: nameOf(person), ...more })
    return options?.find(({ action }) => action === kindOf(person))?.propensity
  }
  for (const person of [36, 37, 38, 39]) expect(await shareOf(person)).toBeGreaterThan(0.9)
  const everyone = { personalization: 'everyone' }
  const shares = [await shareOf(36, everyone), await shareOf(37, everyone)]
  expect((shares[0] ?? 0) + (shares[1] ?? 0)).toBeCloseTo(1)
})

describe('recommending', () => {
  const mode = (changed: 'learn' | 'shadow' | 'frozen') =>
    defineApp({
      ...cinema,
      surfaces: { home: recommend({ items: 'movie', goal: { watched: 1 }, mode: changed }) },
    })

  /** A cinema with forty people, opened anew with another mode. */
  async function openCinema(changed: 'learn' | 'shadow' | 'frozen'): Promise<World> {
    const world = await openWorld(mode('learn'))
    await world.app.putItems(films)
    await world.app.sendEvents(audience())
    await world.app.learnNow()
    await world.restart(mode(changed))
    return world
  }

  test('beside another system answers its list, stores ours, and tells how they compare', async () => {
    const world = await openCinema('shadow')
    const asked = { surface: 'home', user: 'person-00', limit: 4 }
    await expect(world.app.decide(asked)).rejects.toMatchObject({ code: 'incumbent_required' })
    const unknown = { ...asked, incumbent: ['space-0', 'nowhere'] }
    await expect(world.app.decide(unknown)).rejects.toMatchObject({
      code: 'action_unknown',
      path: 'incumbent[1]',
    })
    const { id } = await world.app.decide({ ...asked, incumbent: ['love-0'] })
    const ours = (await world.app.readDecision(id)).choices.map(({ item }) => item)
    expect(ours).toHaveLength(4)

    const same = await world.app.decide({ ...asked, incumbent: ours })
    expect(same.choices.map(({ item }) => item)).toEqual(ours)
    expect((await world.app.readDecision(same.id)).incumbent).toEqual(ours)
    const theirs = [ours[3] ?? '', ours[2] ?? '', 'love-0', 'love-1']
    const other = await world.app.decide({ ...asked, user: 'person-02', incumbent: theirs })
    await world.app.reward(same.id, { id: 'r', value: 1 })
    await world.app.reward(other.id, { id: 'r', value: 0.25 })
    const { shadow } = await world.app.readSurface('home')
    expect(shadow).toMatchObject({ compared: 3, rewardWhenAgreed: 1, rewardWhenNot: 0.25 })
    expect(shadow?.agreement).toBeGreaterThan(0.3)
    expect(shadow?.estimatedLift).toBeCloseTo(1 - 0.625)
    await world.restart()
    expect((await world.app.readSurface('home')).shadow).toEqual(shadow)
    await world.app.eraseUser('person-00')
    expect((await world.app.readSurface('home')).shadow).toMatchObject({
      compared: 1,
      rewardWhenAgreed: null,
      rewardWhenNot: 0.25,
    })
  })

  test('frozen stays as it was learned, until somebody who is in it is erased', async () => {
    const world = await openCinema('frozen')
    const before = world.app.view().model?.id
    await world.app.sendEvents(evening('new', 'space', 0, 5))
    await world.restart()
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(world.app.view()).toMatchObject({ model: { id: before }, learning: { behind: 5 } })
    await world.app.eraseUser('person-00')
    await world.app.learnNow()
    expect(world.app.view().model?.id).not.toBe(before)
  })

  test('is frozen as a whole or not at all', () => {
    const { home } = mode('frozen').surfaces
    const again = recommend({ items: 'movie', goal: { watched: 1 } })
    expect(() => defineApp({ ...cinema, surfaces: { home, again } })).toThrow('freeze all or none')
  })
})
