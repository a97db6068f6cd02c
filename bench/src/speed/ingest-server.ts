/** The server process of the ingest workloads: an app with items and learning on, until it is left alone. */
import { memoryUsage } from 'node:process'
import { defineApp, event, item, rating, recommend, text } from '@adsum/engine'
import { AtRest } from '@adsum/engine/at-rest'
import { keyRequestSchema } from '@adsum/protocol'
import { createServer } from '@adsum/server'
import { openEngine } from '../served-movielens.ts'
import { APP_NAME, itemId } from './event-bodies.ts'
import type { ServerUsage } from './server-process.ts'

const ITEMS_PER_REQUEST = 500
const KEYS = 4

const path = process.argv[2]
const items = Number(process.argv[3])
if (path === undefined) throw new Error('usage: ingest-server.ts <data directory> <items>')

const engine = await openEngine(path)
const declaration = defineApp({
  name: APP_NAME,
  items: { product: item({ title: text() }) },
  events: { watched: event({ on: 'product', value: rating(1, 5) }) },
  surfaces: { home: recommend({ items: 'product', goal: { watched: 1 } }) },
})
const app = engine.has(APP_NAME) ? engine.app(APP_NAME) : await engine.declare(declaration)
await app.ready
for (let first = 0; first < items; first += ITEMS_PER_REQUEST) {
  const length = Math.min(ITEMS_PER_REQUEST, items - first)
  await app.putItems(
    Array.from({ length }, (_, at) => ({
      type: 'product',
      id: itemId(first + at),
      attributes: { title: `Product ${first + at}` },
    })),
  )
}
const server = createServer({ engine, version: 'bench' })
const rest = new AtRest()
server.server.on('request', () => rest.stir())
const address = await server.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port: Number(new URL(address).port), keys: await makeKeys() })

/** Keys of several senders who share the app. */
async function makeKeys(): Promise<string[]> {
  const keys: string[] = []
  for (let key = 0; key < KEYS; key++) {
    const order = {
      kind: 'secret',
      app: APP_NAME,
      name: `sender-${Date.now()}-${key}`,
      scopes: ['record'],
    }
    const created = await engine.accessKeys.create(keyRequestSchema.parse(order))
    keys.push(String(created.text))
  }
  return keys
}

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  const usage: ServerUsage = {
    residentMb: Math.round(memoryUsage.rss() / 1e6),
    cpuSeconds: (user + system) / 1e6,
    stored: app.view().events,
    groups: engine.load().groups,
    memory: memoryUsage(),
  }
  process.send?.(usage)
})
process.on('disconnect', () => {
  void server
    .close()
    .then(() => engine.close())
    .then(() => process.exit())
})
