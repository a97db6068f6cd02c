import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { choice, decide, defineApp, Engine, event, item, text } from '@adsum/engine'
import type { EngineApi } from '@adsum/server'
import { serve } from '@adsum/server/testing'
import { openSqliteStorage } from '@adsum/storage'
import { expect, onTestFinished, test } from 'vitest'
import { type Client, createClient } from '../src/index.ts'

const START = Date.parse('2026-11-21T12:00:00Z')
const MINUTE_MS = 60_000

const shop = defineApp({
  name: 'shop',
  items: { banner: item({ title: text() }) },
  events: { clicked: event({ on: 'banner', verb: 'You clicked' }) },
  context: { device: choice('tv', 'phone') },
  surfaces: {
    banner: decide({ actions: 'banner', reward: 'clicked' }),
    meal: decide({ range: [-1, 1], explore: 'linucb' }),
  },
})

/** The product as it runs, on a data directory that goes with the test; the clock can be set. */
async function openShop(): Promise<{
  client: Client<typeof shop>
  engine: Engine
  clock: { at: number }
}> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-decide-'))
  const clock = { at: START, now: () => clock.at }
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const storage = await openSqliteStorage({ path, clock, entropy })
  const report = (fault: unknown): never => {
    throw fault
  }
  const engine = await Engine.open({ storage, clock, entropy, threads: 1, report })
  onTestFinished(async () => {
    await engine.close()
    await rm(path, { recursive: true, force: true })
  })
  await engine.declare(shop)
  const { url } = await serve<EngineApi>(engine)
  const client = createClient<typeof shop>({ url, app: 'shop' })
  await client.putItems(
    ['sea', 'city', 'snow'].map((id) => ({
      type: 'banner',
      id,
      attributes: { title: `The ${id}` },
    })),
  )
  return { client, engine, clock }
}

test('a decision is made, rewarded, learned, explained and forgotten', async () => {
  const { client, engine } = await openShop()
  const asked = { surface: 'banner', user: 'ada', context: { device: 'tv' } } as const
  const first = await client.decide(asked)
  expect(first.options?.map(({ propensity }) => propensity)).toHaveLength(3)
  expect(first.options?.reduce((sum, { propensity }) => sum + propensity, 0)).toBe(1)

  expect(await client.reward(first.id, { id: 'r-1', value: 1 })).toEqual({ status: 'accepted' })
  expect(await client.reward(first.id, { id: 'r-1', value: 1 })).toEqual({ status: 'duplicate' })
  const learned = engine.app('shop').decideStatistics('banner')

  for (let round = 0; round < 40; round++) {
    const { id, choices } = await client.decide({ ...asked, user: `visitor-${round}` })
    await client.reward(id, { value: choices[0]?.item === 'snow' ? 1 : 0 })
  }
  const later = await client.decide(asked)
  const snow = later.options?.find(({ action }) => action === 'snow')
  expect(snow?.propensity).toBeGreaterThan(0.6)

  const stored = await client.readDecision(later.id)
  const [choice] = stored.choices
  expect(choice?.terms.reduce((sum, { share }) => sum + share, 0)).toBe(choice?.score)
  expect(choice?.reasons.reduce((sum, { share }) => sum + share, 0)).toBe(choice?.score)
  expect(stored).toMatchObject({ user: 'ada', context: { device: 'tv' }, rewards: [] })
  expect(await client.readSurface('banner')).toMatchObject({ learned: 41, waiting: 1 })

  for (let round = 0; round < 40; round++) await client.eraseUser(`visitor-${round}`)
  expect(engine.app('shop').decideStatistics('banner')).toEqual(learned)
  await client.eraseUser('ada')
  await expect(client.readDecision(later.id)).rejects.toMatchObject({ code: 'decision_unknown' })
  expect(await client.readSurface('banner')).toMatchObject({ decisions: 0, learned: 0, waiting: 0 })
})

test('an event on what was chosen is its reward; without one the declared worth is', async () => {
  const { client, clock } = await openShop()
  const { id, choices } = await client.decide({ surface: 'banner', user: 'ada' })
  const other = await client.decide({ surface: 'banner', user: 'bob' })
  clock.at += MINUTE_MS
  const [result] = await client.sendEvents([
    { type: 'clicked', user: 'ada', item: choices[0]?.item ?? '' },
  ])
  expect(result).toMatchObject({ status: 'accepted' })
  expect((await client.readDecision(id)).learning).toMatchObject({ state: 'learned', value: 1 })
  expect((await client.readDecision(other.id)).learning).toMatchObject({ state: 'waiting' })
  clock.at += 10 * MINUTE_MS
  expect((await client.readDecision(other.id)).learning).toMatchObject({
    state: 'learned',
    value: 0,
  })
  expect(await client.readSurface('banner')).toMatchObject({ learned: 2, meanReward: 0.5 })
})

test('what is wrong with a question or a reward is told over the wire', async () => {
  const { client, engine } = await openShop()
  await engine.declare(defineApp({ ...shop, name: 'other' }))
  const meals = [{ id: 'soup' }, { id: 'stew' }]
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'taken',
      (fault: { code: string }) => fault.code,
    )
  const ask = (more: object) => codeOf(client.decide({ surface: 'meal', actions: meals, ...more }))
  expect(await ask({ actions: [] })).toBe('request_invalid')
  expect(await ask({ actions: [...meals, { id: 'soup' }] })).toBe('action_duplicate')
  expect(await ask({ exclude: ['cake'] })).toBe('action_unknown')
  expect(await ask({ features: { a: { b: [{ c: 'x'.repeat(300) }] } } })).toBe('feature_invalid')
  expect(await ask({ surprise: 1 })).toBe('request_invalid')
  expect(await codeOf(client.decide({ surface: 'banner', user: 'ada', limit: 3 }))).toBe('taken')

  const { url } = await serve<EngineApi>(engine)
  const raw = await fetch(`${url}/v1/decisions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'adsum-app': 'shop' },
    body: '{ "surface": "meal", "actions": [ { "id": "soup", "features": { "heat": 1e999 } } ] }',
  })
  expect([raw.status, await raw.json()]).toMatchObject([
    422,
    { error: { code: 'feature_invalid', path: 'actions[0].features' } },
  ])

  const { id } = await client.decide({ surface: 'meal', actions: meals })
  const other = createClient({ url, app: 'other' })
  expect(await codeOf(other.reward(id, { value: 1 }))).toBe('decision_unknown')
  expect(await codeOf(other.activateDecision(id))).toBe('decision_unknown')
  expect(await codeOf(client.reward(id, { value: 2 }))).toBe('reward_out_of_range')
  expect(await codeOf(client.reward(id, { id: 'r', value: 1 }))).toBe('taken')
  expect(await codeOf(client.reward(id, { id: 's', value: 1 }))).toBe('reward_given')
  expect(await codeOf(client.readSurface('attic'))).toBe('surface_unknown')
})
