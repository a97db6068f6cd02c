import type { EngineApi } from '@adsum/server'
import { send, serve } from '@adsum/server/testing'
import { expect, test } from 'vitest'
import { createClient } from '../src/index.ts'
import { openCinema } from './cinema.ts'

test('an event of a film nobody knows yet waits until the film is there', async () => {
  const engine = await openCinema()
  const { url } = await serve<EngineApi>(engine)
  const client = createClient({ url })
  const late = { id: 'e-1', type: 'watched', user: 'ada', item: 'm-2' }
  const results = await client.sendEvents([late, { ...late, id: 'e-2', item: 'm-1' }])
  expect(results).toMatchObject([
    { id: 'e-1', status: 'quarantined', code: 'item_unknown' },
    { id: 'e-2', status: 'accepted' },
  ])
  const { total, events } = await client.readQuarantine({ code: 'item_unknown', limit: 5 })
  expect(total).toBe(1)
  expect(events).toMatchObject([{ event: 'e-1', user: 'ada', raw: late }])
  expect((await client.readQuarantine()).total).toBe(1)
  const ids = events.map(({ id }) => id)
  expect(await client.replayQuarantine(ids)).toEqual({ accepted: 0, duplicate: 0, kept: 1 })
  await client.putItems([{ type: 'movie', id: 'm-2', attributes: { title: 'North' } }])
  expect(await client.replayQuarantine()).toEqual({ accepted: 1, duplicate: 0, kept: 0 })
  expect((await client.readUser('ada')).events).toBe(2)

  await client.sendEvents([{ ...late, id: 'e-3', item: 'm-3' }])
  const [odd] = (await client.readQuarantine()).events
  await client.removeQuarantined(odd?.id ?? '')
  await expect(client.removeQuarantined(odd?.id ?? '')).rejects.toMatchObject({
    code: 'quarantine_unknown',
  })
  expect(await client.listApps()).toMatchObject([{ events: 2, quarantined: 0 }])
})

test('with the time of sending a wrong clock does no harm, over HTTP too', async () => {
  const engine = await openCinema()
  const { url } = await serve<EngineApi>(engine)
  const day = 24 * 60 * 60 * 1000
  const at = (time: number) => new Date(time + 400 * day).toISOString()
  const happened = Date.now() - 60 * 60 * 1000
  const event = { id: 'e-1', type: 'watched', user: 'ada', item: 'm-1', time: at(happened) }
  const request = { events: [event], sent: at(Date.now()) }
  expect((await send(`${url}/v1/events`, 'POST', request)).status).toBe(200)
  const { last } = await createClient({ url }).readUser('ada')
  const off = Date.parse(last ?? '') - happened
  expect(off).toBeGreaterThanOrEqual(0)
  expect(off, 'the way of the request').toBeLessThan(5_000)
  const unsent = await send(`${url}/v1/events`, 'POST', { events: [{ ...event, id: 'e-2' }] })
  expect(unsent).toMatchObject({
    status: 207,
    body: { results: [{ status: 'quarantined', code: 'event_time_future' }] },
  })
})
