import { writeSync } from 'node:fs'
import type { AppStore } from '@adsum/engine'
import { withPlanted } from '@adsum/engine/testing/planted'
import { openAt } from './fixture.ts'

/**
 * The process that the law of durability kills:
 *
 *   node append-forever.ts <data directory> <run> <honest | a planted fault> [writers]
 *
 * Several writers append at once, so that groups have more than one request.
 */
const EVENTS_PER_BATCH = 3
const STANDARD_OUTPUT = 1

const [path = '', run = '', mode = '', writers = '4'] = process.argv.slice(2)
const storage = await openAt(path)
const store = await (mode === 'honest' ? storage : withPlanted(storage, mode)).openApp('cinema')
await Promise.all(
  Array.from({ length: Number(writers) }, async (_, writer) => write(store, writer)),
)

async function write(
  to: Pick<AppStore, 'appendEvents' | 'appendRecords' | 'eraseUser'>,
  writer: number,
) {
  for (let turn = 0; ; turn++) {
    const user = `user-${run}-${writer}-${turn % 7}-${Math.floor(turn / 50)}`
    const ids = Array.from(
      { length: EVENTS_PER_BATCH },
      (_, at) => `${run}-${writer}-${turn}-${at}`,
    )
    await to.appendEvents(
      ids.map((id) => ({
        id,
        type: 'watched',
        user,
        item: 'm-1',
        value: null,
        time: turn,
        timeKnown: true,
        original: turn,
        sent: null,
        received: turn,
        context: null,
      })),
    )
    for (const id of ids) say(`event ${user} ${id}`)
    if (turn % 5 === 2) {
      const id = `record-${run}-${writer}-${turn}`
      await to.appendRecords([{ id, user: null, time: turn, body: new Uint8Array(3000) }])
      say(`record ${id}`)
    }
    if (turn % 25 === 24) {
      const gone = `gone-${run}-${writer}-${turn}`
      await to.appendEvents([
        {
          id: gone,
          type: 'watched',
          user: gone,
          item: null,
          value: null,
          time: turn,
          timeKnown: true,
          original: turn,
          sent: null,
          received: turn,
          context: null,
        },
      ])
      await to.eraseUser(gone)
      say(`erased ${gone}`)
    }
  }
}

function say(line: string): void {
  writeSync(STANDARD_OUTPUT, `${line}\n`)
}
