import type { Kernels } from '@adsum/kernels'
import { countItems } from '../baselines/count-items.ts'
import { ItemKnn } from '../baselines/item-knn.ts'
import { recentPopularity } from '../baselines/recent-popularity.ts'
import type { RankerConfiguration } from '../sequence/configuration.ts'
import { fitRanker } from '../sequence/fit-ranker.ts'
import type { RankerModel } from '../sequence/ranker-model.ts'
import { scoreItems } from '../sequence/scoring.ts'
import { SequenceStatistics } from '../statistics/sequence-statistics.ts'
import type { Sequences } from '../statistics/sequences.ts'
import { topItems } from './top-items.ts'

/** Share of the latest events that count as "lately". */
const RECENT_SHARE = 0.1
/** Neighbours of an item that the nearest-neighbour method keeps. */
const NEIGHBOURS = 100

export type MethodName = 'ranker' | 'popularity' | 'recency' | 'item-knn'

/** A way of making lists, ready to be asked. */
export interface Method {
  readonly name: MethodName
  /** The best items after a history. @param exclude by item, 1 for one that must not appear. */
  list(history: Int32Array, exclude: Uint8Array, limit: number): Int32Array
}

/** Progress when everything is summed up and the fit remains. */
const SUMMED_UP = 0.3

interface MethodOptions {
  readonly kernels: Kernels
  readonly configuration: RankerConfiguration
  /** From 0 to 1. */
  readonly onProgress: (done: number) => void
}

/** Learns every method from the same training part. Popularity lately only where times are known. */
export async function openMethods(
  training: Sequences,
  times: Float64Array | null,
  itemCount: number,
  options: MethodOptions,
): Promise<{ readonly methods: readonly Method[]; close(): void }> {
  const popular = countItems(training.items, itemCount)
  const knn = new ItemKnn(training, itemCount, { neighbours: NEIGHBOURS })
  const model = await fitOn(training, itemCount, options)
  options.onProgress(1)
  const methods: Method[] = [
    rankerMethod(model, itemCount),
    sameForAll('popularity', popular),
    {
      name: 'item-knn',
      list: (history, exclude, limit) => topItems(knn.scores(history), exclude, limit),
    },
  ]
  if (times !== null) {
    const recent = recentPopularity(training.items, times, itemCount, RECENT_SHARE)
    methods.push(sameForAll('recency', recent))
  }
  return { methods, close: () => model.close() }
}

async function fitOn(
  training: Sequences,
  itemCount: number,
  { kernels, configuration, onProgress }: MethodOptions,
): Promise<RankerModel> {
  const statistics = new SequenceStatistics(kernels, configuration.sequence, {
    itemsMax: itemCount,
  })
  try {
    onProgress(0)
    for (let item = 0; item < itemCount; item++) statistics.setItem(item, nameOf(item))
    await statistics.addSequences(training)
    onProgress(SUMMED_UP)
    return await fitRanker(statistics, configuration, kernels)
  } finally {
    statistics.close()
  }
}

function rankerMethod(model: RankerModel, itemCount: number): Method {
  const toModel = Int32Array.from({ length: itemCount }, (_, item) => model.indexOf(nameOf(item)))
  const fromModel = Int32Array.from(model.items, (name) => Number(name))
  return {
    name: 'ranker',
    list(history, exclude, limit) {
      const sequence = history.map((item) => (item < 0 ? -1 : (toModel[item] as number)))
      const excluded = history
        .filter((item) => item >= 0 && exclude[item] === 1)
        .map((item) => toModel[item] as number)
      const { indices } = scoreItems(model, 'history', sequence, { exclude: excluded, limit })
      return indices.map((index) => fromModel[index] as number)
    },
  }
}

function sameForAll(name: MethodName, scores: Int32Array): Method {
  return { name, list: (_, exclude, limit) => topItems(scores, exclude, limit) }
}

/** Numbers padded, so that the order of the names is the order of the numbers. */
function nameOf(item: number): string {
  return String(item).padStart(9, '0')
}
