import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createRandom, sampleIndices } from '@adsum/learning'
import { movielens1m } from '../accuracy/movielens-1m.ts'
import { serve } from '../served-movielens.ts'
import type { Measured } from './main.ts'
import { quantile } from './quantile.ts'

/** People erased unless the command says otherwise. */
const PEOPLE = 100
/** Planted in the id and the events of one more person, to be searched for afterwards. */
const CANARY = 'canary-7f3a9c51'

/**
 * Erases people one after another while the model is in service. After each, the statistics are summed
 * up anew from the log and compared, bytes and fingerprints. At the end nothing of a planted person may
 * be found in any file of the data directory.
 */
export async function erase(options: {
  readonly seed: number
  readonly count: number | null
}): Promise<Measured> {
  const split = movielens1m('test')
  const served = await serve(split)
  const { app } = served
  try {
    await plant(app, split.cases[0]?.history ?? [])
    const people = options.count ?? PEOPLE
    const times: number[] = []
    for (const index of sampleIndices(split.cases.length, people, createRandom(options.seed))) {
      const { user } = split.cases[index] as (typeof split.cases)[number]
      const start = performance.now()
      const receipt = await app.eraseUser(user)
      times.push(performance.now() - start)
      const { equal, kept, rebuilt } = await app.verifyStatistics()
      if (!equal || kept !== rebuilt || receipt.statistics.after !== kept) {
        const seen = { equal, kept, rebuilt, receipt: receipt.statistics.after }
        throw new Error(`after erasing ${user} the statistics differ: ${JSON.stringify(seen)}`)
      }
      console.error(`${times.length} of ${people}: ${times.at(-1)?.toFixed(1)} ms, equal`)
    }
    const found = await searchAfterErasing(served)
    times.sort((a, b) => a - b)
    return {
      ours: round(quantile(times, 0.99)),
      peer: null,
      ratio: null,
      unit: 'ms (p99)',
      details: {
        people: times.length,
        medianMs: round(quantile(times, 0.5)),
        mostMs: round(times.at(-1) ?? 0),
        equalToRebuild: times.length,
        filesWithCanary: found,
      },
    }
  } finally {
    await served.close()
  }
}

type Served = Awaited<ReturnType<typeof serve>>

/** A person whose id and events carry the canary. */
async function plant(app: Served['app'], items: readonly string[]): Promise<void> {
  const type = Object.keys(app.declaration.events)[0] as string
  const results = await app.sendEvents(
    items.slice(0, 50).map((item, index) => ({
      id: `${CANARY}-event-${index}`,
      type,
      user: `${CANARY}-person`,
      item,
    })),
  )
  if (results.some(({ status }) => status !== 'accepted')) throw new Error('the canary was refused')
  await app.learnNow()
  await app.decide({ surface: 'home', user: `${CANARY}-person` })
}

/** Files in which the planted person is found after they were erased and the model was replaced. */
async function searchAfterErasing({ app, path }: Served): Promise<string[]> {
  await app.eraseUser(`${CANARY}-person`)
  await app.learnNow()
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.filter((each) => each.isFile())) {
    const bytes = await readFile(join(entry.parentPath, entry.name))
    if (bytes.includes(CANARY)) found.push(entry.name)
  }
  return found
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
