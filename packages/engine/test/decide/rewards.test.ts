import { describe, expect, test } from 'vitest'
import type { Aggregation } from '../../src/index.ts'
import { MINUTE_MS, meals, openWorld, START, shop, type World } from './world.ts'

const DAY_MS = 24 * 60 * MINUTE_MS

async function eat({ app }: World, more: { id?: string; deferred?: boolean; user?: string } = {}) {
  return (await app.decide({ surface: 'meal', actions: meals, ...more })).id
}

async function learning({ app }: World, id: string) {
  const { learning: found } = await app.readDecision(id)
  return found === undefined ? null : { state: found.state, value: found.value }
}

describe('the reward of a decision', () => {
  test('counts once, however often it is sent', async () => {
    const world = await openWorld()
    const id = await eat(world)
    const reward = { id: 'r-1', value: 0.5 }
    const statuses = await Promise.all([1, 2, 3].map(() => world.app.reward(id, reward)))
    expect(statuses.map(({ status }) => status).sort()).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
    ])
    const timed = { value: 0.5, time: new Date(START).toISOString() }
    expect(await world.app.reward(id, timed)).toEqual({ status: 'duplicate' })
    expect((await world.app.readSurface('meal')).learned).toBe(1)
    await world.restart()
    expect(await world.app.reward(id, reward)).toEqual({ status: 'duplicate' })
    expect((await world.app.readSurface('meal')).learned).toBe(1)
  })

  test('has a code for everything that may be wrong with it', async () => {
    const world = await openWorld()
    const id = await eat(world)
    const refused = async (reward: Parameters<World['app']['reward']>[1], of = id) =>
      world.app.reward(of, reward).then(
        () => 'taken',
        (fault: { code: string }) => fault.code,
      )
    expect(await refused({ value: 1.01 })).toBe('reward_out_of_range')
    expect(await refused({ value: Number.NaN })).toBe('reward_out_of_range')
    expect(await refused({ value: 1 }, 'd_of_another_app')).toBe('decision_unknown')
    expect(await refused({ value: 1, time: 'noon' })).toBe('event_time_invalid')
    expect(await refused({ id: 'r-1', value: 1 })).toBe('taken')
    expect(await refused({ id: 'r-1', value: 0.5 })).toBe('reward_conflict')
    expect(await refused({ id: 'r-2', value: 1 })).toBe('reward_given')
    expect(await refused({ id: 'r-2', value: 0.5 })).toBe('reward_given')
    const late = await eat(world)
    world.clock.at += 10 * MINUTE_MS + 1
    expect(await refused({ value: 1 }, late)).toBe('reward_late')
    expect(await refused({ value: 1, time: new Date(START).toISOString() }, late)).toBe('taken')
    expect((await world.app.readSurface('meal')).learned).toBe(2)
  })

  test('that happened in time but arrives later replaces what was learned without it', async () => {
    const world = await openWorld()
    const untouched = world.app.decideStatistics('meal')
    const id = await eat(world)
    const happened = new Date(START + MINUTE_MS).toISOString()
    world.clock.at += DAY_MS
    await world.app.settleDecisions()
    expect(await learning(world, id)).toEqual({ state: 'learned', value: 0 })
    expect(world.app.decideStatistics('meal')).not.toEqual(untouched)
    await world.restart()
    await world.app.reward(id, { value: 1, time: happened })
    expect(await learning(world, id)).toEqual({ state: 'learned', value: 1 })
    expect(await world.app.readSurface('meal')).toMatchObject({ learned: 1, meanReward: 1 })
    const late = await eat(world)
    world.clock.at += 8 * DAY_MS
    const time = new Date(world.clock.at - 8 * DAY_MS).toISOString()
    await expect(world.app.reward(late, { value: 1, time })).rejects.toMatchObject({
      code: 'reward_late',
    })
  })

  test.each<[Aggregation, number]>([
    ['last', -0.5],
    ['max', 0.75],
    ['sum', 0.5],
  ])('of several the surface counts the %s', async (aggregation, value) => {
    const world = await openWorld(shop({ meal: { aggregation } }))
    const id = await eat(world)
    await world.app.reward(id, { value: 0.25 })
    world.clock.at += 1
    await world.app.reward(id, { value: 0.75 })
    world.clock.at += 1
    await world.app.reward(id, { value: -0.5 })
    expect(await learning(world, id)).toEqual({ state: 'learned', value })
    const learned = world.app.decideStatistics('meal')
    await world.restart()
    expect(world.app.decideStatistics('meal')).toEqual(learned)
  })

  test('that adds up beyond the range is learned as the most there is', async () => {
    const world = await openWorld(shop({ meal: { aggregation: 'sum' } }))
    const id = await eat(world)
    for (const name of ['a', 'b', 'c']) await world.app.reward(id, { id: name, value: 1 })
    expect(await learning(world, id)).toEqual({ state: 'learned', value: 3 })
    expect((await world.app.readSurface('meal')).learned).toBe(1)
  })
})

describe('a decision that was prepared ahead', () => {
  test('counts when it is activated, with the reward that it got before', async () => {
    const world = await openWorld()
    const id = await eat(world, { deferred: true })
    await world.app.reward(id, { value: 1 })
    expect(await learning(world, id)).toEqual({ state: 'deferred', value: null })
    expect((await world.app.readSurface('meal')).learned).toBe(0)
    expect(await world.app.activateDecision(id)).toEqual({ status: 'accepted' })
    expect(await world.app.activateDecision(id)).toEqual({ status: 'duplicate' })
    expect(await learning(world, id)).toEqual({ state: 'learned', value: 1 })
    await world.restart()
    expect(await world.app.readSurface('meal')).toMatchObject({ learned: 1, meanReward: 1 })
  })

  test('is dropped when it never is; too late is too late', async () => {
    const world = await openWorld()
    const id = await eat(world, { deferred: true })
    const shown = await eat(world, { deferred: true })
    await world.app.activateDecision(shown)
    await world.restart()
    world.clock.at += 10 * MINUTE_MS
    expect(await learning(world, id)).toEqual({ state: 'dropped', value: null })
    expect(await learning(world, shown)).toEqual({ state: 'learned', value: 0 })
    world.clock.at += 1
    await expect(world.app.activateDecision(id)).rejects.toMatchObject({ code: 'activation_late' })
    const now = await eat(world)
    await expect(world.app.activateDecision(now)).rejects.toMatchObject({
      code: 'decision_not_deferred',
    })
    expect(await world.app.readSurface('meal')).toMatchObject({ learned: 1, meanReward: 0 })
  })
})

describe('an event', () => {
  const clicked = (user: string, item: string, id = `e-${user}`) => ({
    id,
    type: 'clicked',
    user,
    item,
  })

  test('rewards the latest decision that it answers, once', async () => {
    const world = await openWorld(shop())
    const first = await world.app.decide({ surface: 'banner', user: 'ada' })
    const item = first.choices[0]?.item ?? ''
    const others = offersBut(item)
    const asked = { surface: 'banner', user: 'ada', exclude: others }
    const second = await world.app.decide(asked)
    await world.app.sendEvents([clicked('ada', others[0] ?? '', 'elsewhere')])
    await world.app.sendEvents([clicked('ada', item)])
    await world.app.sendEvents([clicked('ada', item)])
    expect((await world.app.readDecision(second.id)).rewards).toHaveLength(1)
    expect((await world.app.readDecision(first.id)).rewards).toHaveLength(0)
    await world.restart()
    await world.app.sendEvents([clicked('ada', item)])
    expect(await world.app.readSurface('banner')).toMatchObject({ learned: 1, waiting: 1 })
  })

  test('after the window is none', async () => {
    const world = await openWorld()
    const { choices } = await world.app.decide({ surface: 'banner', user: 'ada' })
    world.clock.at += 10 * MINUTE_MS + 1
    await world.app.sendEvents([clicked('ada', choices[0]?.item ?? '')])
    expect(await world.app.readSurface('banner')).toMatchObject({ learned: 1, meanReward: 0 })
  })

  function offersBut(item: string): string[] {
    return ['sea', 'city', 'snow'].filter((id) => id !== item)
  }
})
