import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { ClientOptions, QueueStore } from '@adsum/client'
import { describeQueueStore } from '@adsum/client/testing'
import { AdsumError, type EventInput, keyRequestSchema } from '@adsum/protocol'
import { MemoryEngine, serve } from '@adsum/server/testing'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openBrowser } from './browser.ts'

/** Bytes of the client as a page loads it, minified and compressed. */
const BUNDLE_BYTES_MAX = 12_000
/** Milliseconds for anything to arrive. */
const PATIENCE_MS = 10_000
/** Waits after a failure are so many times as long as usual that in a test they never end. */
const NEVER = 1_000
const SOON = 0.5
const source = fileURLToPath(new URL('./tracking-page/', import.meta.url))

let pages = ''
beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'adsum-tracking-'))
  await build({
    root: source,
    configFile: false,
    logLevel: 'warn',
    build: { outDir: pages, emptyOutDir: true, target: 'es2022' },
  })
})
afterAll(() => rm(pages, { recursive: true, force: true }))

test('a page loads few bytes for the client, and no schema library', async () => {
  const html = await readFile(join(pages, 'index.html'), 'utf8')
  const [, script = ''] = /src="\/(assets\/[^"]+\.js)"/.exec(html) ?? []
  const code = await readFile(join(pages, script))
  expect(gzipSync(code).length).toBeLessThan(BUNDLE_BYTES_MAX)
  expect(String(code)).not.toContain('ZodError')
  expect(String(code)).not.toContain('node:')
})

/** A server with the page on it; what comes to it is written down, and it can be busy. */
async function openSite() {
  const engine = new MemoryEngine('cinema')
  const app = engine.app('cinema')
  const batches: string[][] = []
  const requests: Pick<IncomingMessage, 'url' | 'headers'>[] = []
  const state = { busy: false }
  const record = app.sendEvents.bind(app)
  app.sendEvents = async (events, ...more) => {
    if (state.busy) throw new AdsumError('overloaded')
    batches.push((events as EventInput[]).map(({ id }) => id))
    return record(events, ...more)
  }
  const { server, url } = await serve(engine, { pages })
  server.server.on('request', (request: IncomingMessage) => {
    if (request.method === 'POST') requests.push(request)
  })
  const stored = () => [...app.events.keys()].sort()
  return {
    engine,
    url,
    batches,
    requests,
    state,
    stored,
    arrival: (...ids: string[]) => vi.waitFor(() => expect(stored()).toEqual(ids), PATIENCE_MS),
  }
}

/** The same page on a site that is not ours; its address. */
async function openShop(): Promise<string> {
  const server = createServer(async ({ url = '' }, response) => {
    const name = url === '/' ? 'index.html' : url
    if (!/^(index\.html|\/assets\/.*\.js)$/.test(name)) return void response.writeHead(404).end()
    const type = name === 'index.html' ? 'text/html' : 'text/javascript'
    response.writeHead(200, { 'content-type': type }).end(await readFile(join(pages, name)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const event = (id: string): EventInput => ({ id, type: 'watched', user: 'u-17', item: 'm-1' })

const opened = await openBrowser()
const title =
  opened.browser === null ? `tracking (no browser: ${opened.reason})` : 'tracking in a browser'

describe.skipIf(opened.browser === null)(title, () => {
  const browser = opened.browser as Browser
  afterAll(() => browser.close())

  async function newVisitor(): Promise<BrowserContext> {
    const visitor = await browser.newContext()
    onTestFinished(() => visitor.close())
    return visitor
  }

  /** A tab with a client; only what is awaited is waited for. */
  async function visit(
    visitor: BrowserContext,
    url: string,
    options: ClientOptions = { url: '' },
    patience = NEVER,
  ): Promise<Page> {
    const page = await visitor.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    await page.goto(url)
    await page.evaluate(([json, times]) => window.startClient(json, times), [
      JSON.stringify(options),
      patience,
    ] as const)
    return page
  }
  const track = (page: Page, ...ids: string[]) =>
    page.evaluate(async (events) => {
      await Promise.all(events.map((each) => window.client.track(each)))
    }, ids.map(event))
  const pending = (page: Page) => page.evaluate(async () => (await window.client.pending()).events)
  const flush = (page: Page) => page.evaluate(async () => (await window.client.flush()).events)
  const emptied = (page: Page) =>
    vi.waitFor(async () => expect(await pending(page)).toBe(0), PATIENCE_MS)

  test('what is tracked offline is sent when the network is back', async () => {
    const site = await openSite()
    const visitor = await newVisitor()
    const page = await visit(visitor, site.url)
    await visitor.setOffline(true)
    await track(page, 'a', 'b')
    expect(await flush(page)).toBe(2)
    await track(page, 'c')
    expect(site.stored()).toEqual([])
    await visitor.setOffline(false)
    await site.arrival('a', 'b', 'c')
    await emptied(page)
  })

  test('what waits outlives the page, and the next visit sends it', async () => {
    const site = await openSite()
    const visitor = await newVisitor()
    const page = await visit(visitor, site.url)
    site.state.busy = true
    await track(page, 'a', 'b')
    expect(await flush(page)).toBe(2)
    await page.reload()
    site.state.busy = false
    const next = await visit(visitor, site.url)
    expect(await pending(next)).toBe(2)
    expect(await flush(next)).toBe(0)
    expect(site.stored()).toEqual(['a', 'b'])
  })

  test('another app, or another server, has a queue of its own', async () => {
    const site = await openSite()
    const visitor = await newVisitor()
    site.state.busy = true
    await track(await visit(visitor, site.url, { url: '', app: 'cinema' }), 'a')
    expect(await pending(await visit(visitor, site.url, { url: '', app: 'music' }))).toBe(0)
    expect(await pending(await visit(visitor, site.url, { url: '', app: 'cinema' }))).toBe(1)
  })

  test('a page that is left at once delivers by beacon; the next visit learns of it', async () => {
    const site = await openSite()
    const visitor = await newVisitor()
    const page = await visit(visitor, site.url)
    await page.evaluate((tracked) => {
      void window.client.track(tracked)
      window.location.href = 'about:blank'
    }, event('a'))
    await site.arrival('a')
    expect(site.requests.map(({ headers }) => headers['content-type'])).toEqual([
      'text/plain;charset=UTF-8',
    ])
    const next = await visit(visitor, site.url)
    await flush(next)
    expect(await pending(next)).toBe(0)
    expect(await next.evaluate(() => window.refusals)).toEqual([])
    expect(site.stored()).toEqual(['a'])
  })

  test.each([
    ['a header names the app', { url: '', app: 'cinema' }, undefined],
    ['a secret is in the header', { url: '', token: 'a.b.c' }, 'Bearer a.b.c'],
  ] as const)('where %s, the last request outlives the page', async (_, options, authorization) => {
    const site = await openSite()
    const page = await visit(await newVisitor(), site.url, options)
    await page.evaluate((tracked) => {
      void window.client.track(tracked)
      window.location.href = 'about:blank'
    }, event('a'))
    await vi.waitFor(() => expect(site.requests).toHaveLength(1), PATIENCE_MS)
    expect(site.requests[0]?.headers['content-type']).toBe('application/json')
    expect(site.requests[0]?.headers.authorization).toBe(authorization)
  })

  test('a page of another origin tracks, and leaves, with its write key', async () => {
    const shop = await openShop()
    const site = await openSite()
    const request = keyRequestSchema.parse({ app: 'cinema', kind: 'write', origins: [shop] })
    const key = (await site.engine.accessKeys.create(request)).text ?? ''
    const page = await visit(await newVisitor(), shop, { url: site.url, key })
    await track(page, 'a')
    await emptied(page)
    await page.evaluate((tracked) => {
      void window.client.track(tracked)
      window.location.href = 'about:blank'
    }, event('b'))
    await site.arrival('a', 'b')
    expect(site.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/v1/events', `Bearer ${key}`],
      [`/v1/events?key=${key}`, undefined],
    ])
  })

  test('a page that is only hidden and comes back says nothing twice but the beacon', async () => {
    const site = await openSite()
    const page = await visit(await newVisitor(), site.url)
    await page.evaluate(async (tracked) => {
      const kept = window.client.track(tracked)
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
      document.dispatchEvent(new Event('visibilitychange'))
      window.dispatchEvent(new Event('pagehide'))
      await kept
    }, event('a'))
    await emptied(page)
    expect(site.batches).toEqual([['a'], ['a']])
    expect(await page.evaluate(() => window.refusals)).toEqual([])
  })

  test('of several tabs one sends at a time: nothing goes twice and nothing is lost', async () => {
    const site = await openSite()
    const visitor = await newVisitor()
    const tabs = await Promise.all([1, 2, 3].map(() => visit(visitor, site.url, { url: '' }, SOON)))
    const ids = (tab: number) => Array.from({ length: 40 }, (_, n) => `e-${tab}-${n}`)
    await Promise.all(
      tabs.map(async (page, tab) => {
        for (const id of ids(tab)) await track(page, id)
      }),
    )
    await Promise.all(tabs.map(emptied))
    const all = tabs.flatMap((_, tab) => ids(tab)).sort()
    expect(site.stored()).toEqual(all)
    expect(site.batches.flat().sort()).toEqual(all)
  })

  test('a tab that is closed while it waits leaves its events to the others', async () => {
    const site = await openSite()
    const visitor = await newVisitor()
    const [first, second] = [await visit(visitor, site.url), await visit(visitor, site.url)]
    site.state.busy = true
    await track(first, 'a')
    expect(await flush(first)).toBe(1)
    site.state.busy = false
    // It holds the lock, in a wait that would not end.
    await first.close()
    await track(second, 'b')
    await site.arrival('a', 'b')
    await emptied(second)
  })

  test('a tab can be closed by its app while another has the lock', async () => {
    const site = await openSite()
    const visitor = await newVisitor()
    const [first, second] = [await visit(visitor, site.url), await visit(visitor, site.url)]
    site.state.busy = true
    await track(first, 'a')
    expect(await flush(first)).toBe(1)
    await track(second, 'b')
    const left = await second.evaluate(async () => (await window.client.close()).events)
    expect(left).toBe(2)
  })

  test.each([
    ['is none', () => Object.defineProperty(window, 'indexedDB', { value: undefined })],
    [
      'is forbidden',
      () => {
        IDBFactory.prototype.open = () => {
          throw new DOMException('not here', 'SecurityError')
        }
      },
    ],
  ])('where storage %s, events wait in memory', async (_, take) => {
    const site = await openSite()
    const visitor = await newVisitor()
    await visitor.addInitScript(take)
    const page = await visit(visitor, site.url)
    site.state.busy = true
    await track(page, 'a')
    expect(await flush(page)).toBe(1)
    site.state.busy = false
    expect(await flush(page)).toBe(0)
    expect(site.stored()).toEqual(['a'])
  })

  describeQueueStore('a queue in IndexedDB', async () => {
    const site = await openSite()
    const page = await visit(await newVisitor(), site.url)
    await page.evaluate(async () => {
      window.store = await window.openBrowserStore('laws')
    })
    return storeIn(page)
  })
})

/** The store of a page, reached from outside. */
function storeIn(page: Page): QueueStore {
  return {
    append: (events, most) =>
      page.evaluate(([all, bound]) => window.store.append(all, bound), [events, most] as const),
    peek: (most) => page.evaluate((bound) => window.store.peek(bound), most),
    remove: (places) => page.evaluate((all) => window.store.remove(all), places),
    size: () => page.evaluate(() => window.store.size()),
    exclusively: (work) => work(),
    close: () => page.evaluate(() => window.store.close()),
  }
}
