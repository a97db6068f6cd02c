/**
 * Serves a data directory on a small disk and fills it again and again; the last line written is what
 * it saw:
 *
 *   node fill-small-disk.ts <folder on a disk of its own> <fills> <seed>
 */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createRandom, type Random } from '@adsum/learning'
import type { EventsResponse } from '@adsum/protocol'
import { type Answer, ask, readUser } from './asking.ts'
import { after } from './clients.ts'
import type { Filled } from './disk-full.ts'
import { ServerProcess } from './server-process.ts'
import { FILMS } from './small-app.ts'

/** Bytes of the file that fills the disk, at a time. */
const BALLAST_BYTES = 64 * 1024
/** Bytes that are left at the most before events take the rest. */
const LEFT_BYTES_MAX = 512 * 1024
const EVENTS_PER_BATCH = 200
/** Batches after which a disk that refuses nothing is not full. */
const BATCHES_MAX = 500
/** Milliseconds in which a server without room must write again. */
const PATIENCE_MS = 30_000
const POLL_MS = 20
const FULL = 507

const [folder = '', fills = '1', seed = '1'] = process.argv.slice(2)
const ballast = join(folder, 'ballast')
const random = createRandom(Number(seed))
const data = join(folder, 'data')
/** Acknowledged events by person. */
const acknowledged = new Map<string, number>()
const seen = {
  fills: 0,
  refusedMsMax: 0,
  recoveredMsMax: 0,
  lost: 0,
  unanswered: 0,
  misnamed: 0,
  unnoticed: 0,
}
let people = 0

let { server, url } = await ServerProcess.start(data, { isQuiet: true })
try {
  await send()
  for (let fill = 0; fill < Number(fills); fill++) {
    takeRoom(random)
    await fillUp()
    await askAllTheSame()
    await recover()
    seen.fills++
    console.log(`${fill + 1} fills, recovered in ${Math.round(seen.recoveredMsMax)} ms at the most`)
  }
  await server.close()
  ;({ server, url } = await ServerProcess.start(data, { isQuiet: true }))
  for (const [user, events] of acknowledged) {
    seen.lost += Math.max(0, events - ((await readUser(url, user))?.events ?? 0))
  }
} finally {
  await server.kill()
}
const filled: Filled = {
  ...seen,
  refusedMsMax: Math.round(seen.refusedMsMax),
  recoveredMsMax: Math.round(seen.recoveredMsMax),
}
process.stdout.write(JSON.stringify(filled))

/** Fills the disk with a file, but for a little. */
function takeRoom(random: Random): void {
  const gap = join(folder, 'gap')
  writeFileSync(gap, new Uint8Array(random.below(LEFT_BYTES_MAX)))
  const file = openSync(ballast, 'w')
  try {
    for (;;) writeSync(file, new Uint8Array(BALLAST_BYTES))
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'ENOSPC')) throw fault
  } finally {
    closeSync(file)
    rmSync(gap)
  }
}

/** Sends until a request is refused. */
async function fillUp(): Promise<void> {
  for (let turn = 0; turn < BATCHES_MAX; turn++) {
    const began = performance.now()
    const answer = await send()
    if (answer.status === 200) continue
    seen.refusedMsMax = Math.max(seen.refusedMsMax, performance.now() - began)
    if (answer.status !== FULL) {
      seen.misnamed++
      console.log(JSON.stringify(answer))
    }
    return
  }
  seen.unnoticed++
}

/** Reading and deciding need no room. */
async function askAllTheSame(): Promise<void> {
  const [user = ''] = acknowledged.keys()
  const decision = await ask(url, 'POST', '/v1/decisions', { surface: 'home', user })
  const person = await ask(url, 'GET', `/v1/users/${user}`)
  const health = await ask(url, 'GET', '/healthz')
  for (const answer of [decision, person, health]) if (answer?.status !== 200) seen.unanswered++
}

/** Makes room, and waits until something is stored again. */
async function recover(): Promise<void> {
  rmSync(ballast)
  const began = performance.now()
  while (performance.now() < began + PATIENCE_MS) {
    if ((await send(1)).status === 200) break
    await after(POLL_MS)
  }
  seen.recoveredMsMax = Math.max(seen.recoveredMsMax, performance.now() - began)
}

async function send(count = EVENTS_PER_BATCH): Promise<Answer> {
  const user = `person-${people++}`
  const events = Array.from({ length: count }, (_, at) => ({
    id: `${user}-${at}-${'x'.repeat(60)}`,
    type: 'watched',
    user,
    item: `film-${at % FILMS}`,
    context: { device: 'tv' },
  }))
  const answer = await ask(url, 'POST', '/v1/events', { events })
  if (answer === null) throw new Error('the server is gone')
  if (answer.status === 200) {
    const { results } = answer.body as EventsResponse
    acknowledged.set(user, results.filter(({ status }) => status === 'accepted').length)
  }
  return answer
}
