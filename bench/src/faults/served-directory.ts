/**
 * The process that faults are injected into: serves a data directory on a port of its own.
 *
 *   node served-directory.ts <data directory> [a planted fault]
 *
 * Over its channel it tells its address first, then answers what {@link Question} asks.
 */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { Storage } from '@adsum/engine'
import { createServer } from '@adsum/server'
import type { Answers, Question } from './server-process.ts'
import { openApp, openEngine } from './small-app.ts'

/** Milliseconds between two looks at the event loop; what a look finds is this much too long. */
const LOOK_MS = 1
const NANOSECONDS = 1e6

const [path = '', planted = ''] = process.argv.slice(2)
const engine = await openEngine(path, plant)
const app = await openApp(engine)
const server = createServer({ engine, version: 'faults' })
process.send?.({ address: await server.listen({ host: '127.0.0.1', port: 0 }) })

const delays = monitorEventLoopDelay({ resolution: LOOK_MS })
let longestCollectionMs = 0
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    longestCollectionMs = Math.max(longestCollectionMs, duration)
  }
}).observe({ entryTypes: ['gc'] })
delays.enable()

const answers: { [Name in Question]: () => Promise<Answers[Name]> } = {
  statistics: () => app.verifyStatistics(),
  /** Since the question was asked last. */
  stalls: async () => {
    const above = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - LOOK_MS)
    const stalls = {
      maxMs: above(delays.max),
      p999Ms: above(delays.percentile(99.9)),
      collectionMaxMs: longestCollectionMs,
    }
    delays.reset()
    longestCollectionMs = 0
    return stalls
  },
}
process.on('message', (question: Question) => {
  void answers[question]().then((answer) => process.send?.(answer))
})
process.once('disconnect', () => {
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
