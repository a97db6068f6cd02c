/** The released browser client, unmodified, in a real browser, on a page of another origin. */

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { openBrowser } from '../../../console/test/browser.ts'
import { type ServedShop, serveShop, until } from './served-shop.ts'

const client = join(
  dirname(fileURLToPath(import.meta.resolve('@segment/analytics-next/package.json'))),
  'dist/umd',
)
const opened = await openBrowser()
const title = opened.browser === null ? `in a browser (none: ${opened.reason})` : 'in a browser'

/** A page of another origin that has loaded the client, and what it was answered. */
interface Visit {
  readonly page: Page
  readonly origin: string
  /** Method, path and status of each answer of the shop. */
  readonly answers: string[]
}

/** Serves a page with the client on a port of its own. */
async function serveSite(): Promise<string> {
  const site = createServer(async (request, response) => {
    const name = request.url?.slice(1) ?? ''
    if (!/^[\w.-]+\.js$/.test(name)) {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>A shop</title><script src="/index.js"></script>')
      return
    }
    response.setHeader('content-type', 'text/javascript')
    response.end(await readFile(join(client, name)))
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void site.close())
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`
}

async function visit(browser: Browser, shop: ServedShop, origin: string): Promise<Visit> {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const answers: string[] = []
  page.on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (!response.url().startsWith(shop.url)) return
    answers.push(`${response.request().method()} ${pathname} ${response.status()}`)
  })
  await page.goto(origin)
  return { page, origin, answers }
}

/** What the client makes of the page's global object. */
interface Client {
  readonly AnalyticsNext: typeof import('@segment/analytics-next')
}

/** Loads the client with a key, identifies somebody and sends one message of each type. */
async function sendEverything(
  { page }: Visit,
  options: { url: string; writeKey: string; strategy: 'standard' | 'batching' },
): Promise<void> {
  await page.evaluate(async ({ url, writeKey, strategy }) => {
    const { AnalyticsBrowser } = (globalThis as typeof globalThis & Client).AnalyticsNext
    const standard = { strategy: 'standard' as const, config: {} }
    const batching = { strategy: 'batching' as const, config: { size: 6, timeout: 500 } }
    const deliveryStrategy = strategy === 'batching' ? batching : standard
    const analytics = AnalyticsBrowser.load(
      { writeKey, cdnURL: url },
      { integrations: { 'Segment.io': { deliveryStrategy } } },
    )
    await analytics.identify('ann', { plan: 'free' })
    await analytics.track('Product Viewed', { product_id: 'p-1' })
    await analytics.page('Start')
    await analytics.screen('Home')
    await analytics.group('g-1')
    await analytics.alias('ann-2', 'ann')
  }, options)
}

/** Has the client send one message, with settings that it need not ask for, and does not wait for it. */
async function trackOnly({ page }: Visit, { url }: ServedShop, writeKey: string): Promise<void> {
  const segmentIo = { apiKey: writeKey, apiHost: `${new URL(url).host}/v1`, protocol: 'http' }
  await page.evaluate((settings) => {
    const { AnalyticsBrowser } = (globalThis as typeof globalThis & Client).AnalyticsNext
    const analytics = AnalyticsBrowser.load({
      writeKey: settings.apiKey,
      cdnSettings: { integrations: { 'Segment.io': settings } },
    })
    void analytics.track('Product Viewed', { product_id: 'p-1' })
  }, segmentIo)
}

/** The text of a write key for the pages of one origin. */
async function keyFor(shop: ServedShop, origin: string): Promise<string> {
  const { text } = await shop.engine.accessKeys.create({
    kind: 'write',
    app: 'shop',
    name: 'pages',
    origins: [origin],
    browsersOnly: true,
  })
  if (text === null) throw new Error('a write key has a text')
  return text
}

const EVERYTHING = ['introduced', 'joined', 'opened', 'viewed p-1', 'visited']

describe.skipIf(opened.browser === null)(title, () => {
  const browser = opened.browser as Browser
  afterAll(() => browser.close())

  it('standard delivery arrives, each message on its own', async () => {
    const shop = await serveShop()
    const visited = await visit(browser, shop, await serveSite())
    await sendEverything(visited, { url: shop.url, writeKey: 'any', strategy: 'standard' })
    await until(async () => (await shop.recorded('ann')).length === EVERYTHING.length, 'all')
    expect((await shop.recorded('ann')).sort()).toEqual(EVERYTHING)
    for (const path of ['i', 't', 'p', 's', 'g', 'a']) {
      expect(visited.answers).toContain(`POST /v1/${path} 200`)
    }
    expect(visited.answers).toContain('GET /v1/projects/any/settings 200')
    expect(visited.answers.filter((answer) => / [45]\d\d$/.test(answer))).toEqual([])
    // This release sends "ann is ann" whoever is said to be somebody else.
    expect(await shop.counted('alias', 'no-op')).toBe(1)
  })

  it('batches arrive', async () => {
    const shop = await serveShop()
    const visited = await visit(browser, shop, await serveSite())
    await sendEverything(visited, { url: shop.url, writeKey: 'any', strategy: 'batching' })
    await until(async () => (await shop.recorded('ann')).length === EVERYTHING.length, 'all')
    expect((await shop.recorded('ann')).sort()).toEqual(EVERYTHING)
    expect(visited.answers).toContain('POST /v1/b 200')
    expect(visited.answers).not.toContain('POST /v1/t 200')
  })

  it('pages of the origins that a key lists may use it', async () => {
    const shop = await serveShop()
    const ours = await serveSite()
    const writeKey = await keyFor(shop, ours)
    await sendEverything(await visit(browser, shop, ours), {
      url: shop.url,
      writeKey,
      strategy: 'standard',
    })
    await until(async () => (await shop.recorded('ann')).length === EVERYTHING.length, 'all')
    expect((await shop.recorded('ann')).sort()).toEqual(EVERYTHING)
  })

  it('pages of other origins may not use a key', async () => {
    const shop = await serveShop()
    const [ours, theirs] = [await serveSite(), await serveSite()]
    const writeKey = await keyFor(shop, ours)
    const stranger = await visit(browser, shop, theirs)
    const settings = `${shop.url}/v1/projects/${writeKey}/settings`
    const ask = (address: string) => fetch(address).then(({ status }) => status)
    expect(await stranger.page.evaluate(ask, settings)).toBe(403)
    // Refused its settings the client sends nothing; it can be told them without asking.
    await trackOnly(stranger, shop, writeKey)
    await until(async () => (await shop.answered('/v1/t', 403)) > 0, 'the refusal')
    expect(await shop.recorded('ann')).toEqual([])
  })
})
