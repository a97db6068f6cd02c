import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Interactions } from '@adsum/learning'

const folder = resolve(
  import.meta.dirname,
  '../../../..',
  process.env.ADSUM_DATASETS ?? '../shared/data',
)

/** Why tests on a data set are skipped, or `null` when it is there. */
export function missing(dataset: string): string | null {
  const path = resolve(folder, dataset)
  return existsSync(path) ? null : `there is no ${path}; set ADSUM_DATASETS to the data sets`
}

function lines(path: string): string[] {
  const bytes = readFileSync(resolve(folder, path))
  const text = path.endsWith('.gz') ? gunzipSync(bytes) : bytes
  return text.toString('utf8').trimEnd().split('\n')
}

/** The 100,000 ratings, times in seconds; numbers from 0. */
export function movieLens100k(): Interactions {
  const rows = lines('movielens-100k/u.data.gz').map((line) => line.split('\t').map(Number))
  return {
    users: Int32Array.from(rows, ([user]) => user! - 1),
    items: Int32Array.from(rows, ([, item]) => item! - 1),
    times: Float64Array.from(rows, ([, , , time]) => time!),
  }
}

/** Sequences of the 6,040 people of MovieLens-1M in the order that SASRec published; items from 0. */
export function movieLens1m(): number[][] {
  const sequences: number[][] = []
  for (const line of lines('movielens-1m/ml-1m.txt.gz')) {
    const [user, item] = line.split(' ').map(Number)
    sequences[user! - 1] ??= []
    sequences[user! - 1]!.push(item! - 1)
  }
  return sequences
}
