/** The generally available client, unmodified, against the server, the engine and the store. */

import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { serveLoop } from './served-loop.ts'

/** What of the released client is used: its types are made for a version of TypeScript of long ago. */
interface GaClient {
  rank(request: object): Promise<{
    readonly ranking: readonly { readonly id: string; readonly probability: number }[]
    readonly eventId: string
    readonly rewardActionId: string
  }>
  readonly events: {
    reward(eventId: string, reward: { readonly value: number }): Promise<unknown>
    activate(eventId: string): Promise<unknown>
  }
}

const require = createRequire(import.meta.url)
const { PersonalizerClient } = require('@azure/cognitiveservices-personalizer') as {
  PersonalizerClient: new (credentials: object, endpoint: string) => GaClient
}
/** What the client itself uses. */
const ofClient = createRequire(require.resolve('@azure/cognitiveservices-personalizer'))
const { ApiKeyCredentials } = ofClient('@azure/ms-rest-js') as {
  ApiKeyCredentials: new (options: object) => object
}

function openClient(url: string, key = 'any'): GaClient {
  const inHeader = { 'Ocp-Apim-Subscription-Key': key }
  return new PersonalizerClient(new ApiKeyCredentials({ inHeader }), url)
}

const lunch = {
  contextFeatures: [{ daypart: 'evening' }, { device: { kind: 'tablet' } }],
  actions: [
    { id: 'soup', features: [{ hot: true, kcal: 180 }] },
    { id: 'salad', features: [{ hot: false, kcal: 90 }, { tags: ['green'] }] },
    { id: 'stew', features: [{ hot: true, kcal: 400 }] },
  ],
}

it('ranks, rewards and activates', async () => {
  const loop = await serveLoop()
  const client = openClient(`${loop.url}/`)
  const eventId = 'ev/1 x'
  const ranked = await client.rank({ ...lunch, eventId, excludedActions: ['salad'] })
  expect(ranked.eventId).toBe(eventId)
  expect(ranked.ranking.map(({ id }) => id).sort()).toEqual(['salad', 'soup', 'stew'])
  // Nothing is learned yet: what is left is equally likely, what is excluded keeps its place.
  expect(ranked.ranking[1]).toEqual({ id: 'salad', probability: 0 })
  expect(ranked.ranking[0]?.probability).toBe(0.5)
  expect(['soup', 'stew']).toContain(ranked.rewardActionId)
  await client.events.reward(eventId, { value: 0.5 })
  const stored = await loop.app().readDecision(eventId)
  expect(stored.learning).toMatchObject({ state: 'learned', value: 0.5 })
  const prepared = await client.rank({ ...lunch, deferActivation: true })
  await client.events.reward(prepared.eventId, { value: 1 })
  expect((await loop.app().readDecision(prepared.eventId)).learning?.state).toBe('deferred')
  await client.events.activate(prepared.eventId)
  const activated = await loop.app().readDecision(prepared.eventId)
  expect(activated.learning).toMatchObject({ state: 'learned', value: 1 })
})

it('tells the client what was wrong in its own words', async () => {
  const { url } = await serveLoop()
  const client = openClient(url)
  const twice = [lunch.actions[0], lunch.actions[0]]
  await expect(client.rank({ actions: twice })).rejects.toMatchObject({
    statusCode: 400,
    code: 'InvalidRankRequest',
    message: 'The action "soup" is there twice.',
  })
  await expect(client.events.reward('e', { value: 7 })).rejects.toMatchObject({
    statusCode: 400,
    code: 'InvalidRewardRequest',
  })
})
