/**
 * The process that faults are injected into: serves a data directory on a port of its own.
 *
 *   node served-directory.ts <data directory> [a planted fault]
 *
 * Over its channel it tells its address first, then answers what {@link Question} asks.
 */
import type { Storage } from '@adsum/engine'
import { createServer } from '@adsum/server'
import { LoopWatch } from './loop-watch.ts'
import type { Answers, Question } from './server-process.ts'
import { openApp, openEngine } from './small-app.ts'

const [path = '', planted = ''] = process.argv.slice(2)
const engine = await openEngine(path, plant)
const app = await openApp(engine)
const server = createServer({ engine, version: 'faults' })
const watch = new LoopWatch()
server.addHook('onRequest', async ({ method, routeOptions, headers }) => {
  watch.step(`began ${method} ${routeOptions.url} (${headers['content-length'] ?? '?'} bytes)`)
})
server.addHook('preHandler', async ({ method, routeOptions }) => {
  watch.step(`read ${method} ${routeOptions.url}`)
})
server.addHook('onResponse', async ({ method, routeOptions }, { statusCode }) => {
  watch.step(`answered ${method} ${routeOptions.url} ${statusCode}`)
})
process.send?.({ address: await server.listen({ host: '127.0.0.1', port: 0 }) })

const answers: { [Name in Question]: () => Promise<Answers[Name]> } = {
  statistics: () => app.verifyStatistics(),
  /** Since the question was asked last. */
  stalls: async () => watch.report(),
}
process.on('message', (question: Question) => {
  void answers[question]().then((answer) => process.send?.(answer))
})
process.once('disconnect', () => {
  watch.close()
  void server
    .close()
    .then(() => engine.close())
    .then(() => process.exit())
})

async function plant(storage: Storage): Promise<Storage> {
  if (planted === '') return storage
  const { withPlanted } = await import('@adsum/engine/testing/planted')
  return withPlanted(storage, planted)
}
