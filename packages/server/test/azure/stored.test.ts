/** The log and what was learned from it: exported, reset, brought back, erased. */

import { expect, it } from 'vitest'
import { ask, type ServedLoop, serveLoop } from './served-loop.ts'

const PREVIEW = '/v1.1-preview.3'
const actions = ['soup', 'stew'].map((id) => ({ id, features: [{ meal: id }] }))
const ROUNDS = 20
/** How often stew must have been chosen, for its worth to be known whatever chance does. */
const STEWS = 5

async function learn(loop: ServedLoop): Promise<void> {
  for (let round = 0, stews = 0; round < ROUNDS || stews < STEWS; round++) {
    const { body } = await ask(loop, 'POST', `${PREVIEW}/rank`, { actions })
    const { eventId, rewardActionId } = body
    const value = rewardActionId === 'stew' ? 1 : 0
    stews += value
    await ask(loop, 'POST', `${PREVIEW}/events/${eventId}/reward`, { value })
  }
  await loop.app().settleDecisions()
}

/** How likely stew is now. */
async function likelihood(loop: ServedLoop): Promise<number> {
  const { body } = await ask(loop, 'POST', `${PREVIEW}/rank`, { actions, deferActivation: true })
  return body.ranking.find(({ id }: { id: string }) => id === 'stew').probability
}

async function model({ url }: ServedLoop, query = ''): Promise<Uint8Array> {
  const answer = await fetch(`${url}/personalizer${PREVIEW}/model${query}`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  return new Uint8Array(await answer.arrayBuffer())
}

async function putModel({ url }: ServedLoop, body: Uint8Array) {
  const headers = { 'content-type': 'application/octet-stream' }
  const init = { method: 'PUT', headers, body: Buffer.from(body) }
  const answer = await fetch(`${url}/personalizer${PREVIEW}/model`, init)
  const text = await answer.text()
  return [answer.status, text === '' ? null : JSON.parse(text).error.code]
}

it('a model is exported, reset and brought back, also over a restart', async () => {
  const loop = await serveLoop()
  await learn(loop)
  expect(await likelihood(loop)).toBeCloseTo(0.9)
  const exported = await model(loop, '?signed=true')
  const learned = await model(loop)
  expect((await ask(loop, 'DELETE', `${PREVIEW}/model`)).status).toBe(204)
  expect(await likelihood(loop)).toBe(0.5)
  const reset = await loop.restart()
  expect(await likelihood(reset)).toBe(0.5)
  const changed = Uint8Array.from(exported)
  changed[changed.length - 1]! ^= 1
  expect(await putModel(reset, changed)).toEqual([400, 'InvalidModelImportSignature'])
  expect(await putModel(reset, learned)).toEqual([400, 'InvalidModelImportFormat'])
  expect(await likelihood(reset)).toBe(0.5)
  expect(await putModel(reset, exported)).toEqual([204, null])
  const back = await reset.restart()
  expect(await likelihood(back)).toBeCloseTo(0.9)
  expect(await model(back)).toEqual(learned)
  const { body } = await ask(back, 'GET', `${PREVIEW}/model/properties`)
  expect(Date.parse(body.creationTime)).toBeLessThanOrEqual(Date.parse(body.lastModifiedTime))
})

it('a log is erased, and what was learned stays', async () => {
  const loop = await serveLoop()
  const none = await ask(loop, 'GET', `${PREVIEW}/logs/properties`)
  expect([none.status, none.body.error.code]).toEqual([404, 'LogsPropertiesNotFound'])
  await learn(loop)
  const learned = await model(loop)
  const { body } = await ask(loop, 'GET', `${PREVIEW}/logs/properties`)
  expect(Date.parse(body.dateRange.from)).toBeLessThan(Date.parse(body.dateRange.to))
  expect((await ask(loop, 'DELETE', `${PREVIEW}/logs`)).status).toBe(204)
  expect((await ask(loop, 'GET', `${PREVIEW}/logs/properties`)).status).toBe(404)
  expect(await model(loop)).toEqual(learned)
  const contract = { name: 'n', startTime: '2026-01-01', endTime: '2027-01-01', policies: [] }
  const evaluation = await ask(loop, 'POST', `${PREVIEW}/evaluations`, contract)
  expect([evaluation.status, evaluation.body.error.code]).toEqual([400, 'NoLogsExistInDateRange'])
  expect(await model(await loop.restart())).toEqual(learned)
})

it('where people were named, nothing of them is left that could not be forgotten', async () => {
  const loop = await serveLoop()
  const exported = await model(loop, '?signed=true')
  await loop.app().decide({ surface: 'meal', id: 'd-ann', user: 'ann', actions })
  await loop.app().reward('d-ann', { value: 1 })
  await loop.app().settleDecisions()
  const signed = await ask(loop, 'GET', `${PREVIEW}/model?signed=true`)
  expect([signed.status, signed.body.error.code]).toEqual([403, 'OperationNotAllowed'])
  expect(await putModel(loop, exported)).toEqual([403, 'OperationNotAllowed'])
  const untrained = await model(await serveLoop())
  expect(await model(loop)).not.toEqual(untrained)
  await ask(loop, 'DELETE', `${PREVIEW}/logs`)
  expect(await model(loop)).toEqual(untrained)
})

it('a log of local inference cannot be read', async () => {
  const loop = await serveLoop()
  for (const path of ['interactions', 'observations']) {
    const answer = await ask(loop, 'POST', `${PREVIEW}/logs/${path}`, 'anything')
    expect([answer.status, answer.body.error.code]).toEqual([400, 'BadRequest'])
  }
})
