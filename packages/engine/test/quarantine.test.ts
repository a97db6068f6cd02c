import {
  CLOCK_AHEAD_MS_MAX,
  type EventInput,
  type EventResult,
  USER_QUARANTINED_SHOWN_MAX,
} from '@adsum/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type App, type Engine, QUARANTINE_BYTES_MAX } from '../src/index.ts'
import { declaration, evening, films, NOW, openEngine, temporaryFolder } from './cinema-in-small.ts'

/** A film that the catalogue does not have yet. */
const LATE_FILM = { type: 'movie', id: 'late', attributes: { title: 'Late', genres: ['space'] } }
const HOUR_MS = 60 * 60 * 1000

describe('events that an app does not take', () => {
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

  const ada: EventInput = {
    id: 'ada-late',
    type: 'watched',
    user: 'ada',
    item: 'late',
    time: new Date(NOW - HOUR_MS).toISOString(),
  }
  const statuses = (results: readonly EventResult[]) => results.map(({ status }) => status)
  const kept = async () => (await app.readQuarantine({ limit: 100 })).events

  test('are shown as they came, with the reason, newest first', async () => {
    const [first, second] = evening('ada', 'space', 0, 2) as [EventInput, EventInput]
    await app.sendEvents([ada, first])
    await app.sendEvents([{ ...second, type: 'eaten', context: { device: 'tv' } }])
    const { total, events } = await app.readQuarantine({ limit: 1 })
    expect(total).toBe(2)
    expect(events).toEqual([
      {
        id: expect.stringMatching(/^q_[0-9a-f]{32}$/),
        event: second.id,
        user: 'ada',
        source: 'events',
        code: 'event_type_unknown',
        message: expect.stringContaining('"eaten"'),
        path: 'type',
        received: new Date(NOW).toISOString(),
        raw: { ...second, type: 'eaten', context: { device: 'tv' } },
      },
    ])
    const ofCode = await app.readQuarantine({ limit: 9, code: 'item_unknown' })
    expect(ofCode).toMatchObject({ total: 1, events: [{ event: 'ada-late', raw: ada }] })
    expect(app.view()).toMatchObject({ events: 1, quarantined: 2 })
  })

  test('are kept once, however often they are sent', async () => {
    for (const sent of [undefined, new Date(NOW).toISOString(), undefined]) {
      expect(statuses(await app.sendEvents([ada, ada], sent))).toEqual([
        'quarantined',
        'quarantined',
      ])
    }
    expect(await kept()).toHaveLength(1)
    expect(app.view().quarantined).toBe(1)
  })

  test('are recorded by a replay once the app takes them, by their own clocks', async () => {
    const skewed = { ...ada, id: 'skewed', time: '2031-01-01T00:00:00Z' }
    await app.sendEvents([ada])
    await app.sendEvents([skewed], '2031-01-01T02:00:00Z')
    expect(await app.replayQuarantine()).toEqual({ accepted: 0, duplicate: 0, kept: 2 })
    await app.putItems([LATE_FILM])
    expect(await app.replayQuarantine()).toEqual({ accepted: 2, duplicate: 0, kept: 0 })
    expect(await kept()).toEqual([])
    expect(app.view()).toMatchObject({ events: 2, quarantined: 0 })
    const { latest } = await app.readUser('ada')
    expect(latest.map(({ id, time }) => [id, time])).toEqual([
      ['ada-late', new Date(NOW - HOUR_MS).toISOString()],
      ['skewed', new Date(NOW - 2 * HOUR_MS).toISOString()],
    ])
    expect((await app.verifyStatistics()).equal).toBe(true)
    // A retry of what was replayed is known.
    const retried = await app.sendEvents([ada, skewed], '2031-01-01T02:00:09Z')
    expect(statuses(retried)).toEqual(['duplicate', 'duplicate'])
  })

  test('stay with the newer reason when it is another one', async () => {
    await app.sendEvents([{ ...ada, context: { device: 'toaster' } }])
    await app.putItems([LATE_FILM])
    expect((await kept()).map(({ code }) => code)).toEqual(['item_unknown'])
    expect(await app.replayQuarantine()).toEqual({ accepted: 0, duplicate: 0, kept: 1 })
    expect(await kept()).toMatchObject([{ code: 'context_invalid', path: 'context.device' }])
  })

  test('of two under one id the older is recorded, the other stays as a conflict', async () => {
    await app.sendEvents([ada, { ...ada, value: 3 }])
    await app.putItems([LATE_FILM])
    expect(await app.replayQuarantine()).toEqual({ accepted: 1, duplicate: 0, kept: 1 })
    expect(await kept()).toMatchObject([{ code: 'event_conflict', raw: { value: 3 } }])
    expect((await app.readUser('ada')).latest[0]?.value).toBeNull()
  })

  test('one that was sent again meanwhile is a duplicate, and leaves', async () => {
    await app.sendEvents([ada])
    await app.putItems([LATE_FILM])
    await app.sendEvents([ada])
    expect(await app.replayQuarantine()).toEqual({ accepted: 0, duplicate: 1, kept: 0 })
    expect(await kept()).toEqual([])
  })

  test('a conflict is kept with what it says', async () => {
    const [event] = evening('ada', 'space', 0, 1) as [EventInput]
    await app.sendEvents([event])
    const other = { ...event, item: 'space-1' }
    expect(await app.sendEvents([other, other])).toMatchObject([
      { status: 'conflict', code: 'event_conflict', path: 'id' },
      { status: 'conflict' },
    ])
    expect(await kept()).toMatchObject([{ code: 'event_conflict', event: event.id, raw: other }])
  })

  test('are replayed or discarded one by one; an unknown one stops it before it begins', async () => {
    await app.sendEvents([ada, { ...ada, id: 'ada-2' }])
    await app.putItems([LATE_FILM])
    const [newest, oldest] = (await kept()).map(({ id }) => id) as [string, string]
    const unknown = { code: 'quarantine_unknown', details: { id: 'q_no' } }
    await expect(app.replayQuarantine([newest, 'q_no'])).rejects.toMatchObject(unknown)
    expect(app.view()).toMatchObject({ events: 0, quarantined: 2 })
    expect(await app.replayQuarantine([newest])).toMatchObject({ accepted: 1, kept: 0 })
    await app.removeQuarantined(oldest)
    expect(app.view()).toMatchObject({ events: 1, quarantined: 0 })
    await expect(app.removeQuarantined(oldest)).rejects.toMatchObject({
      code: 'quarantine_unknown',
    })
  })

  test('are rejected, with their own reason, when there is no room', async () => {
    const context = Object.fromEntries(
      Array.from({ length: 15 }, (_, k) => [`k${k}`, 'x'.repeat(2000)]),
    )
    const large = (at: number) => ({ ...ada, id: `large-${at}`, context })
    let at = 0
    let results: EventResult[] = []
    while (at < QUARANTINE_BYTES_MAX / 30_000 && results.every((r) => r.status === 'quarantined')) {
      results = await app.sendEvents(Array.from({ length: 100 }, () => large(at++)))
    }
    expect(results.at(-1)).toMatchObject({ status: 'rejected', code: 'item_unknown', path: 'item' })
    const held = app.view().quarantined
    expect((await app.readQuarantine({ limit: 1 })).total).toBe(held)
    expect(statuses(await app.sendEvents([ada, large(0)]))).toEqual(['quarantined', 'quarantined'])
    const receipt = await app.eraseUser('ada')
    expect(receipt.quarantined).toBe(held + 1)
    expect(app.view().quarantined).toBe(0)
  })

  test('go with their person, who may have nothing else', async () => {
    await app.sendEvents([ada, { ...ada, id: 'bob-late', user: 'bob' }])
    const receipt = await app.eraseUser('ada')
    expect(receipt).toMatchObject({
      events: 0,
      decisions: 0,
      quarantined: 1,
      model: { status: 'never-contained' },
    })
    expect(receipt.statistics.before).toBe(receipt.statistics.after)
    expect((await kept()).map(({ user }) => user)).toEqual(['bob'])
    expect(await app.readReceipt(receipt.receipt)).toEqual(receipt)
    await expect(app.eraseUser('ada')).rejects.toMatchObject({ code: 'user_unknown' })
    await app.putItems([LATE_FILM])
    await app.replayQuarantine()
    await expect(app.readUser('ada')).rejects.toMatchObject({ code: 'user_unknown' })
  })

  test('a person who is erased while they are replayed does not come back', async () => {
    const late = Array.from({ length: 1200 }, (_, n) => ({ ...ada, id: `ada-${n}` }))
    for (let from = 0; from < late.length; from += 400) {
      await app.sendEvents(late.slice(from, from + 400))
    }
    await app.putItems([LATE_FILM])
    const [replayed, receipt] = await Promise.all([app.replayQuarantine(), app.eraseUser('ada')])
    expect(receipt.events + receipt.quarantined).toBe(1200)
    expect(replayed.accepted).toBe(receipt.events)
    await expect(app.readUser('ada')).rejects.toMatchObject({ code: 'user_unknown' })
    expect(app.view()).toMatchObject({ events: 0, users: 0, quarantined: 0 })
    expect((await app.verifyStatistics()).equal).toBe(true)
  })

  test('are shown to the person whom they are about, with the reason', async () => {
    const [taken] = evening('ada', 'space', 0, 1) as [EventInput]
    await app.sendEvents([ada, { ...ada, id: 'bob-late', user: 'bob' }])
    const shown = { event: 'ada-late', source: 'events', code: 'item_unknown', raw: ada }
    const message = expect.stringMatching(/^There is no item "late"/)
    expect(await app.readUser('ada')).toMatchObject({
      ...{ user: 'ada', events: 0, first: null, last: null, latest: [] },
      quarantined: { total: 1, events: [{ ...shown, message, path: 'item' }] },
    })
    await app.sendEvents([taken])
    for (let at = 0; at < USER_QUARANTINED_SHOWN_MAX; at++) {
      await app.sendEvents([{ ...ada, id: `ada-${at}` }])
    }
    const { events, quarantined } = await app.readUser('ada')
    expect([events, quarantined.total]).toEqual([1, USER_QUARANTINED_SHOWN_MAX + 1])
    expect(quarantined.events).toHaveLength(USER_QUARANTINED_SHOWN_MAX)
    expect(quarantined.events[0]?.event).toBe(`ada-${USER_QUARANTINED_SHOWN_MAX - 1}`)
    expect(JSON.stringify(quarantined)).not.toContain('bob')
  })

  test('of the future wait until their time has come, and are recorded at it', async () => {
    const time = NOW + 24 * HOUR_MS
    const early = { ...ada, id: 'early', item: 'space-0', time: new Date(time).toISOString() }
    const later = { ...early, id: 'later', time: new Date(time + HOUR_MS).toISOString() }
    const until = new Date(time - CLOCK_AHEAD_MS_MAX).toISOString()
    const [answer] = await app.sendEvents([early, later, ada])
    expect(answer).toMatchObject({ status: 'quarantined', code: 'event_time_future', until })
    expect((await kept()).map(({ event, until }) => [event, until !== undefined])).toEqual([
      ['ada-late', false],
      ['later', true],
      ['early', true],
    ])
    const waiting = { events: 2, until }
    expect(await app.replayQuarantine()).toEqual({ accepted: 0, duplicate: 0, kept: 3, waiting })
    await engine.close()
    engine = await openEngine(folder.path, faults, Date.parse(until))
    app = engine.app(undefined)
    expect(await app.replayQuarantine()).toMatchObject({
      ...{ accepted: 1, kept: 2 },
      waiting: { events: 1, until: new Date(time + HOUR_MS - CLOCK_AHEAD_MS_MAX).toISOString() },
    })
    const { first, latest } = await app.readUser('ada')
    expect([first, latest[0]?.id]).toEqual([early.time, 'early'])
    expect((await app.verifyStatistics()).equal).toBe(true)
    // A retry of what was replayed is known.
    expect(statuses(await app.sendEvents([early]))).toEqual(['duplicate'])
  })

  test('are there after a restart', async () => {
    await app.sendEvents([ada])
    await engine.close()
    engine = await openEngine(folder.path, faults)
    app = engine.app(undefined)
    await app.ready
    expect(app.view().quarantined).toBe(1)
    expect(await kept()).toMatchObject([{ event: 'ada-late', raw: ada }])
  })

  describe('messages of a dialect', () => {
    const clock = { sent: NOW + 5 * HOUR_MS, received: NOW }
    const raw = { messageId: 'm-1', event: 'Film Watched', userId: 'ada' }
    const event = { ...ada, id: 'm-1', time: new Date(NOW + 4 * HOUR_MS).toISOString() }
    const refusal = { code: 'message_unmapped', message: 'No.', path: 'event' } as const

    test('are recorded, or kept as the message that they were', async () => {
      const good = { ...event, id: 'm-0', item: 'space-0' }
      const results = await app.recordMapped(
        [
          { event: good, raw: { ...raw, messageId: 'm-0' } },
          { event, raw },
          { refused: refusal, id: 'm-2', user: 'bob', raw: { messageId: 'm-2' } },
          { refused: refusal, id: 'm-3', user: '', raw: {} },
          { event: { ...good, id: 'm-4' }, raw: { padding: 'x'.repeat(33_000) } },
        ],
        'segment',
        clock,
      )
      expect(results).toMatchObject([
        { id: 'm-0', status: 'accepted' },
        { id: 'm-1', status: 'quarantined', code: 'item_unknown' },
        { id: 'm-2', status: 'quarantined', ...refusal },
        { id: 'm-3', status: 'rejected', code: 'request_invalid', path: 'user' },
        { id: 'm-4', status: 'rejected', code: 'event_too_large' },
      ])
      expect((await app.readUser('ada')).last).toBe(new Date(NOW - HOUR_MS).toISOString())
      expect(await kept()).toMatchObject([
        { event: 'm-2', user: 'bob', source: 'segment', raw: { messageId: 'm-2' } },
        { event: 'm-1', user: 'ada', source: 'segment', raw },
      ])
    })

    test('are mapped anew by a replay, and stay without a mapping', async () => {
      await app.recordMapped([{ refused: refusal, id: 'm-1', user: 'ada', raw }], 'segment', clock)
      await app.putItems([LATE_FILM])
      expect(await app.replayQuarantine()).toEqual({ accepted: 0, duplicate: 0, kept: 1 })
      expect(await kept()).toMatchObject([refusal])
      const asked: unknown[] = []
      const replayed = await app.replayQuarantine(undefined, (source, message) => {
        asked.push(source, message)
        return { event, raw: message }
      })
      expect(asked).toEqual(['segment', raw])
      expect(replayed).toEqual({ accepted: 1, duplicate: 0, kept: 0 })
      expect((await app.readUser('ada')).last).toBe(new Date(NOW - HOUR_MS).toISOString())
    })
  })
})
