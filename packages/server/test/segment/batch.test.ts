import { describe, expect, it } from 'vitest'
import { readDelivery } from '../../src/dialects/segment/batch.ts'
import { listOf, readEntry, readPath, withPath } from '../../src/dialects/segment/path.ts'

describe('a batch', () => {
  it('says of every message what the message does not say itself', () => {
    const batch = {
      context: { device: { type: 'tv' }, locale: 'en' },
      integrations: { All: true },
      batch: [{ context: { device: { type: 'phone' } } }, { integrations: null }, null],
    }
    expect(readDelivery(batch, null).messages).toEqual([
      { context: { device: { type: 'phone' }, locale: 'en' }, integrations: { All: true } },
      { context: batch.context, integrations: { All: true } },
      null,
    ])
  })

  it('was sent when it says so, or when its first message does', () => {
    const [first, second] = ['2026-11-25T09:00:00.000Z', '2026-11-25T10:00:00.000Z']
    const sentOf = (body: unknown) => readDelivery(body, null).sent
    expect(sentOf({ sentAt: first, batch: [{ sentAt: second }] })).toBe(Date.parse(first))
    expect(sentOf({ batch: [{ sentAt: second }] })).toBe(Date.parse(second))
    expect(sentOf({ sentAt: 'now', batch: [] })).toBe(null)
    expect(readDelivery({ sentAt: first }, 'track').sent).toBe(Date.parse(first))
  })

  it('may be null where it is empty', () => {
    expect(readDelivery({ batch: null, writeKey: 'k' }, null)).toEqual({
      messages: [],
      sent: null,
      writeKey: 'k',
    })
  })
})

describe('a path', () => {
  const message = { properties: { products: [{ id: 'a' }], total: 3 } }

  it('reads through objects and an entry of a list', () => {
    expect(readPath(message, 'properties.total')).toBe(3)
    expect(listOf('properties.products[].id')).toBe('properties.products')
    expect(readEntry(message, 'properties.products[].id', { id: 'b' })).toBe('b')
    expect(readEntry(message, 'properties.products[]', 'c')).toBe('c')
    expect(readEntry(message, 'properties.total', { id: 'b' })).toBe(3)
  })

  it('sees nothing that every object has', () => {
    expect(readPath(message, 'constructor')).toBe(undefined)
    expect(readPath(message, 'properties.__proto__')).toBe(undefined)
    expect(readPath(message, 'properties.products.length.toFixed')).toBe(undefined)
  })

  it('puts another value in its place and leaves the original alone', () => {
    expect(withPath(message, 'properties.products', ['d'])).toEqual({
      properties: { products: ['d'], total: 3 },
    })
    expect(message.properties.products).toEqual([{ id: 'a' }])
  })
})
