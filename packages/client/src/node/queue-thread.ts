/** The thread that has the queue's file: a sync takes milliseconds, which an app's own thread has not. */

import { parentPort, workerData } from 'node:worker_threads'
import type { PlacedEvent } from '../queue/queue-store.ts'
import type { Answer, Request } from './messages.ts'
import { QueueFile } from './queue-file.ts'

/** SQLite's result code for a file that another process has. */
const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
/** The low byte of an extended result code is its primary code. */
const PRIMARY_CODE_MASK = 0xff

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')

let file: QueueFile | null = null
answer(0, () => {
  file = new QueueFile(String(workerData))
  return []
})
port.on('message', (request: Request) => answer(request.number, () => perform(request)))

function perform(request: Request): PlacedEvent[] {
  if (file === null) throw new Error('the queue is not open')
  switch (request.ask) {
    case 'append':
      return file.append(request.events, request.most)
    case 'peek':
      return file.peek(request.most)
    case 'remove':
      file.remove(request.places)
      return []
    case 'size':
      return []
    case 'close':
      file.close()
      return []
  }
}

function answer(number: number, work: () => PlacedEvent[]): void {
  port?.postMessage(attempt(number, work))
}

function attempt(number: number, work: () => PlacedEvent[]): Answer {
  try {
    const events = work()
    return { number, events, size: file?.size() ?? { events: 0, bytes: 0 } }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    const code = sqliteCode(error)
    if (code === SQLITE_IOERR) giveUp()
    return { number, problem, busy: code === SQLITE_BUSY }
  }
}

/** After a failed sync nobody knows what the disk holds, and a second one may claim success. */
function giveUp(): void {
  file?.close()
  file = null
}

function sqliteCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return null
  return Number(error.errcode) & PRIMARY_CODE_MASK
}
