import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineApp, Engine, event, item, rating, recommend, text } from '@adsum/engine'
import type { EngineApi } from '@adsum/server'
import { serve } from '@adsum/server/testing'
import { openSqliteStorage } from '@adsum/storage'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../src/index.ts'

const cinema = defineApp({
  name: 'cinema',
  items: { movie: item({ title: text() }) },
  events: { watched: event({ on: 'movie', value: rating(0.5, 5), verb: 'You watched' }) },
  surfaces: { home: recommend({ items: 'movie', goal: { watched: 1 } }) },
})

/** The engine as it runs, on a data directory that goes with the test. */
async function openEngine(): Promise<Engine> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-client-'))
  const world = {
    clock: { now: () => Date.parse('2026-11-21T12:00:00Z') },
    entropy: { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) },
  }
  const storage = await openSqliteStorage({ path, ...world })
  const engine = await Engine.open({
    storage,
    ...world,
    threads: 1,
    report: (fault) => {
      throw fault
    },
  })
  onTestFinished(async () => {
    await engine.close()
    await rm(path, { recursive: true, force: true })
  })
  return engine
}

test('a person comes, is understood, and goes without a trace', async () => {
  const engine = await openEngine()
  await engine.declare(cinema)
  const { url } = await serve<EngineApi>(engine)
  const client = createClient<typeof cinema>({ url, app: 'cinema' })

  const titles = ['Alien, The', 'Harbour Lights', 'North', 'South', 'East']
  const films = titles.map((title, index) => ({
    type: 'movie' as const,
    id: `m-${index}`,
    attributes: { title },
  }))
  expect(await client.putItems(films)).toBe(titles.length)
  expect(await client.listItems({ search: 'harbour' })).toMatchObject([{ id: 'm-1' }])

  const evenings = Array.from({ length: 12 }, (_, person) =>
    [0, 1, 2].map((step) => ({
      id: `e-${person}-${step}`,
      type: 'watched' as const,
      user: `u-${person}`,
      item: `m-${(person + step) % titles.length}`,
      time: new Date(Date.parse('2026-11-20T12:00:00Z') + step * 60_000).toISOString(),
    })),
  ).flat()
  const results = await client.sendEvents([...evenings, { type: 'watched', user: 'u-0' }])
  expect(results.filter(({ status }) => status === 'accepted')).toHaveLength(evenings.length)
  expect(results.at(-1)).toMatchObject({ status: 'quarantined', code: 'event_item_required' })
  await engine.app('cinema').learnNow()

  const decision = await client.decide({ surface: 'home', user: 'u-0', limit: 2 })
  expect(decision).toMatchObject({ surface: 'home', baseline: false })
  for (const { score, reasons } of decision.choices) {
    expect(reasons.reduce((sum, { share }) => sum + share, 0)).toBe(score)
  }
  const time = '2026-11-21T11:00:00.000Z'
  expect(await client.reward(decision.id, { value: 1, time })).toEqual({ status: 'accepted' })
  expect(await client.reward(decision.id, { value: 1, time })).toEqual({ status: 'duplicate' })
  expect(await client.readDecision(decision.id)).toMatchObject({
    user: 'u-0',
    rewards: [{ value: 1, time }],
  })

  expect(await client.readUser('u-0')).toMatchObject({ events: 3 })
  const receipt = await client.eraseUser('u-0')
  expect(receipt).toMatchObject({ events: 3, decisions: 1 })
  expect(await client.readReceipt(receipt.receipt)).toMatchObject({ receipt: receipt.receipt })
  await expect(client.readUser('u-0')).rejects.toMatchObject({ code: 'user_unknown' })
  await expect(client.readDecision(decision.id)).rejects.toMatchObject({ code: 'decision_unknown' })
})

test('a file becomes an app that answers', async () => {
  const { url } = await serve<EngineApi>(await openEngine())
  const client = createClient({ url })
  const rows = Array.from({ length: 300 }, (_, index) => {
    const time = new Date(Date.parse('2026-11-01T00:00:00Z') + index * 3_600_000).toISOString()
    return `person-${index % 20},"Film ${(index * 7) % 13}",${time}`
  })
  const file = await client.uploadFile('watched.csv', ['user,item,time', ...rows].join('\n'))
  expect(file.mapping).toEqual({ user: 'user', item: 'item', time: 'time' })
  let job = await client.makeApp(file.file, { name: 'brought' })
  while (job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 50))
    job = await client.readJob(job.job)
  }
  expect(job).toMatchObject({ state: 'done', app: { name: 'brought', rows: 300, refused: 0 } })
  const [app] = await client.listApps()
  expect(app).toMatchObject({ name: 'brought', users: 20, events: 300 })
  const { choices } = await createClient({ url, app: 'brought' }).decide({
    surface: app?.surfaces[0]?.name ?? '',
    user: 'person-3',
  })
  expect(choices.length).toBeGreaterThan(0)
})
