/**
 * A process that decides and rewards until it is killed. It writes a line as soon as a reward is
 * acknowledged, and not before: the id of the decision and the value.
 */

import { writeSync } from 'node:fs'
import { openSqliteStorage } from '@adsum/storage'
import { Engine } from '../../src/index.ts'
import { meals, shop } from './world.ts'

/** Decisions under way at once. */
const TOGETHER = 8

const [, , path = '', run = ''] = process.argv
const clock = { now: () => Date.now() }
const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
const storage = await openSqliteStorage({ path, clock, entropy })
const report = (fault: unknown): never => {
  throw fault
}
const engine = await Engine.open({ storage, clock, entropy, threads: 1, report })
const app = engine.has('shop') ? engine.app('shop') : await engine.declare(shop())

async function decideForever(worker: number): Promise<void> {
  for (let round = 0; ; round++) {
    const user = `u-${run}-${worker}-${round % 5}`
    const { id } = await app.decide({ surface: 'meal', user, actions: meals })
    const value = (round % 9) / 8
    await app.reward(id, { id: 'r', value })
    writeSync(1, `${id} ${value}\n`)
  }
}

await Promise.all(Array.from({ length: TOGETHER }, (_, worker) => decideForever(worker)))
