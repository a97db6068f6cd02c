/** Whatever clients make of the protocol, it is never our fault: no answer is 5xx. */

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MESSAGE_PATHS } from '../../src/dialects/segment/paths.ts'
import { serveShop } from './served-shop.ts'

const RUNS = 300

/** Values where others are expected: null for a list, a list for an object, texts without end. */
const anything = fc.oneof(
  fc.constantFrom(
    null,
    [],
    {},
    '',
    0,
    -1,
    true,
    '\u0000',
    '\ud800',
    '__proto__',
    'x'.repeat(40_000),
  ),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 1, max: 60 }).map(nested),
)

function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? { value } : [value]
  return value
}

/** What is right, or now and then anything. */
const mostly = (...right: readonly unknown[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: anything })

const product = fc.record({ product_id: mostly('p-1', 2), price: mostly(5, '5.5') })
const message = fc.record(
  {
    type: mostly('track', 'identify', 'page', 'screen', 'group', 'alias', 'record'),
    event: mostly('Product Viewed', 'Order Completed', 'Cart Viewed'),
    messageId: mostly('m-1', 'm-2', 'm-3'),
    userId: mostly('ann', 'bob'),
    anonymousId: mostly('a-1'),
    previousId: mostly('ann'),
    name: mostly('Home'),
    timestamp: mostly('2026-11-25T09:00:00.000Z', 1_764_000_000_000),
    sentAt: mostly('2026-11-25T09:00:01.000Z'),
    properties: fc.oneof(
      fc.record({ product_id: mostly('p-1'), products: fc.array(product, { maxLength: 4 }) }),
      fc.record({ products: mostly(null, []) }),
      anything,
    ),
    context: fc.oneof(
      fc.record({
        device: mostly({ type: 'tv' }),
        consent: mostly({ categoryPreferences: null }, { categoryPreferences: { other: false } }),
      }),
      anything,
    ),
    integrations: anything,
    unknown: anything,
  },
  { requiredKeys: [] },
)
const batch = fc.record(
  {
    batch: fc.oneof(fc.array(fc.oneof(message, anything), { maxLength: 5 }), anything),
    context: anything,
    sentAt: mostly('2026-11-25T09:00:01.000Z'),
    writeKey: mostly('any'),
  },
  { requiredKeys: [] },
)
const slashes = fc.constantFrom('/', '//', '///')
const request = fc.record({
  path: fc
    .tuple(slashes, fc.constantFrom(...Object.keys(MESSAGE_PATHS)), fc.constantFrom('', '/', '//'))
    .map(([before, path, after]) => before + path.slice(1) + after),
  type: fc.constantFrom('application/json', 'text/plain', 'text/plain;charset', 'x', '', null),
  authorization: fc.constantFrom(
    null,
    'Basic YW55Og==',
    'Basic',
    'Basic ////',
    'Basic =',
    'Bearer',
  ),
  body: fc.oneof(message, batch, anything).map((value) => JSON.stringify(value)),
  gzip: fc.boolean(),
})

/** One that is recorded, and one that is quarantined, whatever chance has in store. */
const viewing = (product_id: string) => ({
  path: '/v1/track',
  type: 'application/json' as const,
  authorization: 'Basic YW55Og==' as const,
  body: JSON.stringify({
    type: 'track',
    event: 'Product Viewed',
    messageId: `example-${product_id}`,
    userId: 'ann',
    timestamp: '2026-11-25T09:00:00.000Z',
    sentAt: '2026-11-25T09:00:01.000Z',
    properties: { product_id },
  }),
  gzip: false,
})

it('answers whatever is sent without a fault of its own', async () => {
  const { url, app } = await serveShop()
  const seen = new Set<number>()
  await fc.assert(
    fc.asyncProperty(request, async ({ path, type, authorization, body, gzip }) => {
      const response = await fetch(url + path, {
        method: 'POST',
        body: gzip ? gzipSync(body) : Buffer.from(body),
        headers: {
          ...(type !== null && { 'content-type': type }),
          ...(authorization !== null && { authorization }),
          ...(gzip && { 'content-encoding': 'gzip' }),
        },
      })
      await response.arrayBuffer()
      seen.add(response.status)
      expect([200, 400, 401]).toContain(response.status)
    }),
    { numRuns: RUNS, examples: [[viewing('p-1')], [viewing('p-unknown')]] },
  )
  // It has come past every answer, and recorded and refused some of what was sent.
  expect([...seen].sort()).toEqual([200, 400, 401])
  expect((await app.readUser('ann')).events).toBeGreaterThan(0)
  expect((await app.readQuarantine({ limit: 1 })).total).toBeGreaterThan(0)
})
