import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { eventOf } from './backup-fixture.ts'
import { openAt } from './fixture.ts'

/**
 * The process that is killed while it backs up:
 *
 *   node back-up-forever.ts <data directory> <folder for backups> <run>
 *
 * It appends events and makes one backup after the other, and writes a line for each that is done.
 */
const STANDARD_OUTPUT = 1

const [path = '', folder = '', run = ''] = process.argv.slice(2)
const storage = await openAt(path)
const store = await storage.openApp('cinema')
let acknowledged = 0
await Promise.all([append(), backUp()])

async function append(): Promise<void> {
  for (;;) {
    await store.appendEvents([eventOf(`user-${run}-${acknowledged % 11}`, acknowledged)])
    acknowledged++
  }
}

async function backUp(): Promise<void> {
  for (let turn = 0; ; turn++) {
    const least = acknowledged
    const name = `${run}-${turn}`
    writeSync(STANDARD_OUTPUT, `begun ${name}\n`)
    await storage.backup({ folder: join(folder, name), withKeys: true })
    writeSync(STANDARD_OUTPUT, `made ${name} ${least}\n`)
  }
}
