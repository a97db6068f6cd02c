import type { SegmentMapping } from '@adsum/protocol'
import { describe, expect, it } from 'vitest'
import { type MappedApp, mapMessage } from '../../src/dialects/segment/mapping.ts'
import { readMessage, typeOf } from '../../src/dialects/segment/messages.ts'
import type { MappedEvent } from '../../src/engine-api.ts'
import { shop } from './shop.ts'

const app: MappedApp = {
  mapping: shop.dialects?.segment as SegmentMapping,
  purposeOf: (event) => shop.events[event as keyof typeof shop.events]?.purpose ?? null,
}

function map(raw: Record<string, unknown>) {
  const type = typeOf(raw)
  if (type === null) throw new Error('no type')
  return mapMessage(
    readMessage(raw, type, () => 'made-1'),
    app,
  )
}

function entriesOf(raw: Record<string, unknown>): readonly MappedEvent[] {
  const mapped = map(raw)
  return mapped.kind === 'events' ? mapped.entries : []
}

function eventsOf(raw: Record<string, unknown>) {
  return entriesOf(raw).map((entry) => ('event' in entry ? entry.event : entry.refused.code))
}

const viewed = {
  type: 'track',
  event: 'Product Viewed',
  messageId: 'm-1',
  userId: 'ann',
  timestamp: '2026-11-25T09:00:00.000Z',
  properties: { product_id: 'p-1' },
}
const ordered = {
  type: 'track',
  event: 'Order Completed',
  messageId: 'm-2',
  userId: 'ann',
  properties: {
    order_id: 'o-1',
    products: [
      { product_id: 'p-1', price: 5 },
      { product_id: 2, price: '7.50' },
    ],
  },
}

describe('a mapped message', () => {
  it('becomes the event of its rule', () => {
    expect(eventsOf({ ...viewed, context: { device: { type: 'phone' } } })).toEqual([
      {
        id: 'm-1',
        type: 'viewed',
        user: 'ann',
        item: 'p-1',
        time: '2026-11-25T09:00:00.000Z',
        context: { device: 'phone' },
      },
    ])
  })

  it('becomes one event for each entry of a list, each with its own id', () => {
    expect(eventsOf(ordered)).toEqual([
      { id: 'm-2#0', type: 'bought', user: 'ann', item: 'p-1', value: 5 },
      { id: 'm-2#1', type: 'bought', user: 'ann', item: '2', value: 7.5 },
    ])
  })

  it('makes the same event when what is kept of it is mapped again', () => {
    for (const message of [viewed, ordered]) {
      for (const entry of entriesOf(message)) {
        expect(entriesOf(entry.raw as Record<string, unknown>)).toEqual([entry])
      }
    }
  })

  it('is about the known person before the anonymous one, and gets an id when it has none', () => {
    const { userId: _user, messageId: _id, ...nobody } = viewed
    expect(eventsOf({ ...nobody, anonymousId: 'a-1' })).toMatchObject([
      { id: 'made-1', user: 'a-1' },
    ])
    expect(eventsOf({ ...viewed, anonymousId: 'a-1' })).toMatchObject([{ user: 'ann' }])
    expect(eventsOf({ ...nobody, userId: null, anonymousId: 7 })).toMatchObject([{ user: '7' }])
    expect(() => map(nobody)).toThrow('neither a userId nor an anonymousId')
  })

  it('keeps neither the key nor the moment of sending', () => {
    const [entry] = entriesOf({ ...viewed, writeKey: 'secret', sentAt: '2026-11-25T10:00:00Z' })
    expect(entry?.raw).toEqual(viewed)
  })

  it('is refused, with its person, where a rule cannot read it', () => {
    expect(entriesOf({ ...ordered, properties: { products: null } })).toMatchObject([
      { refused: { code: 'message_invalid', path: 'properties.products' }, user: 'ann', id: 'm-2' },
    ])
    const [entry] = ordered.properties.products
    const products = [{ ...entry, price: 'five' }]
    expect(entriesOf({ ...ordered, properties: { products } })).toMatchObject([
      { refused: { code: 'message_invalid', path: 'properties.products[].price' } },
    ])
  })

  it('reads only what the message says itself', () => {
    expect(eventsOf({ ...viewed, properties: [] })).toMatchObject([{ id: 'm-1' }])
    expect(eventsOf({ ...viewed, event: 'constructor' })).toEqual(['message_unmapped'])
    expect(eventsOf({ ...viewed, event: 'toString' })).toEqual(['message_unmapped'])
  })
})

describe('a message that becomes no event', () => {
  it('is quarantined when it is a track message', () => {
    expect(entriesOf({ ...viewed, event: 'Cart Viewed' })).toMatchObject([
      { refused: { code: 'message_unmapped' }, user: 'ann', id: 'm-1' },
    ])
    const { event: _event, ...nameless } = viewed
    expect(eventsOf(nameless)).toEqual(['message_invalid'])
  })

  it('is dropped when it is of another type', () => {
    expect(map({ type: 'screen', name: 'Cart', userId: 'ann' })).toEqual({ kind: 'ignored' })
  })

  it('is withheld when the person refused its purpose', () => {
    const answer = (said: unknown) =>
      map({ ...viewed, context: { consent: { categoryPreferences: said } } }).kind
    expect(answer({ personalization: false })).toBe('withheld')
    expect(answer({ personalization: true })).toBe('events')
    expect(answer({ advertising: false })).toBe('events')
    expect(answer(null)).toBe('events')
  })

  it('has no effect when it says that somebody is themselves', () => {
    const alias = { type: 'alias', messageId: 'm-3', userId: 'u1', previousId: 'u1' }
    expect(map(alias)).toEqual({ kind: 'no-op' })
    expect(eventsOf({ ...alias, previousId: 'u0' })).toMatchObject([{ type: 'renamed' }])
  })
})
