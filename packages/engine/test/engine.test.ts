import type { Decision, EventInput } from '@adsum/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import {
  audience,
  declaration,
  evening,
  films,
  NOW,
  openEngine,
  temporaryFolder,
} from './cinema-in-small.ts'

/** Of these nothing is kept: whose they are cannot be told, or they are too large. */
const REJECTED: ReadonlySet<string> = new Set(['request_invalid', 'event_too_large'])

const sum = (reasons: readonly { readonly share: number }[]): number =>
  reasons.reduce((total, { share }) => total + share, 0)

describe('an app, from the first event to the last', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let engine: Engine
  let faults: string[]

  beforeEach(async () => {
    folder = await temporaryFolder()
    faults = []
    engine = await openEngine(folder.path, faults)
    const app = await engine.declare(declaration)
    await app.putItems(films)
  })

  afterEach(async () => {
    await engine.close()
    await folder.remove()
    expect(faults).toEqual([])
  })

  async function learn(events: readonly EventInput[] = audience()): Promise<void> {
    await engine.app('small-cinema').sendEvents(events)
    await engine.app('small-cinema').learnNow()
  }

  test('answers before anything is learned, with what is popular', async () => {
    const app = engine.app('small-cinema')
    await app.sendEvents([...evening('ada', 'space', 0, 3), ...evening('bob', 'space', 0, 2)])
    const answer = await app.decide({ surface: 'home', limit: 3 })
    expect(answer.baseline).toBe(true)
    expect(answer.choices.map((choice) => choice.item)).toEqual(['space-0', 'space-1', 'space-2'])
    expect(answer.choices.map((choice) => choice.score)).toEqual([2, 2, 1])
  })

  test('one event changes the next answer, towards what follows it', async () => {
    await learn()
    const app = engine.app('small-cinema')
    const stranger = await app.decide({ surface: 'home', user: 'new', limit: 3 })
    expect(stranger.personalization).toBe('everyone')
    await app.sendEvents(evening('new', 'love', 2, 1))
    const personal = await app.decide({ surface: 'home', user: 'new', limit: 3 })
    expect(personal.personalization).toBe('history')
    expect(personal.choices[0]?.item).toBe('love-3')
    expect(personal.choices.map((choice) => choice.item)).not.toContain('love-2')
  })

  test('shares add up to the score, in the answer and in the stored decision', async () => {
    await learn()
    const app = engine.app('small-cinema')
    const answer = await app.decide({ surface: 'home', user: 'person-03', limit: 5 })
    expect(answer.choices.length).toBe(5)
    for (const choice of answer.choices) expect(sum(choice.reasons)).toBe(choice.score)
    const stored = await app.readDecision(answer.id)
    for (const [index, choice] of stored.choices.entries()) {
      expect(sum(choice.terms)).toBe(choice.score)
      expect(choice.score).toBe(answer.choices[index]?.score)
      expect(choice.reasons).toEqual(answer.choices[index]?.reasons)
    }
    expect(stored.user).toBe('person-03')
  })

  test('the same for everyone equals the anonymous answer', async () => {
    await learn()
    const app = engine.app('small-cinema')
    const essence = ({ choices, model, personalization }: Decision) => ({
      choices,
      model,
      personalization,
    })
    const anonymous = await app.decide({ surface: 'home' })
    const asked = await app.decide({
      surface: 'home',
      user: 'person-03',
      personalization: 'everyone',
    })
    expect(essence(asked)).toEqual(essence(anonymous))
  })

  test('this moment forgets what lies further back', async () => {
    await learn()
    const app = engine.app('small-cinema')
    const answer = await app.decide({
      surface: 'again',
      user: 'person-03',
      personalization: 'moment',
    })
    expect(answer.personalization).toBe('moment')
    expect(sum(answer.choices[0]?.reasons ?? [])).toBe(answer.choices[0]?.score)
  })

  test('order of arrival makes no difference to what is learned', async () => {
    await learn(audience().toReversed())
    const other = await temporaryFolder()
    const second = await openEngine(other.path)
    const app = await second.declare(declaration)
    await app.putItems(films.toReversed())
    await app.sendEvents(audience())
    const model = await app.learnNow()
    await second.close()
    await other.remove()
    expect(engine.app('small-cinema').view().model?.id).toBe(model?.id)
  })

  test('a late event is put in its place', async () => {
    const events = audience()
    const late = events.splice(4, 1)
    await learn(events)
    const before = engine.app('small-cinema').view().model?.id
    await learn(late)
    const comparison = await engine.app('small-cinema').verifyStatistics()
    expect(comparison.equal).toBe(true)
    expect(comparison.kept).toBe(comparison.rebuilt)
    expect(engine.app('small-cinema').view().model?.id).not.toBe(before)
  })

  test('an erased person leaves nothing behind', async () => {
    await learn(audience().filter(({ user }) => user !== 'person-05'))
    const without = engine.app('small-cinema').view().model?.id
    await learn(audience().filter(({ user }) => user === 'person-05'))
    const app = engine.app('small-cinema')
    const asked = await app.decide({ surface: 'home', user: 'person-05' })
    expect(app.view().model?.id).not.toBe(without)

    const receipt = await app.eraseUser('person-05')
    expect(receipt.events).toBe(4)
    expect(receipt.decisions).toBe(1)
    expect(receipt.model.status).toBe('pending')
    expect(receipt.statistics.before).not.toBe(receipt.statistics.after)
    expect((await app.verifyStatistics()).equal).toBe(true)

    const model = await app.learnNow()
    expect(model?.id).toBe(without)
    const later = await app.readReceipt(receipt.receipt)
    expect(later.model).toMatchObject({ status: 'replaced', next: without })
    expect(later.signature).not.toBe(receipt.signature)
    await expect(app.readUser('person-05')).rejects.toMatchObject({ code: 'user_unknown' })
    await expect(app.readDecision(asked.id)).rejects.toMatchObject({ code: 'decision_unknown' })
    const stranger = await app.decide({ surface: 'home', user: 'person-05' })
    const anonymous = await app.decide({ surface: 'home' })
    expect(stranger.choices).toEqual(anonymous.choices)
  })

  test('when the last person is erased nothing learned stays', async () => {
    await learn(evening('ada', 'space', 0, 3))
    const app = engine.app('small-cinema')
    const receipt = await app.eraseUser('ada')
    await app.learnNow()
    expect((await app.readReceipt(receipt.receipt)).model).toMatchObject({
      status: 'replaced',
      next: null,
    })
    expect(app.view().model).toBeNull()
    expect((await app.decide({ surface: 'home' })).baseline).toBe(true)
  })

  test('somebody is known from the first moment of a new process', async () => {
    await learn()
    await engine.close()
    engine = await openEngine(folder.path, faults)
    const app = engine.app('small-cinema')
    const answer = await app.decide({ surface: 'home', user: 'person-07' })
    expect(answer.personalization).toBe('history')
  })

  test('a removed app leaves its name free and nothing behind', async () => {
    await learn()
    await engine.remove('small-cinema')
    expect(() => engine.app('small-cinema')).toThrow(
      expect.objectContaining({ code: 'app_unknown' }),
    )
    const app = await engine.declare(declaration)
    await app.ready
    expect(app.view()).toMatchObject({ items: 0, events: 0, users: 0, model: null })
  })

  test('a declaration can be exchanged while the app runs', async () => {
    await learn()
    const app = await engine.declare({ ...declaration, title: 'Another name' })
    const answer = await app.decide({ surface: 'home', user: 'person-07' })
    expect(answer.personalization).toBe('history')
    await app.ready
    expect((await app.verifyStatistics()).equal).toBe(true)
    expect((await engine.apps())[0]?.title).toBe('Another name')
  })

  test('a new process answers the same', async () => {
    await learn()
    const before = await engine.app('small-cinema').decide({ surface: 'home', user: 'person-07' })
    await engine.close()
    engine = await openEngine(folder.path, faults)
    const app = engine.app(undefined)
    const after = await app.decide({ surface: 'home', user: 'person-07' })
    expect(after.choices).toEqual(before.choices)
    await app.ready
    expect((await app.verifyStatistics()).equal).toBe(true)
    expect(app.view().learning.behind).toBe(0)
  })

  test('the same event twice counts once; another content under its id is a conflict', async () => {
    const app = engine.app('small-cinema')
    const [first] = evening('ada', 'space', 0, 1)
    const statuses = async (event: object) =>
      (await app.sendEvents([event])).map(({ status }) => status)
    expect(await statuses(first as object)).toEqual(['accepted'])
    expect(await statuses(first as object)).toEqual(['duplicate'])
    expect(await statuses({ ...first, item: 'space-1' })).toEqual(['conflict'])
    expect((await app.readUser('ada')).events).toBe(1)
  })

  test.each([
    ['event_type_unknown', { type: 'eaten' }],
    ['item_unknown', { item: 'nowhere' }],
    ['event_item_required', { item: undefined }],
    ['event_value_invalid', { value: 6 }],
    ['event_time_future', { time: new Date(NOW + 86_400_000).toISOString() }],
    ['event_time_too_early', { time: '1969-12-31T23:59:59Z' }],
    ['event_time_invalid', { time: 'yesterday' }],
    ['context_invalid', { context: { device: 'toaster' } }],
    ['context_invalid', { context: { mood: 'fine' } }],
    ['request_invalid', { value: 'four' }],
    ['request_invalid', { surprise: 1 }],
    [
      'event_too_large',
      {
        context: {
          device: null,
          ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, 'x'.repeat(1000)])),
        },
      },
    ],
  ])(
    '%s: a bad event is kept apart or refused, the good one beside it recorded',
    async (code, fault) => {
      const app = engine.app('small-cinema')
      const [good, bad] = evening('ada', 'space', 0, 2) as [EventInput, EventInput]
      const results = await app.sendEvents([{ ...bad, ...fault }, good])
      const status = REJECTED.has(code) ? 'rejected' : 'quarantined'
      expect(results[0]).toMatchObject({ status, code })
      expect(results[1]).toMatchObject({ status: 'accepted' })
      expect((await app.readUser('ada')).events).toBe(1)
    },
  )

  test('unknown surfaces, people, decisions and apps have codes', async () => {
    const app = engine.app('small-cinema')
    await expect(app.decide({ surface: 'attic' })).rejects.toMatchObject({
      code: 'surface_unknown',
    })
    await expect(app.eraseUser('nobody')).rejects.toMatchObject({ code: 'user_unknown' })
    await expect(app.reward('d_0', { value: 1 })).rejects.toMatchObject({
      code: 'decision_unknown',
    })
    expect(() => engine.app('zoo')).toThrow(expect.objectContaining({ code: 'app_unknown' }))
  })

  test('items are all stored or none', async () => {
    const app = engine.app('small-cinema')
    const bad = { type: 'movie', id: 'new-2', attributes: { title: 7 } }
    const good = { type: 'movie', id: 'new-1', attributes: { title: 'New' } }
    await expect(app.putItems([good, bad])).rejects.toMatchObject({
      code: 'item_attribute_invalid',
      path: 'items[1].attributes.title',
    })
    expect(await app.findItems({ ids: ['new-1'], limit: 5 })).toEqual([])
  })
})
