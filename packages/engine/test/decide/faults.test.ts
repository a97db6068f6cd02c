import { describe, expect, test } from 'vitest'
import { decodeDecideRecord, encodeDecideRecord } from '../../src/decide/decide-record.ts'
import type { AppStore, Storage } from '../../src/index.ts'
import { MINUTE_MS, meals, openWorld, shop } from './world.ts'

/** A storage whose stores do some things otherwise. */
function planting(change: (store: AppStore) => Partial<AppStore>): (storage: Storage) => Storage {
  return (storage) => {
    const openApp = async (name: string) => {
      const store = await storage.openApp(name)
      return overriding(store, () => change(store))
    }
    return overriding(storage, () => ({ openApp }))
  }
}

/** The same object, with those methods replaced that are said to be at the time of the call. */
function overriding<Target extends object>(target: Target, changed: () => Partial<Target>): Target {
  return new Proxy(target, {
    get(object, name) {
      const changes = changed()
      const source = name in changes ? changes : object
      const value: unknown = Reflect.get(source, name)
      return typeof value === 'function' ? value.bind(source) : value
    },
  })
}

/** Stores that fail where the switches say so. */
function failing(switches: {
  readUser?: boolean
  appendRecords?: boolean
  appendRewards?: boolean
}) {
  const fail = async () => {
    throw new Error('the disk is gone')
  }
  return planting(() => ({
    ...(switches.readUser && { readUser: fail }),
    ...(switches.appendRecords && { appendRecords: fail }),
    ...(switches.appendRewards && { appendRewards: fail }),
  }))
}

describe('an internal fault', () => {
  test('in deciding is answered with the baseline, of which nothing is learned', async () => {
    const switches = { readUser: false }
    const world = await openWorld(shop(), { plant: failing(switches) })
    const { app, clock, faults } = world
    const learned = app.decideStatistics('meal')
    const clicked = { type: 'clicked', user: 'ada', item: 'sea' }
    await app.sendEvents([{ ...clicked, id: 'e-2' }])
    // What belongs before what is known makes the person be read anew.
    const time = new Date(clock.at - MINUTE_MS).toISOString()
    await app.sendEvents([{ ...clicked, id: 'e-1', time }])
    switches.readUser = true
    const answer = await app.decide({ surface: 'meal', user: 'ada', actions: meals })
    expect(answer).toMatchObject({ baseline: true, learns: false, model: null })
    expect(answer.choices).toMatchObject([{ item: 'soup', propensity: 1 }])
    expect(answer.options?.map(({ propensity }) => propensity)).toEqual([1, 0, 0])
    expect(faults).toEqual([expect.stringContaining('meal answered with the baseline')])
    switches.readUser = false
    await app.reward(answer.id, { value: 1 })
    clock.at += 11 * MINUTE_MS
    await app.settleDecisions()
    expect(app.decideStatistics('meal')).toEqual(learned)
    expect((await app.readDecision(answer.id)).learning?.state).toBe('dropped')
    await world.restart()
    expect(world.app.decideStatistics('meal')).toEqual(learned)
  })

  test('in storing a decision leaves nothing learned that the log does not have', async () => {
    const switches = { appendRecords: false }
    const { app, clock, faults } = await openWorld(shop(), { plant: failing(switches) })
    const learned = app.decideStatistics('meal')
    switches.appendRecords = true
    const { id, baseline } = await app.decide({ surface: 'meal', actions: meals })
    expect(baseline).toBe(false)
    await expect(app.reward(id, { value: 1 })).rejects.toMatchObject({ code: 'decision_unknown' })
    clock.at += 11 * MINUTE_MS
    await app.settleDecisions()
    expect(app.decideStatistics('meal')).toEqual(learned)
    expect(await app.readSurface('meal')).toMatchObject({ decisions: 0, learned: 0, waiting: 0 })
    expect(faults).toHaveLength(1)
  })

  test('in storing a reward is told, and the same reward may be sent again', async () => {
    const switches = { appendRewards: false }
    const { app } = await openWorld(shop(), { plant: failing(switches) })
    const { id } = await app.decide({ surface: 'meal', actions: meals })
    switches.appendRewards = true
    await expect(app.reward(id, { id: 'r', value: 1 })).rejects.toThrow('the disk is gone')
    expect(await app.readSurface('meal')).toMatchObject({ learned: 0, waiting: 1 })
    switches.appendRewards = false
    expect(await app.reward(id, { id: 'r', value: 1 })).toEqual({ status: 'accepted' })
    expect(await app.readSurface('meal')).toMatchObject({ learned: 1, waiting: 0 })
  })
})

/** Stores whose decisions were made by a learner that made its rows otherwise. */
const ofAnotherLearner = planting((store) => ({
  appendRecords: async (records) =>
    store.appendRecords(
      records.map((record) => {
        const said = decodeDecideRecord(record.body)
        return { ...record, body: encodeDecideRecord({ ...said, learner: 'bandit-0' }) }
      }),
    ),
}))

test('what another version learned from is kept, told, forgotten, and not learned', async () => {
  const world = await openWorld(shop(), { plant: ofAnotherLearner })
  const nothing = world.app.decideStatistics('meal')
  const { id } = await world.app.decide({ surface: 'meal', user: 'ada', actions: meals })
  await world.app.reward(id, { value: 1 })
  await world.restart()
  expect(world.app.decideStatistics('meal')).toEqual(nothing)
  expect((await world.app.readDecision(id)).rewards).toMatchObject([{ value: 1 }])
  await world.app.eraseUser('ada')
  expect(world.app.decideStatistics('meal')).toEqual(nothing)
})

describe('bad input', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { in: deep(levels - 1) })
  const wide = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`f${at}`, at]))
  const nulls = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`f${at}`, null]))
  const half = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f${at}`, at]))
  const many = Array.from({ length: 501 }, (_, at) => ({ id: `a-${at}` }))
  const [soup] = meals
  const asking = (changes: object) => ({ surface: 'meal', actions: meals, ...changes })

  const table: readonly (readonly [code: string, path: string, request: object])[] = [
    ['actions_missing', 'actions', asking({ actions: [] })],
    ['actions_missing', 'actions', asking({ actions: undefined })],
    ['actions_too_many', 'actions', asking({ actions: many })],
    ['action_duplicate', 'actions[3].id', asking({ actions: [...meals, soup] })],
    ['action_unknown', 'actions[0].id', asking({ actions: [{ id: '' }] })],
    ['action_unknown', 'actions[0].id', { surface: 'banner', actions: [{ id: 'moon' }] }],
    ['action_unknown', 'exclude', asking({ exclude: ['cake'] })],
    ['actions_none_left', 'exclude', asking({ exclude: ['soup', 'salad', 'stew'] })],
    ['surface_unknown', '', { surface: 'attic' }],
    ['context_invalid', 'context.mood', asking({ context: { mood: 'fine' } })],
    ['feature_invalid', 'features', asking({ features: { heat: Number.NaN } })],
    ['feature_invalid', 'features', asking({ features: { heat: Number.POSITIVE_INFINITY } })],
    ['feature_invalid', 'features', asking({ features: deep(9) })],
    ['feature_invalid', 'features', asking({ features: { list: [[[[[[[[1, 2]]]]]]]] } })],
    ['feature_invalid', 'features', asking({ features: wide })],
    ['feature_invalid', 'features', asking({ features: nulls })],
    [
      'feature_invalid',
      'features',
      asking({ features: half, actions: [{ id: 'a', features: half }] }),
    ],
    ['feature_invalid', 'features', asking({ features: 'hot' })],
    ['feature_invalid', 'features[1]', asking({ features: [{ hot: true }, 7] })],
    ['feature_invalid', 'features', asking({ features: { long: 'x'.repeat(201) } })],
    ['feature_invalid', 'features', asking({ features: { ['x'.repeat(201)]: 1 } })],
    [
      'feature_invalid',
      'actions[1].features',
      asking({ actions: [soup, { id: 'a', features: { b: Number.NaN } }] }),
    ],
  ]

  test('has its code and its place, and leaves nothing behind', async () => {
    const { app, faults } = await openWorld()
    for (const [code, path, request] of table) {
      const asked = request as Parameters<typeof app.decide>[0]
      await expect(app.decide(asked), code).rejects.toMatchObject({ code, path })
    }
    expect(await app.readSurface('meal')).toMatchObject({ decisions: 0, waiting: 0 })
    expect(faults).toEqual([])
  })

  test('names of features are not taken for anything else', async () => {
    const { app } = await openWorld()
    const features = JSON.parse('{"__proto__": {"a": 1}, "constructor": "b", "toString": 2}')
    const { id } = await app.decide({ surface: 'meal', features, actions: meals })
    await app.reward(id, { value: 1 })
    expect((await app.readDecision(id)).learning?.state).toBe('learned')
  })
})
