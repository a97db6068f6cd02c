import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppStore, LoggedEvent } from '@adsum/engine'
import { AdsumError } from '@adsum/protocol'
import { openAt } from './fixture.ts'

/**
 * Fills a small disk, then makes room, and writes as JSON what the store did meanwhile:
 *
 *   node fill-disk.ts <folder on a disk of a few megabytes>
 */
const BALLAST_BYTES = 3 * 1024 * 1024
const TURNS_MAX = 100_000

const [folder = ''] = process.argv.slice(2)
const ballast = join(folder, 'ballast')
writeFileSync(ballast, new Uint8Array(BALLAST_BYTES))
const isErased = (id: string) => /^(ana|ben)-0-/.test(id)
const path = join(folder, 'data')
let storage = await openAt(path)
let store = await storage.openApp('cinema')
const acknowledged: string[] = []

const refusals = await fill()
const duringFull = {
  refusals,
  read: (await store.readUser('ana-0')).length,
  items: await codeOf(store.putItems(manyItems())),
  record: await codeOf(
    store.appendRecords([{ id: 'd', user: null, time: 0, body: new Uint8Array(8e6) }]),
  ),
  model: await codeOf(store.publishModel(manifest(), new Uint8Array(9e6))),
  modelsLeft: readdirSync(join(path, 'apps', 'cinema', 'models')),
  lost: await lost(),
  erase: await codeOf(store.eraseUser('ben-0')),
}
rmSync(ballast)
await store.appendEvents(batch('later', 50))
acknowledged.push(...batch('later', 50).map(({ id }) => id))
const erased = await store.eraseUser('ana-0')
await store.eraseUser('ben-0')
const afterRoom = {
  erased: erased.events,
  lost: (await lost()).filter((id) => !isErased(id)),
}
const totals = await store.totals()
await storage.close()
storage = await openAt(path)
store = await storage.openApp('cinema')
const reopened = {
  lost: (await lost()).filter((id) => !isErased(id)),
  sameTotals: JSON.stringify(await store.totals()) === JSON.stringify(totals),
  stored: (await everything(store)).length,
  counted: totals.events,
  acknowledged: acknowledged.filter((id) => !isErased(id)).length,
}
await storage.close()
console.log(JSON.stringify({ duringFull, afterRoom, reopened, ballastGone: !existsSync(ballast) }))

/** Appends two batches at a time until one is refused; returns how both ended. */
async function fill(): Promise<string[]> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    const batches = [batch(`ana-${turn}`, 40), batch(`ben-${turn}`, 40)]
    const outcomes = await Promise.all(batches.map((one) => codeOf(store.appendEvents(one))))
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome === 'done') acknowledged.push(...(batches[at] ?? []).map(({ id }) => id))
    }
    if (outcomes.some((outcome) => outcome !== 'done')) return outcomes
  }
  throw new Error('the disk did not fill')
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    return error instanceof AdsumError ? error.code : String(error)
  }
}

async function everything(from: AppStore): Promise<string[]> {
  const ids: string[] = []
  for await (const { events } of from.readPeople()) ids.push(...events.map(({ id }) => id))
  return ids
}

async function lost(): Promise<string[]> {
  const stored = new Set(await everything(store))
  return acknowledged.filter((id) => !stored.has(id))
}

function batch(user: string, count: number): LoggedEvent[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `${user}-${at}`,
    type: 'watched',
    user,
    item: `m-${at}`,
    value: null,
    time: at,
    timeKnown: true,
    original: at,
    sent: null,
    received: at,
    context: { note: 'x'.repeat(100) },
  }))
}

function manyItems(): { type: string; id: string; attributes: { title: string } }[] {
  return Array.from({ length: 5000 }, (_, at) => ({
    type: 'movie',
    id: `m-${at}`,
    attributes: { title: 'y'.repeat(2000) },
  }))
}

function manifest() {
  return {
    id: 'm_1',
    logPosition: 0,
    erasures: 0,
    fittedAt: 0,
    seconds: 0,
    features: 0,
    bytes: 9e6,
  }
}
