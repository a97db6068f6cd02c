import { describe, expect, it } from 'vitest'
import { ask, type ServedLoop, serveLoop, WINDOW_MS } from './served-loop.ts'

const V1 = '/v1.0'
const PREVIEW = '/v1.1-preview.3'
const lunch = {
  contextFeatures: [{ daypart: 'evening' }],
  actions: ['soup', 'salad', 'stew'].map((id) => ({ id, features: [{ meal: id }] })),
}

async function rank(loop: ServedLoop, body: object, prefix = V1) {
  const answer = await ask(loop, 'POST', `${prefix}/rank`, { ...lunch, ...body })
  expect(answer.status).toBe(201)
  return answer.body
}

const learning = async ({ app }: ServedLoop, id: string) => (await app().readDecision(id)).learning

describe('an event', () => {
  it('is the same when it is asked again, and refused when it is another', async () => {
    const loop = await serveLoop()
    const first = await rank(loop, { eventId: 'e' })
    expect(await rank(loop, { eventId: 'e' }, PREVIEW)).toEqual(first)
    const other = { ...lunch, eventId: 'e', contextFeatures: [{ daypart: 'noon' }] }
    const answer = await ask(loop, 'POST', `${V1}/rank`, other)
    expect([answer.status, answer.body.error.code]).toEqual([400, 'InvalidRankRequest'])
    expect(answer.headers.get('x-ms-error-code')).toBe('InvalidRankRequest')
  })

  it('gets an id where it comes with none', async () => {
    const loop = await serveLoop()
    const { eventId } = await rank(loop, { eventId: null })
    const metrics = await (await fetch(`${loop.url}/metrics`)).text()
    const counted = 'adsum_decisions_total{app="menu",surface="meal",baseline="false"} 1'
    expect(metrics).toContain(counted)
    expect(eventId).toMatch(/^[\da-f-]{36}$/)
    expect((await learning(loop, eventId))?.state).toBe('waiting')
  })

  it('keeps the reward that came before it', async () => {
    const loop = await serveLoop()
    const reward = await ask(loop, 'POST', `${V1}/events/early/reward`, { value: 0.5 })
    expect([reward.status, reward.body]).toEqual([204, null])
    await ask(loop, 'POST', `${V1}/events/early/activate`)
    await rank(loop, { eventId: 'early', deferActivation: true })
    expect(await learning(loop, 'early')).toMatchObject({ state: 'learned', value: 0.5 })
  })

  it('counts the earliest reward, or the sum, which may leave the range', async () => {
    const earliest = await serveLoop()
    const reward = (loop: ServedLoop, value: number) =>
      ask(loop, 'POST', `${V1}/events/e/reward`, { value }).then(({ status }) => status)
    await rank(earliest, { eventId: 'e' })
    expect([await reward(earliest, 1), await reward(earliest, 0)]).toEqual([204, 204])
    expect(await learning(earliest, 'e')).toMatchObject({ value: 1 })
    const sum = await serveLoop({ aggregation: 'sum' })
    await rank(sum, { eventId: 'e' })
    const both = await Promise.all([reward(sum, 1), reward(sum, 1)])
    expect(both).toEqual([204, 204])
    expect(await learning(sum, 'e')).toMatchObject({ value: 2 })
  })

  it('has no use for what comes late, and is dropped where it was never activated', async () => {
    const loop = await serveLoop({ default: -0.5 })
    await rank(loop, { eventId: 'late' })
    await rank(loop, { eventId: 'unseen', deferActivation: true })
    loop.wait(WINDOW_MS)
    const late = await ask(loop, 'POST', `${V1}/events/late/reward`, { value: 1 })
    const unseen = await ask(loop, 'POST', `${V1}/events/unseen/activate`)
    expect([late.status, unseen.status]).toEqual([204, 204])
    expect(await learning(loop, 'late')).toMatchObject({ state: 'learned', value: -0.5 })
    expect(await learning(loop, 'unseen')).toMatchObject({ state: 'dropped', value: null })
  })

  it('takes the rewards of slots on both paths, all or none', async () => {
    const loop = await serveLoop()
    const slots = [
      { id: 'a/b', baselineAction: 'soup' },
      { id: 'c', baselineAction: 'salad' },
    ]
    const body = { ...lunch, slots, eventId: 'e' }
    const ranked = await ask(loop, 'POST', `${PREVIEW}/multislot/rank`, body)
    expect([ranked.status, ranked.body.eventId]).toEqual([201, 'e'])
    const reward = (value: number, path: string) => {
      const rewards = [
        { slotId: 'a/b', value: 1 },
        { slotId: 'c', value },
      ]
      return ask(loop, 'POST', `${PREVIEW}${path}/events/e/reward`, { reward: rewards })
    }
    expect((await reward(7, '/multislot')).body.error.code).toBe('InvalidRewardRequest')
    expect((await learning(loop, '1:e/a/b'))?.state).toBe('waiting')
    expect((await reward(0.5, '')).status).toBe(204)
    expect(await learning(loop, '1:e/c')).toMatchObject({ value: 0.5 })
  })

  it('shows the baselines of its slots to an apprentice', async () => {
    const loop = await serveLoop({ mode: 'shadow' })
    const slots = [
      { id: 'top', baselineAction: 'stew' },
      { id: 'side', baselineAction: 'soup' },
    ]
    const { body } = await ask(loop, 'POST', `${PREVIEW}/multislot/rank`, { ...lunch, slots })
    const shown = body.slots.map(({ rewardActionId }: { rewardActionId: string }) => rewardActionId)
    expect(shown).toEqual(['stew', 'soup'])
  })

  it('fills every slot, also where one may have a single action', async () => {
    const loop = await serveLoop()
    const slots = [
      { id: 'free', baselineAction: 'soup' },
      { id: 'bound', baselineAction: 'stew', excludedActions: ['soup', 'salad'] },
    ]
    for (let round = 0; round < 20; round++) {
      const { body } = await ask(loop, 'POST', `${PREVIEW}/multislot/rank`, { ...lunch, slots })
      expect(body.slots[1]).toEqual({ id: 'bound', rewardActionId: 'stew' })
      expect(body.slots[0].rewardActionId).not.toBe('stew')
    }
  })
})

describe('a rank', () => {
  it('is answered with the baseline when something fails inside', async () => {
    const loop = await serveLoop()
    const app = loop.app()
    app.decide = async () => {
      throw new Error('planted')
    }
    const answer = await rank(loop, { eventId: 'e', excludedActions: ['soup'] })
    expect(answer).toEqual({
      ranking: [
        { id: 'soup', probability: 0 },
        { id: 'salad', probability: 1 },
        { id: 'stew', probability: 0 },
      ],
      eventId: 'e',
      rewardActionId: 'salad',
    })
    expect(loop.log.join('')).toContain('planted')
  })

  it('shows the first action while it only logs', async () => {
    const loop = await serveLoop({ mode: 'frozen' })
    for (let round = 0; round < 10; round++) {
      const { rewardActionId, ranking } = await rank(loop, {})
      expect([rewardActionId, ranking[0].probability]).toEqual(['soup', 1])
    }
  })

  it('is refused where it does not fit', async () => {
    const loop = await serveLoop()
    const wrong: readonly (readonly [object, string])[] = [
      [{ actions: [] }, 'actions'],
      [{ actions: null }, 'actions'],
      [{ actions: 'soup' }, 'actions'],
      [{ actions: [{ id: '' }] }, 'actions[0].id'],
      [{ actions: [{ id: 'x'.repeat(257) }] }, 'actions[0].id'],
      [{ actions: [{ id: 'a', features: { hot: true } }] }, 'actions[0].features'],
      [{ actions: Array.from({ length: 51 }, (_, at) => ({ id: `${at}` })) }, 'actions'],
      [{ excludedActions: ['soup', 'salad', 'stew'] }, 'excludedActions'],
      [{ contextFeatures: [7] }, 'contextFeatures'],
      [{ contextFeatures: [nested(40)] }, 'contextFeatures'],
      [{ eventId: 7 }, 'eventId'],
      [{ deferActivation: 'yes' }, 'deferActivation'],
    ]
    for (const [change, target] of wrong) {
      const { status, body } = await ask(loop, 'POST', `${V1}/rank`, { ...lunch, ...change })
      expect({ target, status, code: body.error.code }).toEqual({
        ...{ target, status: 400, code: 'InvalidRankRequest' },
      })
      if (target !== 'contextFeatures') expect(body.error.target).toBe(target)
    }
  })
})

function nested(depth: number): object {
  return depth === 0 ? {} : { deeper: nested(depth - 1) }
}

describe('settings', () => {
  const full = {
    ...{ rewardWaitTime: 'PT5M', defaultReward: -0.25, rewardAggregation: 'sum' },
    ...{ explorationPercentage: 0.35, modelExportFrequency: 'PT1M', logRetentionDays: 90 },
    ...{ logMirrorEnabled: true, logMirrorSasUri: 'https://example.net/logs' },
  }

  it('hold after a restart', async () => {
    const loop = await serveLoop()
    const put = await ask(loop, 'PUT', `${V1}/configurations/service`, full)
    expect(put.status).toBe(200)
    expect(put.body).toMatchObject({ ...full, learningMode: 'Online' })
    const later = await loop.restart()
    expect((await ask(later, 'GET', `${V1}/configurations/service`)).body).toEqual(put.body)
    expect(later.app().declaration.surfaces.meal).toMatchObject({
      reward: { windowMs: 300_000, default: -0.25, aggregation: 'sum' },
      explore: { kind: 'greedy', floor: 0.35 },
    })
  })

  it('change under load without a refusal or a lost event', async () => {
    const loop = await serveLoop()
    let isChanging = true
    const live = async (name: string): Promise<string[]> => {
      const events: string[] = []
      for (let round = 0; isChanging || round < 5; round++) {
        const eventId = `${name}-${round}`
        await rank(loop, { eventId })
        const path = `${V1}/events/${eventId}/reward`
        expect((await ask(loop, 'POST', path, { value: 1 })).status).toBe(204)
        events.push(eventId)
      }
      return events
    }
    const living = ['a', 'b', 'c', 'd'].map(live)
    for (const explorationPercentage of [0.1, 0.3, 0.5]) {
      const body = { ...full, explorationPercentage }
      expect((await ask(loop, 'PUT', `${V1}/configurations/service`, body)).status).toBe(200)
    }
    isChanging = false
    for (const eventId of (await Promise.all(living)).flat()) {
      expect(await learning(loop, eventId)).toMatchObject({ state: 'learned', value: 1 })
    }
    expect(loop.log).toEqual([])
  })

  it('hold where the app is declared anew as it was', async () => {
    const loop = await serveLoop()
    await ask(loop, 'PUT', `${V1}/configurations/service`, full)
    const { declaration } = loop.app()
    const { meal } = declaration.surfaces
    if (meal?.verb !== 'decide') throw new Error('a meal is decided')
    const changed = { ...meal, explore: { kind: 'greedy', floor: 0.2 } } as const
    await loop.engine.declare({ ...declaration, surfaces: { meal: changed } })
    await rank(loop, {})
    expect(loop.app().declaration.surfaces.meal).toMatchObject({ explore: { floor: 0.35 } })
  })

  it('are refused where they do not fit', async () => {
    const loop = await serveLoop()
    const wrong: readonly (readonly [object, string])[] = [
      [{ rewardWaitTime: 'PT4S' }, 'InvalidRewardWaitTime'],
      [{ rewardWaitTime: 'ten minutes' }, 'InvalidRewardWaitTime'],
      [{ logRetentionDays: 0 }, 'InvalidLogRetentionDays'],
      [{ defaultReward: 2 }, 'InvalidServiceConfiguration'],
      [{ rewardAggregation: 'mean' }, 'InvalidServiceConfiguration'],
      [{ explorationPercentage: '0.2' }, 'InvalidServiceConfiguration'],
      [{ learningMode: 'Offline' }, 'InvalidServiceConfiguration'],
      [{ isAutoOptimizationEnabled: true }, 'ProblemTypeIncompatibleWithAutoOptimization'],
      [{ learningMode: 'Apprentice' }, 'InvalidLearningModeServiceConfiguration'],
    ]
    for (const [change, code] of wrong) {
      const said = { ...full, ...change }
      const { status, body } = await ask(loop, 'PUT', `${V1}/configurations/service`, said)
      expect([status, body.error.code]).toEqual([400, code])
    }
  })

  it('of learning are told to the operator where they mean nothing', async () => {
    const loop = await serveLoop()
    const policy = { name: 'mine', arguments: '--cb_explore_adf --squarecb -l 0.5 --cb_type ips' }
    const put = await ask(loop, 'PUT', `${V1}/configurations/policy`, policy)
    expect(put.body).toEqual(policy)
    expect(loop.log.join('')).toContain('"flags":"-l --cb_type"')
    expect(loop.app().declaration.surfaces.meal).toMatchObject({ explore: { kind: 'squarecb' } })
    const wrong = { name: 'mine', arguments: '--csoaa 3' }
    const refused = await ask(loop, 'PUT', `${V1}/configurations/policy`, wrong)
    expect([refused.status, refused.body.error.code]).toEqual([400, 'InvalidPolicyConfiguration'])
  })
})

describe('a client', () => {
  it('may ask under all prefixes, with a slash too many, and is told its request id', async () => {
    const loop = await serveLoop()
    const raw = (path: string) =>
      fetch(loop.url + path, {
        method: 'POST',
        headers: { 'x-ms-client-request-id': 'r-1' },
        body: JSON.stringify(lunch),
      })
    for (const path of [
      '//personalizer/v1.0/rank',
      '/personalizer/v1.1-preview.3/rank',
      '/personalizer/rank?api-version=2022-09-01-preview',
    ]) {
      const answer = await raw(path)
      expect({ path, status: answer.status }).toEqual({ path, status: 201 })
      expect(answer.headers.get('x-ms-client-request-id')).toBe('r-1')
    }
    expect((await raw('/personalizer/rank')).status).toBe(400)
  })

  it('is told in its own words of what is not there', async () => {
    const loop = await serveLoop()
    const unknown = await ask(loop, 'POST', `${V1}/multislot/rank`, {})
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'FrontEndNotFound'])
    const evaluation = await ask(loop, 'GET', `${V1}/evaluations/none`)
    expect([evaluation.status, evaluation.body.error.code]).toEqual([404, 'EvaluationNotFound'])
    const broken = await ask(loop, 'POST', `${V1}/rank`, '{"actions":')
    expect([broken.status, broken.body.error.code]).toEqual([400, 'InvalidRankRequest'])
    const large = await ask(loop, 'POST', `${V1}/rank`, ' '.repeat(5 * 1024 * 1024))
    expect([large.status, large.body.error.code]).toEqual([413, 'PayloadSizeExceeded'])
  })
})
