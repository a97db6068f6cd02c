/** The released Node clients, unmodified, against the server, the engine and the store. */

import { createRequire } from 'node:module'
import { AdsumError } from '@adsum/protocol'
import { Analytics } from '@segment/analytics-node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ServedShop, serveShop, until } from './served-shop.ts'

/** What the older clients, which bring no types that can be used here, have in common. */
interface OlderClient {
  track(message: object): unknown
  identify(message: object): unknown
  flush(done?: (error?: Error) => void): unknown
}
type OlderClientClass = new (writeKey: string, options: object) => OlderClient

const require = createRequire(import.meta.url)
const LegacyAnalytics = require('analytics-node') as OlderClientClass
const RudderAnalytics = require('@rudderstack/rudder-sdk-node') as OlderClientClass

function openClient(url: string, options: object = {}): Analytics {
  const client = new Analytics({ writeKey: 'any', host: url, flushAt: 1, ...options })
  client.on('error', () => {
    // A batch that is given up is what some of the tests look for on the other side.
  })
  onTestFinished(() => client.closeAndFlush({ timeout: 100 }))
  return client
}

const viewed = (item: string) => ({
  userId: 'ann',
  event: 'Product Viewed',
  properties: { product_id: item },
})

/** Makes the next recordings fail, each with the next of the faults, before anything is stored. */
function plantFaults({ app }: ServedShop, faults: Error[]): void {
  const record = app.recordMapped.bind(app)
  app.recordMapped = async (...given) => {
    const fault = faults.shift()
    if (fault !== undefined) throw fault
    return record(...given)
  }
}

describe('@segment/analytics-node', () => {
  it('delivers all six types of message', async () => {
    const shop = await serveShop()
    const client = openClient(shop.url)
    client.track(viewed('p-1'))
    client.identify({ userId: 'ann', traits: { plan: 'free' } })
    client.page({ userId: 'ann', name: 'Start' })
    client.screen({ userId: 'ann', name: 'Home' })
    client.group({ userId: 'ann', groupId: 'g-1' })
    client.alias({ userId: 'ann', previousId: 'anon-1' })
    const types = ['introduced', 'joined', 'opened', 'renamed', 'viewed p-1', 'visited']
    await until(async () => (await shop.recorded('ann')).length === types.length, 'six events')
    expect((await shop.recorded('ann')).sort()).toEqual(types)
  })

  it('delivers a batch in one request', async () => {
    const shop = await serveShop()
    const client = openClient(shop.url, { flushAt: 50 })
    for (let index = 0; index < 50; index += 1) client.track(viewed(`p-${(index % 4) + 1}`))
    await until(async () => (await shop.recorded('ann')).length === 50, 'fifty events')
    expect(await shop.answered('/v1/batch', 200)).toBe(1)
  })

  it('delivers what is left when it closes', async () => {
    const shop = await serveShop()
    const client = openClient(shop.url, { flushAt: 50 })
    client.track(viewed('p-1'))
    await client.closeAndFlush()
    expect(await shop.recorded('ann')).toEqual(['viewed p-1'])
  })

  it('records an order as one event for each product', async () => {
    const shop = await serveShop()
    const products = [
      { product_id: 'p-1', price: 5 },
      { product_id: 'p-2', price: 6 },
    ]
    const order = { userId: 'ann', event: 'Order Completed', properties: { products } }
    openClient(shop.url).track(order)
    await until(async () => (await shop.recorded('ann')).length === 2, 'two events')
    expect(await shop.recorded('ann')).toEqual(['bought p-1', 'bought p-2'])
  })

  it('waits as long as it is told when the server is busy, and goes on', async () => {
    const shop = await serveShop()
    plantFaults(shop, [new AdsumError('overloaded')])
    const started = performance.now()
    openClient(shop.url, { maxRetries: 0 }).track(viewed('p-1'))
    await until(async () => (await shop.recorded('ann')).length === 1, 'the event')
    expect(await shop.answered('/v1/batch', 429)).toBe(1)
    // retry-after is a second.
    expect(performance.now() - started).toBeGreaterThan(950)
  })

  it('comes again after a fault of the server', async () => {
    const shop = await serveShop()
    plantFaults(shop, [new Error('an unforeseen fault'), new AdsumError('data_corrupt')])
    openClient(shop.url).track(viewed('p-1'))
    await until(async () => (await shop.recorded('ann')).length === 1, 'the event')
    expect(await shop.answered('/v1/batch', 503)).toBe(2)
  })

  it('gives a refused batch up after one attempt, and goes on with the next', async () => {
    const shop = await serveShop()
    plantFaults(shop, [new AdsumError('request_invalid', { problem: 'planted' })])
    const client = openClient(shop.url)
    client.track(viewed('p-1'))
    await until(async () => (await shop.answered('/v1/batch', 400)) === 1, 'the refusal')
    client.track(viewed('p-2'))
    await until(async () => (await shop.recorded('ann')).length > 0, 'the next event')
    expect(await shop.recorded('ann')).toEqual(['viewed p-2'])
    expect(await shop.answered('/v1/batch', 400)).toBe(1)
  })

  it('gives up at once with a key that is not known', async () => {
    const shop = await serveShop()
    const writeKey = `adsum_wk_${'a'.repeat(16)}_${'b'.repeat(43)}`
    const client = openClient(shop.url, { writeKey })
    client.track(viewed('p-1'))
    await client.closeAndFlush()
    expect(await shop.answered('/v1/batch', 401)).toBe(1)
    expect(await shop.recorded('ann')).toEqual([])
  })

  it('has a message stored once however often it comes', async () => {
    const shop = await serveShop()
    const client = openClient(shop.url)
    const message = { ...viewed('p-1'), messageId: 'same', timestamp: new Date() }
    client.track(message)
    await until(async () => (await shop.counted('track', 'accepted')) === 1, 'the first')
    client.track(message)
    await until(async () => (await shop.counted('track', 'duplicate')) === 1, 'the second')
    expect(await shop.recorded('ann')).toEqual(['viewed p-1'])
  })

  it('has a message stored once whose answer was lost', async () => {
    const shop = await serveShop()
    const record = shop.app.recordMapped.bind(shop.app)
    let isLost = false
    shop.app.recordMapped = async (...given) => {
      const results = await record(...given)
      if (isLost) return results
      isLost = true
      throw new Error('the answer is lost')
    }
    openClient(shop.url).track(viewed('p-1'))
    await until(async () => (await shop.counted('track', 'duplicate')) === 1, 'the retry')
    expect(await shop.recorded('ann')).toEqual(['viewed p-1'])
  })
})

describe('analytics-node, the client before it', () => {
  it('delivers with a key in the header only', async () => {
    const shop = await serveShop()
    const client = new LegacyAnalytics('any', { host: `${shop.url}/`, flushInterval: 100 })
    client.identify({ userId: 'ann' })
    client.track(viewed('p-1'))
    await until(async () => (await shop.recorded('ann')).length === 2, 'two events')
    expect((await shop.recorded('ann')).sort()).toEqual(['introduced', 'viewed p-1'])
  })
})

describe('@rudderstack/rudder-sdk-node', () => {
  it('delivers compressed batches', async () => {
    const shop = await serveShop()
    const client = new RudderAnalytics('any', { dataPlaneUrl: shop.url, flushInterval: 100 })
    client.track(viewed('p-1'))
    client.track(viewed('p-2'))
    await until(async () => (await shop.recorded('ann')).length === 2, 'two events')
    expect((await shop.recorded('ann')).sort()).toEqual(['viewed p-1', 'viewed p-2'])
  })
})
