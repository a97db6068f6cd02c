/**
 * A process that tracks events into a queue on disk until it is killed. It names an event, as a line of
 * JSON, when `track` has resolved for it and not before.
 */

import { writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { createClient } from '../src/index.ts'
import { openQueueFolder } from '../src/node.ts'

const [, , url = '', folder = '', run = ''] = process.argv
const STDOUT = 1
const EVENTS_TOGETHER = 8
const PAUSE_MS = 5

/** No event may be given up for want of room: here it would look like a loss. */
const queueMost = { events: 1_000_000, bytes: 1_000_000_000 }

const store = await openQueueFolder(folder)
const client = createClient({
  url,
  app: 'cinema',
  store,
  queueMost,
  // Hardly any waiting after a failure: a short life should see many requests.
  random: () => 0.01,
})
for (let made = 0; ; made += EVENTS_TOGETHER) {
  const events = Array.from({ length: EVENTS_TOGETHER }, (_, at) => ({
    id: `${run}-${made + at}`,
    type: 'watched',
    user: `u-${at}`,
    item: 'm-1',
    value: 4,
    time: new Date().toISOString(),
  }))
  await Promise.all(events.map((event) => client.track(event)))
  writeSync(STDOUT, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  await setTimeout(PAUSE_MS)
}
