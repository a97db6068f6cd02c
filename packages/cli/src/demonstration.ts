import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cinema, cinemaWorld, demonstration } from '@adsum/cinema'
import type { Engine } from '@adsum/engine'
import { EVENTS_PER_REQUEST_MAX, ITEMS_PER_REQUEST_MAX } from '@adsum/protocol'
import type { Context } from './context.ts'

/** Says that the demonstration is being made, and of which moment. */
const MARK = 'demonstration.making'
/** The name of the keys that the demonstration comes with. */
export const DEMONSTRATION_KEY = 'demonstration'

/** Whether the data directory holds a demonstration that is not complete. */
export function isBeingMade({ data }: Context): boolean {
  return existsSync(join(data, MARK))
}

/**
 * Gives the demonstration a write key and a secret key, so that there is something to try keys with, in
 * a directory that has never had any.
 * @returns their texts, which nothing tells again; `null` when there was nothing to do
 */
export async function ensureDemonstrationKeys(
  engine: Engine,
): Promise<{ readonly write: string; readonly secret: string } | null> {
  const { accessKeys } = engine
  if (!engine.has(cinema.name) || accessKeys.list().length > 0) return null
  const order = { app: cinema.name, name: DEMONSTRATION_KEY, origins: [], browsersOnly: false }
  const { text: write } = await accessKeys.create({ ...order, kind: 'write' })
  const { text: secret } = await accessKeys.create({ ...order, kind: 'secret' })
  return write === null || secret === null ? null : { write, secret }
}

/**
 * Makes the demonstration, an invented cinema, in a data directory without apps. A mark in the
 * directory sees to it that one that was interrupted is completed by the next start.
 */
export async function ensureDemonstration(context: Context, engine: Engine): Promise<void> {
  const mark = join(context.data, MARK)
  const begun = existsSync(mark)
  if (!begun && (await engine.apps()).length > 0) return
  if (!begun) await writeFile(mark, String(context.world.clock.now()))
  // The events' times count from that moment; another one would make other events of the same ids.
  const now = Number(await readFile(mark, 'utf8'))
  const progress = context.output.progress()
  try {
    const { items, events } = cinemaWorld({ ...demonstration, now })
    const app = await engine.declare(cinema)
    for (let at = 0; at < items.length; at += ITEMS_PER_REQUEST_MAX) {
      const batch = items.slice(at, at + ITEMS_PER_REQUEST_MAX)
      await app.putItems(
        batch.map((item) => ({
          ...item,
          attributes: { ...item.attributes, genres: [...item.attributes.genres] },
        })),
      )
    }
    for (let at = 0; at < events.length; at += EVENTS_PER_REQUEST_MAX) {
      await app.sendEvents(events.slice(at, at + EVENTS_PER_REQUEST_MAX))
      progress.show('making the demonstration', at / events.length)
    }
    await progress.during('learning from it', app.learnNow())
    await rm(mark)
  } finally {
    progress.end()
  }
}
