import type { LoggedEvent } from '@adsum/engine'
import { AdsumError } from '@adsum/protocol'
import { openAt } from './fixture.ts'

/**
 * Appends one event after the other until one is refused, then looks what is there; writes as JSON what
 * happened. Meant to run where a sync of the log fails:
 *
 *   strace -f -P <log.db-wal> -e inject=fdatasync:error=EIO:when=20 node fail-sync.ts <data directory>
 */
const EVENTS_MAX = 200

const [path = ''] = process.argv.slice(2)
const storage = await openAt(path)
const store = await storage.openApp('cinema')
const acknowledged: string[] = []
let refusal = 'none'
for (let at = 0; at < EVENTS_MAX && refusal === 'none'; at++) {
  refusal = await codeOf(store.appendEvents([eventOf(at)]))
  if (refusal === 'none') acknowledged.push(`e-${at}`)
}
const afterwards = [
  await codeOf(store.appendEvents([eventOf(EVENTS_MAX)])),
  await codeOf(store.readUser('ana')),
]
await codeOf(store.close())
const again = await storage.openApp('cinema')
const stored = new Set((await again.readUser('ana')).map(({ id }) => id))
const outcomes = await again.appendEvents([eventOf(EVENTS_MAX)])
await storage.close()
console.log(
  JSON.stringify({
    acknowledged: acknowledged.length,
    refusal,
    afterwards,
    lost: acknowledged.filter((id) => !stored.has(id)),
    recovered: outcomes.map(({ status }) => status),
  }),
)

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    return error instanceof AdsumError ? error.code : String(error)
  }
}

function eventOf(at: number): LoggedEvent {
  return {
    id: `e-${at}`,
    type: 'watched',
    user: 'ana',
    item: null,
    value: null,
    time: at,
    timeKnown: true,
    original: at,
    sent: null,
    received: at,
    context: null,
  }
}
