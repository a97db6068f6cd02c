/** The server process of the decide-http workload: a loop for Personalizer clients, until it is left alone. */
import { decide, defineApp, personalizer } from '@adsum/engine'
import { createServer } from '@adsum/server'
import { openEngine } from '../served-movielens.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('usage: decide-server.ts <data directory>')
const engine = await openEngine(path)
const app = await engine.declare(
  defineApp({
    name: 'loop',
    items: {},
    events: {},
    surfaces: { rank: decide({ range: [-1, 1], explore: { kind: 'greedy', floor: 0.2 } }) },
    dialects: { personalizer: personalizer({ surface: 'rank' }) },
  }),
)
await app.ready
const server = createServer({ engine, version: 'bench' })
const address = await server.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ port: Number(new URL(address).port) })

process.on('message', () => {
  const { user, system } = process.cpuUsage()
  void app.readSurface('rank').then(({ decisions, learned }) => {
    process.send?.({ cpuSeconds: (user + system) / 1e6, decisions, learned })
  })
})
process.on('disconnect', () => {
  void server
    .close()
    .then(() => engine.close())
    .then(() => process.exit())
})
