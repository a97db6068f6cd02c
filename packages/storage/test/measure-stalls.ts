import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { AppStore } from '@adsum/engine'
import { eventOf } from './backup-fixture.ts'
import { newFolder, openAt } from './fixture.ts'

/**
 * How long acknowledgements wait while everything is read, checked or copied:
 *
 *   node packages/storage/test/measure-stalls.ts [events, a million unless given]
 *
 * A sender sends one event after the other, each to be acknowledged; milliseconds are those from sending
 * to acknowledgement. Figures depend on the disk: compare with `nothing else`.
 */
const EVENTS_PER_PERSON = 20
const BATCH_PEOPLE = 100
const IDLE_MS = 5_000

const events = Number(process.argv[2] ?? 1_000_000)
const folder = newFolder()
const storage = await openAt(join(folder, 'data'))
const store = await storage.openApp('cinema')
await fillWith(store, events)
await report('nothing else', () => new Promise((resolve) => setTimeout(resolve, IDLE_MS)))
await report('reading everybody', async () => {
  let people = 0
  for await (const { user } of store.readPeople()) people += user === '' ? 0 : 1
  return people
})
await report('checking everything', () => store.scrub())
await report('backing up', () => storage.backup({ folder: join(folder, 'backup'), withKeys: true }))
await storage.close()
rmSync(folder, { recursive: true })

async function fillWith(to: AppStore, count: number): Promise<void> {
  const people = Math.ceil(count / EVENTS_PER_PERSON)
  for (let from = 0; from < people; from += BATCH_PEOPLE) {
    await to.appendEvents(
      Array.from({ length: BATCH_PEOPLE * EVENTS_PER_PERSON }, (_, at) =>
        eventOf(`person-${from + (at % BATCH_PEOPLE)}`, at),
      ),
    )
  }
}

/** Sends while the work goes on. */
async function report(name: string, work: () => Promise<unknown>): Promise<void> {
  const waits: number[] = []
  let working = true
  const began = performance.now()
  const sender = (async () => {
    while (working) {
      const sent = performance.now()
      await store.appendEvents([eventOf('sender', sent)])
      waits.push(performance.now() - sent)
    }
  })()
  await work()
  const seconds = (performance.now() - began) / 1000
  working = false
  await sender
  waits.sort((a, b) => a - b)
  const at = (share: number) => (waits[Math.ceil(share * waits.length) - 1] ?? 0).toFixed(1)
  console.log(
    `${name}: ${seconds.toFixed(1)} s, ${waits.length} acknowledged; ` +
      `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
  )
}
