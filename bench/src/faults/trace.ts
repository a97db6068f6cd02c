import { spawnSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { EventsRequest } from '@adsum/protocol'
import { ask, readApp } from './asking.ts'
import { after } from './clients.ts'
import { type FaultOptions, skipped, type Verdict } from './fault.ts'
import { KeepAlive } from './keep-alive.ts'
import { ServerProcess } from './server-process.ts'
import { APP, FILMS } from './small-app.ts'
import { SyncWatch } from './system-calls.ts'

const REQUESTS = 10_000
/** Requests on one connection alone, where no other's sync can stand in for a missing one. */
const ALONE_SHARE = 0.5
/** Connections of the rest, so that several requests share a sync. */
const CONNECTIONS = 8
/** Milliseconds that learning may take, and between two looks. */
const LEARNING_MS_MAX = 60_000
const LOOK_MS = 100
const TRACER = 'strace'
const CALLS = 'trace=read,write,writev,pwrite64,fsync,fdatasync'
/** Bytes of what is read and written that the trace shows: enough to tell requests and answers. */
const SHOWN_BYTES = 24

/**
 * What killing cannot show: that an answer goes out only when its bytes are synced, not merely handed to the
 * kernel; and that the thread that answers syncs nothing itself, which would hold up all others. The system
 * calls of a server say so.
 */
export async function trace({ count, say }: FaultOptions, planted?: string): Promise<Verdict> {
  if (spawnSync(TRACER, ['-o', '/dev/null', 'true']).status !== 0) {
    return skipped(`${TRACER} is missing or may not trace here`)
  }
  const folder = await mkdtemp(join(tmpdir(), 'adsum-trace-'))
  const file = join(folder, 'calls')
  const under = [TRACER, '-f', '-y', '-s', String(SHOWN_BYTES), '-e', CALLS, '-o', file]
  const options = planted === undefined ? { under } : { under, planted }
  const { server, url } = await ServerProcess.start(join(folder, 'data'), options)
  try {
    const requests = count ?? REQUESTS
    const alone = Math.round(requests * ALONE_SHARE)
    const port = Number(new URL(url).port)
    let accepted = await send(port, 'alone', alone)
    say(`${alone} requests on one connection`)
    await writeOtherFiles(url)
    const each = Math.ceil((requests - alone) / CONNECTIONS)
    const names = Array.from({ length: CONNECTIONS }, (_, at) => `shared-${at}`)
    for (const stored of await Promise.all(names.map((name) => send(port, name, each)))) {
      accepted += stored
    }
    say(`${each * CONNECTIONS} requests on ${CONNECTIONS} connections`)
    await server.close()
    const watch = new SyncWatch()
    for await (const line of createInterface({ input: createReadStream(file) })) watch.take(line)
    const { seen } = watch
    const isWhole = seen.answers === accepted && seen.requests === accepted
    const isPrompt = seen.syncsOnLoop === 0
    return { passed: isWhole && isPrompt && seen.unsynced === 0, seen: { ...seen, accepted } }
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Lets a model be published and a key be made: they are files of their own, synced beside the log. */
async function writeOtherFiles(url: string): Promise<void> {
  await ask(url, 'POST', '/v1/keys', { kind: 'secret', app: APP, name: 'traced' })
  for (let waited = 0; waited < LEARNING_MS_MAX; waited += LOOK_MS) {
    if ((await readApp(url)).model !== null) return
    await after(LOOK_MS)
  }
  throw new Error('nothing was learned')
}

/** Sends so many events one by one; how many were acknowledged. */
async function send(port: number, name: string, count: number): Promise<number> {
  const connection = new KeepAlive(port)
  let accepted = 0
  for (let at = 0; at < count; at++) {
    const body = Buffer.from(JSON.stringify(requestOf(name, at)))
    const head =
      `POST /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nadsum-app: ${APP}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
    const answer = await connection.send(Buffer.concat([Buffer.from(head), body]))
    if (answer.status !== 200) throw new Error(`an event was refused: ${answer.body}`)
    accepted++
  }
  connection.close()
  return accepted
}

function requestOf(name: string, at: number): EventsRequest {
  const user = `${name}-${at % 100}`
  return { events: [{ id: `${name}-${at}`, type: 'watched', user, item: `film-${at % FILMS}` }] }
}
