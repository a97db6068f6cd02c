/** Whatever clients make of the protocol, it is never our fault: no answer is 5xx. */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { served } from '../../src/dialects/azure/operations.ts'
import { serveLoop } from './served-loop.ts'

const RUNS = 400

/** Values where others are expected: null for a list, a list for an object, texts without end. */
const anything = fc.oneof(
  fc.constantFrom(null, [], {}, '', 0, -1, 1e308, true, '\u0000', '\ud800', 'x'.repeat(40_000)),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 1, max: 40 }).map(nested),
)

function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { value } : [value]
  return value
}

/** What is right, or now and then anything. */
const mostly = (...right: readonly unknown[]) =>
  fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: anything })

const features = fc.oneof(
  fc.array(fc.dictionary(fc.string({ maxLength: 5 }), mostly('a', 0.5, true, ['b'])), {
    maxLength: 3,
  }),
  anything,
)
const action = fc.record({ id: mostly('soup', 'salad', 'stew', 'fish'), features })
const actions = mostly(
  ['soup', 'salad', 'stew'].map((id) => ({ id, features: [{ meal: id }] })),
  [{ id: 'soup', features: [] }],
)
const rank = fc.record(
  {
    actions: fc.oneof(actions, fc.array(fc.oneof(action, anything), { maxLength: 4 })),
    contextFeatures: features,
    excludedActions: mostly([], ['soup'], ['unknown']),
    eventId: mostly('e-1', 'e-2', null),
    deferActivation: mostly(true, false),
    slots: mostly(
      [
        { id: 'top', baselineAction: 'soup' },
        { id: 'side', baselineAction: 'salad', excludedActions: ['soup'] },
      ],
      [{ id: 'top', baselineAction: 'fish' }],
    ),
  },
  { requiredKeys: ['actions'] },
)
const reward = fc.record(
  { value: mostly(0, 1, -1, 2), reward: mostly([{ slotId: 'top', value: 1 }]) },
  { requiredKeys: [] },
)
const settings = fc.record(
  {
    rewardWaitTime: mostly('PT5M', 'P1D', 'P', 'PT'),
    defaultReward: mostly(0, -1),
    rewardAggregation: mostly('earliest', 'sum'),
    explorationPercentage: mostly(0.2, 1),
    modelExportFrequency: mostly('PT1M'),
    logRetentionDays: mostly(-1, 90),
    learningMode: mostly('Online', 'Apprentice', 'LoggingOnly'),
    name: mostly('n'),
    arguments: mostly('--cb_explore_adf --epsilon 0.3', '--cb_explore_adf --epsilon'),
    startTime: mostly('2026-01-01', 'never'),
    endTime: mostly('2027-01-01'),
    policies: mostly([], [{ name: 'p', arguments: '--cb_explore_adf --squarecb' }]),
    evaluationId: mostly('none'),
    policyName: mostly('Random'),
  },
  { requiredKeys: [] },
)
const slashes = fc.constantFrom('/', '//', '///')
const request = fc.record({
  operation: fc.constantFrom(...served),
  slashes,
  id: fc.constantFrom('e-1', 'e-2', '%', '%2F', 'a%2Fb', '%00', '%F0%9F', 'x'.repeat(257), '日'),
  query: fc.constantFrom('', '?api-version=2022-09-01-preview', '?signed=true', '?signed=%'),
  type: fc.constantFrom('application/json', 'text/plain', 'application/octet-stream', 'x', null),
  key: fc.constantFrom('any', 'adsum_sk_', '', null),
  body: fc.oneof(
    rank.map((value) => JSON.stringify(value)),
    reward.map((value) => JSON.stringify(value)),
    settings.map((value) => JSON.stringify(value)),
    anything.map((value) => JSON.stringify(value)),
    fc.constantFrom('', '{', '\u0000', '{"__proto__":{}}'),
  ),
})

/** One that is answered, whatever chance has in store. */
const ranking = {
  operation: served[0] as (typeof served)[number],
  ...{ slashes: '/' as const, id: 'e-1' as const, query: '' as const, key: 'any' as const },
  type: 'application/json' as const,
  body: JSON.stringify({ actions: [{ id: 'soup', features: [] }] }),
}

it('answers whatever is sent without a fault of its own', { timeout: 60_000 }, async () => {
  const loop = await serveLoop()
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(request, async ({ operation: at, slashes, id, query, type, key, body }) => {
      const { method, path } = at.operation
      const address = `${slashes}${at.prefix.slice(1)}${path.replace(':id', id)}${query}`
      const response = await fetch(loop.url + address, {
        method,
        ...(method !== 'GET' && { body: Buffer.from(body) }),
        headers: {
          ...(type !== null && { 'content-type': type }),
          ...(key !== null && { 'ocp-apim-subscription-key': key }),
        },
      })
      const text = await response.text()
      seen.add(response.status)
      expect({ status: response.status, isOurs: response.status < 500 }).toMatchObject({
        isOurs: true,
      })
      if (response.status < 400) return
      const { error } = JSON.parse(text)
      expect(typeof error.code).toBe('string')
      expect(typeof error.message).toBe('string')
    }),
    { numRuns: RUNS, examples: [[ranking]] },
  )
  // It has come past success with and without an answer, and past refusals.
  expect([...seen]).toEqual(expect.arrayContaining([200, 201, 204, 400, 404]))
  expect(loop.log.filter((line) => line.includes('"level":50'))).toEqual([])
})
