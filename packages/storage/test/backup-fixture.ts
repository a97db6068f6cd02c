import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppStore, LoggedEvent, ModelManifest } from '@adsum/engine'
import { type RestoreReport, restoreBackup } from '../src/index.ts'

/** An event whose content follows from who and when. */
export function eventOf(user: string, at: number): LoggedEvent {
  return {
    id: `${user}-${at}`,
    type: 'watched',
    user,
    item: `m-${at % 7}`,
    value: at,
    time: at,
    timeKnown: true,
    original: at,
    sent: null,
    received: at,
    context: { weekday: at % 7 },
  }
}

export function manifestOf(id: string, bytes: number): ModelManifest {
  return { id, logPosition: 6, erasures: 0, fittedAt: 1, seconds: 1, features: 2, bytes }
}

/** Three people with events and decisions, one refused event, two items, a document, a model. */
export async function fill(store: AppStore): Promise<void> {
  for (const user of ['ana', 'ben', 'cy']) {
    await store.appendEvents([eventOf(user, 0), eventOf(user, 1)])
    await store.appendRecords([{ id: `d-${user}`, user, time: 2, body: Uint8Array.of(1, 2) }])
    await store.appendReward({ decision: `d-${user}`, value: 1, time: 3 })
  }
  await store.quarantine([
    {
      user: 'ben',
      event: 'refused',
      source: 'events',
      refusal: { code: 'item_unknown', message: 'There is none.', path: 'item' },
      sent: null,
      received: 4,
      raw: '{"id":"refused"}',
    },
  ])
  await store.appendRecords([{ id: 'd-nobody', user: null, time: 2, body: Uint8Array.of(3) }])
  await store.putItems([
    { type: 'movie', id: 'm-0', attributes: { title: 'Zero' } },
    { type: 'movie', id: 'm-1', attributes: { title: 'One' } },
  ])
  await store.putDocument('declaration', '{"name":"cinema"}')
  const model = Uint8Array.from({ length: 5_000 }, (_, at) => at)
  await store.publishModel(manifestOf('m_1', model.length), model)
}

/** Restores with real randomness. */
export async function restore(
  backup: string,
  keys: string | null,
  target: string,
): Promise<RestoreReport> {
  return restoreBackup({
    backup,
    keys,
    target,
    clock: { now: () => 0 },
    entropy: { bytes: (length) => randomBytes(length) },
  })
}

/** Paths of all files below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Changes one byte of a file; returns what puts it back. */
export function alterByte(path: string, at: number): () => void {
  const bytes = readFileSync(path)
  const altered = Buffer.from(bytes)
  altered[at] = (altered[at] as number) ^ 0x10
  writeFileSync(path, altered)
  return () => writeFileSync(path, bytes)
}

/** Everything that can be read of a store, for comparison. */
export async function contentOf(store: AppStore): Promise<unknown> {
  const people = await Array.fromAsync(store.readPeople())
  const decisions = [...people.map(({ user }) => `d-${user}`), 'd-nobody']
  return {
    people,
    totals: await store.totals(),
    items: await store.readItems(),
    records: await Promise.all(decisions.map((id) => store.readRecord(id))),
    rewards: await Promise.all(decisions.map((id) => store.readRewards(id))),
    quarantine: await store.readQuarantine({ limit: 10 }),
    documents: await store.listDocuments(''),
    declaration: await store.readDocument('declaration'),
    model: await store.currentModel(),
    secret: await store.secret(),
  }
}
