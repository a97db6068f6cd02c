import type { StoredDecision } from '@adsum/protocol'
import { describe, expect, test } from 'vitest'
import { EXPLORATIONS, type ExplorationName } from '../../src/index.ts'
import { MINUTE_MS, meals, openWorld, shop, type World } from './world.ts'

/** Forty people of two kinds: those on phones like salad, the others stew. */
async function learn({ app, clock }: World, rounds = 40): Promise<string[]> {
  const ids: string[] = []
  for (let round = 0; round < rounds; round++) {
    const device = round % 2 === 0 ? 'phone' : 'tv'
    const user = `person-${round % 8}`
    const asked = { surface: 'meal', user, context: { device }, actions: meals }
    const { id, choices } = await app.decide(asked)
    ids.push(id)
    const liked = device === 'phone' ? 'salad' : 'stew'
    // Of every fifth nobody hears again.
    if (round % 5 !== 4) await app.reward(id, { value: choices[0]?.item === liked ? 1 : -0.25 })
    clock.at += 1_000
  }
  return ids
}

/** What was chosen, worked out again from nothing but the stored integers. */
function replayed({ replay }: StoredDecision): string | null {
  if (replay === undefined) throw new Error('the decision stores no integers')
  let end = 0
  for (const { action, parts } of replay.options) {
    end += parts
    if (replay.draw < end) return action
  }
  throw new Error('the draw falls beside all options')
}

describe('a stored decision', () => {
  test.each(EXPLORATIONS)('by %s replays from its integers', async (explore: ExplorationName) => {
    const world = await openWorld(shop({ meal: { explore, nothing: true } }))
    for (const id of await learn(world, 30)) {
      const stored = await world.app.readDecision(id)
      const { choices, replay, options } = stored
      expect(replayed(stored)).toBe(choices[0]?.item ?? null)
      expect(replay?.options.reduce((sum, { parts }) => sum + parts, 0)).toBe(replay?.partsTotal)
      for (const { terms, reasons, score, scale } of choices) {
        expect(terms.reduce((sum, { share }) => sum + share, 0)).toBe(score)
        expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBe(score)
        expect([score, scale, ...terms.map(({ share }) => share)].every(Number.isSafeInteger)).toBe(
          true,
        )
      }
      const chosen = replay?.options.find(({ action }) => action === choices[0]?.item)
      if (choices[0] !== undefined && replay !== undefined) {
        expect(choices[0].propensity).toBe((chosen?.parts ?? 0) / replay.partsTotal)
        expect(choices[0].score).toBe(chosen?.score)
      }
      expect(options?.map(({ propensity }) => propensity > 0)).toEqual([true, true, true, true])
    }
  })

  test('shows what exploring adds as a term of its own', async () => {
    const world = await openWorld(shop({ meal: { explore: 'linucb' } }))
    const id = (await learn(world)).at(-1) ?? ''
    const { choices, replay } = await world.app.readDecision(id)
    const explored = choices[0]?.terms.find(({ feature }) => feature === 'exploration')
    const chosen = replay?.options.find(({ action }) => action === choices[0]?.item)
    expect(explored?.share).toBeGreaterThan(0)
    expect(explored?.share).toBe(chosen?.exploration)
  })

  test('frequencies are the propensities', async () => {
    const { app } = await openWorld()
    const rounds = 600
    const counts = new Map<string, number>()
    for (let round = 0; round < rounds; round++) {
      const { choices } = await app.decide({ surface: 'meal', id: `e-${round}`, actions: meals })
      const item = choices[0]?.item ?? ''
      counts.set(item, (counts.get(item) ?? 0) + 1)
    }
    const expected = rounds / meals.length
    const squares = meals.map(({ id }) => ((counts.get(id) ?? 0) - expected) ** 2 / expected)
    // The 99.9 % quantile of chi-square with two degrees of freedom.
    expect(squares.reduce((sum, square) => sum + square, 0)).toBeLessThan(13.8)
  })

  test('says what kept an action from being chosen', async () => {
    const world = await openWorld(
      shop({ banner: { stock: 'left', cap: { times: 2, withinMs: MINUTE_MS } } }),
    )
    const { app, clock } = world
    await app.putItems([{ type: 'offer', id: 'snow', attributes: { title: 'Snow', left: 0 } }])
    const ask = async () => {
      const { id } = await app.decide({ surface: 'banner', user: 'ada', exclude: ['sea'] })
      const { choices, constraints, options } = await app.readDecision(id)
      return { item: choices[0]?.item, constraints, options: options?.length }
    }
    const barred = [
      { action: 'sea', by: 'excluded' },
      { action: 'snow', by: 'stock' },
    ]
    expect(await ask()).toEqual({ item: 'city', constraints: barred, options: 1 })
    expect(await ask()).toEqual({ item: 'city', constraints: barred, options: 1 })
    await expect(ask()).rejects.toMatchObject({ code: 'actions_none_left' })
    await world.restart()
    const asked = { surface: 'banner', user: 'ada', exclude: ['sea'] }
    await expect(world.app.decide(asked)).rejects.toMatchObject({ code: 'actions_none_left' })
    expect((await world.app.decide({ ...asked, user: 'bob' })).choices[0]?.item).toBe('city')
    clock.at += MINUTE_MS
    expect((await world.app.decide(asked)).choices[0]?.item).toBe('city')
  })

  test('is only about what is for the moment', async () => {
    const { app } = await openWorld(shop({ banner: { eligible: { themes: 'device' } } }))
    await app.putItems([
      { type: 'offer', id: 'sea', attributes: { themes: ['tv', 'phone'] } },
      { type: 'offer', id: 'city', attributes: { themes: ['phone'] } },
      { type: 'offer', id: 'snow', attributes: {} },
    ])
    const ask = async (context: object) => {
      const { id } = await app.decide({ surface: 'banner', ...context })
      const { options = [], constraints } = await app.readDecision(id)
      return { left: options.map(({ action }) => action), constraints }
    }
    const barred = (...actions: string[]) => actions.map((action) => ({ action, by: 'ineligible' }))
    expect(await ask({ context: { device: 'tv' } })).toEqual({
      left: ['sea', 'snow'],
      constraints: barred('city'),
    })
    const unknown = { left: ['snow'], constraints: barred('sea', 'city') }
    expect(await ask({})).toEqual(unknown)
    expect(await ask({ context: { device: null } })).toEqual(unknown)
    expect(() => shop({ banner: { eligible: { left: 'device' } } })).toThrow('no tags')
    expect(() => shop({ banner: { eligible: { themes: 'mood' } } })).toThrow('no choice')
  })

  test('under an id of the caller is made once', async () => {
    const world = await openWorld()
    const asked = { surface: 'meal', id: 'ev/1 x', features: { day: 'monday' }, actions: meals }
    const answers = await Promise.all([1, 2, 3].map(() => world.app.decide(asked)))
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
    await world.restart()
    expect(await world.app.decide(asked)).toEqual(answers[0])
    const other = { ...asked, features: { day: 'tuesday' } }
    await expect(world.app.decide(other)).rejects.toMatchObject({ code: 'decision_conflict' })
    expect(await world.app.readSurface('meal')).toMatchObject({ decisions: 1 })
  })

  test('nobody of whom nothing is used gets what everyone gets', async () => {
    const world = await openWorld()
    await learn(world)
    const ask = async (more: object) =>
      (await world.app.decide({ surface: 'meal', actions: meals, ...more })).choices
    const anonymous = await ask({})
    for (const user of ['person-1', 'person-2', 'stranger']) {
      const context = { device: 'tv' }
      expect(await ask({ user, context, personalization: 'everyone' })).toEqual(anonymous)
    }
  })
})

describe('what is learned', () => {
  test.each(EXPLORATIONS)('by %s is the same after a restart, bit for bit', async (explore) => {
    const world = await openWorld(shop({ meal: { explore } }))
    await learn(world)
    await world.app.settleDecisions()
    const learned = world.app.decideStatistics('meal')
    const before = await answer(world)
    await world.restart()
    expect(world.app.decideStatistics('meal')).toEqual(learned)
    expect(await answer(world)).toEqual(before)
    expect(new Set(before.options.map(({ score }) => score)).size).toBe(meals.length)
  })

  /** Nothing of anybody is used, so that all chance hangs on the time, which stands still. */
  async function answer({ app }: World) {
    const { id, options, choices, model } = await app.decide({ surface: 'meal', actions: meals })
    const { replay } = await app.readDecision(id)
    return { choices, model, propensities: options, options: replay?.options ?? [] }
  }
})
