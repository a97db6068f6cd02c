/** The preview client, unmodified: one loop from its first rank to an evaluation that changes how it explores. */

import { createRequire } from 'node:module'
import type {
  EvaluationOutput,
  PersonalizerClient,
  ServiceConfigurationOutput,
} from '@azure-rest/ai-personalizer'
import { expect, it } from 'vitest'
import { type ServedLoop, serveLoop } from './served-loop.ts'

type Preview = typeof import('@azure-rest/ai-personalizer')
const require = createRequire(import.meta.url)
const preview: Preview = require('@azure-rest/ai-personalizer')
const { default: createPersonalizerClient, isUnexpected } = preview

const ROUNDS = 400
const MEALS = ['salad', 'soup', 'stew']
/** Share of ranks that explores: as much as the log needs to tell what always salad would earn. */
const EXPLORATION = 0.6

function openClient({ url }: Pick<ServedLoop, 'url'>, key = 'any'): PersonalizerClient {
  return createPersonalizerClient(url, { key }, { allowInsecureConnection: true })
}

const lunch = (evening: boolean) => ({
  contextFeatures: [{ daypart: evening ? 'evening' : 'noon' }],
  actions: MEALS.map((id) => ({ id, features: [{ meal: id }] })),
})

/** People want stew in the evening and salad at noon. */
const worth = (meal: string, evening: boolean): number =>
  meal === (evening ? 'stew' : 'salad') ? 1 : 0

/** Ranks and rewards; how often the best was chosen among the last half. */
async function live(client: PersonalizerClient, name: string, rounds: number): Promise<number> {
  let best = 0
  for (let round = 0; round < rounds; round++) {
    const evening = round % 2 === 0
    const eventId = `${name}-${round}`
    const ranked = await client.path('/rank').post({ body: { ...lunch(evening), eventId } })
    if (isUnexpected(ranked)) throw new Error(ranked.body.error.message)
    const { rewardActionId = '' } = ranked.body
    const value = worth(rewardActionId, evening)
    if (round >= rounds / 2) best += value
    const path = client.path('/events/{eventId}/reward', eventId)
    const rewarded = await path.post({ body: { value } })
    expect({ unexpected: isUnexpected(rewarded), status: rewarded.status }).toEqual({
      unexpected: false,
      status: '204',
    })
  }
  return best / Math.ceil(rounds / 2)
}

async function readConfiguration(client: PersonalizerClient): Promise<ServiceConfigurationOutput> {
  const { body } = await client.path('/configurations/service').get()
  return body as ServiceConfigurationOutput
}

/** Asks for an evaluation and waits until it has come to an end. */
async function evaluate(client: PersonalizerClient, name: string): Promise<EvaluationOutput> {
  const created = await client.path('/evaluations').post({
    body: {
      name,
      startTime: '2026-11-25T00:00:00.000Z',
      endTime: '2026-11-26T00:00:00.000Z',
      policies: [{ name: 'careful', arguments: '--cb_explore_adf --epsilon 0.05 --l1 1e-7' }],
    },
  })
  if (isUnexpected(created)) throw new Error(created.body.error.message)
  expect(created.headers.location).toMatch(/\/evaluations\/[\w-]{36}$/)
  for (;;) {
    const read = await client.path('/evaluations/{evaluationId}', created.body.id).get()
    if (isUnexpected(read)) throw new Error(read.body.error.message)
    if (read.body.status !== 'pending') return read.body
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whether a value lies in the interval, widened by half so that chance alone fails no test. */
function within(
  summary: { averageReward: number; confidenceInterval?: number } | undefined,
  truth: number,
): boolean {
  const { averageReward = Number.NaN, confidenceInterval = 0 } = summary ?? {}
  return Math.abs(averageReward - truth) <= 1.5 * confidenceInterval
}

it('lives through a loop: apprentice, online, evaluation, better settings', async () => {
  const loop = await serveLoop({ explore: { kind: 'greedy', floor: EXPLORATION } })
  const client = openClient(loop)
  const declared = await readConfiguration(client)
  expect(declared).toMatchObject({
    rewardWaitTime: 'PT10M',
    defaultReward: 0,
    rewardAggregation: 'earliest',
    explorationPercentage: EXPLORATION,
    learningMode: 'Online',
    lastConfigurationEditDate: '0001-01-01T00:00:00Z',
  })

  // Watching: the first action is shown, and what we would have done is kept beside it.
  const watching = { ...declared, learningMode: 'Apprentice' as const }
  const put = await client.path('/configurations/service').put({ body: watching })
  expect(put.status).toBe('200')
  const watched = await client.path('/rank').post({ body: lunch(true) })
  if (isUnexpected(watched)) throw new Error(watched.body.error.message)
  expect(watched.body.rewardActionId).toBe('salad')
  expect(watched.body.ranking?.[0]).toEqual({ id: 'salad', probability: 1 })
  await live(client, 'watched', 20)
  // Nobody can tell from twenty events, all of them the first action.
  const early = await evaluate(client, 'too early')
  expect(early).toMatchObject({ status: 'failed', policyResults: [] })
  const report = await loop.app().readSurface('meal')
  expect(report).toMatchObject({ mode: 'shadow', shadow: { compared: 20 } })
  const both = { ...watching, learningMode: 'Online' as const, defaultReward: 0.5 }
  const refused = await client.path('/configurations/service').put({ body: both })
  expect(refused.status).toBe('400')
  expect(refused.body).toMatchObject({ error: { code: 'InvalidLearningModeServiceConfiguration' } })

  // In charge: it learns what is wanted when.
  await client.path('/configurations/service').put({ body: declared })
  expect(await live(client, 'online', ROUNDS)).toBeGreaterThan(0.5)

  // Looking back: the log tells what others would have earned.
  const evaluation = await evaluate(client, 'November')
  expect(evaluation).toMatchObject({ status: 'completed', evaluationType: 'Manual' })
  const earned = new Map(
    evaluation.policyResults?.map(({ name, totalSummary }) => [name, totalSummary]),
  )
  expect(within(earned.get('Baseline'), 1 / 2)).toBe(true)
  expect(within(earned.get('Random'), 1 / 3)).toBe(true)
  const careful = earned.get('careful')
  expect(careful?.averageReward).toBeGreaterThan(0.6)
  expect(careful?.confidenceInterval).toBeGreaterThan(0)
  const numerator = careful?.ipsEstimatorNumerator ?? 0
  const denominator = careful?.ipsEstimatorDenominator ?? 1
  expect(careful?.averageReward).toBe(numerator / denominator)
  expect(evaluation.featureImportance?.[0]?.length).toBeGreaterThan(0)

  // Applied: it explores as the evaluated policy does, also after a restart.
  const apply = { evaluationId: evaluation.id, policyName: 'careful' }
  const applied = await client.path('/configurations/applyFromEvaluation').post({ body: apply })
  expect(applied.status).toBe('204')
  const again = openClient(await loop.restart())
  const { body: policy } = await again.path('/configurations/policy').get()
  expect(policy).toEqual({
    name: 'careful',
    arguments: '--cb_explore_adf --epsilon 0.05 --l1 1e-7',
  })
  const { body: reset } = await again.path('/configurations/policy').delete()
  expect(reset).toEqual({ name: 'adsum', arguments: `--cb_explore_adf --epsilon ${EXPLORATION}` })
  const gone = await again.path('/evaluations/{evaluationId}', evaluation.id).delete()
  expect(gone.status).toBe('204')
  const { body: left } = await again.path('/evaluations').get()
  expect(left).toMatchObject([{ name: 'too early' }])
})

it('fills slots, rewards them one by one, and activates them together', async () => {
  const loop = await serveLoop()
  const client = openClient(loop)
  const slots = ['top', 'side'].map((id, at) => ({
    id,
    features: [{ size: at }],
    excludedActions: at === 0 ? ['soup'] : [],
    baselineAction: at === 0 ? 'stew' : 'soup',
  }))
  const body = { ...lunch(true), slots, eventId: 'both', deferActivation: true }
  const ranked = await client.path('/multislot/rank').post({ body })
  if (isUnexpected(ranked)) throw new Error(ranked.body.error.message)
  const chosen = ranked.body.slots?.map(({ rewardActionId }) => rewardActionId)
  expect(new Set(chosen).size).toBe(2)
  expect(chosen?.[0]).not.toBe('soup')
  const reward = client.path('/multislot/events/{eventId}/reward', 'both')
  const rewarded = await reward.post({ body: { reward: [{ slotId: 'side', value: 0.5 }] } })
  expect([rewarded.status, isUnexpected(rewarded)]).toEqual(['204', false])
  const learning = async (slot: string, { app }: ServedLoop) =>
    (await app().readDecision(`4:both/${slot}`)).learning
  expect((await learning('side', loop))?.state).toBe('deferred')

  // Which slots there are is known after a restart too.
  const later = await loop.restart()
  const path = openClient(later).path('/multislot/events/{eventId}/activate', 'both')
  const activated = await path.post()
  expect([activated.status, isUnexpected(activated)]).toEqual(['204', false])
  expect(await learning('side', later)).toMatchObject({ state: 'learned', value: 0.5 })
  expect((await learning('top', later))?.state).toBe('waiting')
  later.wait(600_000)
  expect(await learning('top', later)).toMatchObject({ state: 'learned', value: 0 })
})
