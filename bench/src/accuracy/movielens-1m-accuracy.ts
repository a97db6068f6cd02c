import { createRandom, sampleIndices } from '@adsum/learning'
import { createServer } from '@adsum/server'
import { machine, peakMemoryMb } from '../machine.ts'
import { APP_NAME, type Served, serve } from '../served-movielens.ts'
import { type Figure, rankingFigures } from './metrics.ts'
import { type Case, movielens1m } from './movielens-1m.ts'

/** Films in a list. */
const PLACES = 10
/** People who are also asked over HTTP. */
const ASKED_OVER_HTTP = 200

/** Figures of others on the same test people: their own repositories' tables. */
const PUBLISHED = [
  { name: 'SASRec (gSASRec repository)', hr10: 0.2392, ndcg10: 0.1259 },
  { name: 'gSASRec, 256 negatives', hr10: 0.3003, ndcg10: 0.1726 },
] as const

export interface AccuracyOptions {
  readonly seed: number
  readonly validation: boolean
}

/**
 * The served learner on MovieLens-1M: a file through the import path, an engine with its defaults, and
 * its own answers. Some people are asked over HTTP as well and must get the identical lists.
 */
export async function movielens1mAccuracy({ seed, validation }: AccuracyOptions) {
  const split = movielens1m(validation ? 'validation' : 'test')
  const served = await serve(split)
  const memory = peakMemoryMb()
  try {
    const personal = await listsOf(served, split.cases)
    const popular = await popularLists(served, split.cases)
    await sameOverHttp(served, split.cases, personal, seed)
    const targets = split.cases.map(({ target }) => target)
    const options = { items: served.app.view().items, seed }
    const metrics = rankingFigures(personal, targets, options)
    const popularity = rankingFigures(popular, targets, options)
    print(metrics, popularity, served, validation)
    return {
      dataset: 'movielens-1m',
      protocol: `gSASRec split, ${validation ? 'validation' : 'test'}: ${split.cases.length} people, all ${options.items} films ranked, seen ones left out`,
      metrics,
      popularity,
      identicalOverHttp: ASKED_OVER_HTTP,
      seconds: served.seconds.total,
      secondsOf: served.seconds,
      peakMemoryMb: memory,
      seed,
      machine: machine(),
    }
  } finally {
    await served.close()
  }
}

async function listsOf({ app }: Served, cases: readonly Case[]): Promise<string[][]> {
  const lists: string[][] = []
  for (const { user } of cases) {
    const answer = await app.decide({ surface: 'home', user, limit: PLACES })
    if (answer.baseline) throw new Error(`user ${user} was answered by the baseline`)
    lists.push(answer.choices.map(({ item }) => item))
  }
  return lists
}

/** The films most people have seen, without those that the person has. */
async function popularLists({ app }: Served, cases: readonly Case[]): Promise<string[][]> {
  const order = new Map<string, number>()
  const counts = new Map<string, number>()
  for (const { history } of cases) {
    for (const item of history) counts.set(item, (counts.get(item) ?? 0) + 1)
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  for (const [place, [item]] of ranked.entries()) order.set(item, place)
  const items = await app.findItems({ limit: counts.size })
  const sorted = items.map(({ id }) => id).filter((id) => order.has(id))
  sorted.sort((a, b) => (order.get(a) as number) - (order.get(b) as number))
  return cases.map(({ history }) => {
    const seen = new Set(history)
    const list: string[] = []
    for (const id of sorted) {
      if (list.length === PLACES) break
      if (!seen.has(id)) list.push(id)
    }
    return list
  })
}

/**
 * Asks some people again, over HTTP, for one film more: another question, so that it is ranked anew and
 * not answered with what was kept.
 */
async function sameOverHttp(
  { engine }: Served,
  cases: readonly Case[],
  lists: readonly (readonly string[])[],
  seed: number,
): Promise<void> {
  const server = createServer({ engine, version: 'bench' })
  const address = await server.listen({ host: '127.0.0.1', port: 0 })
  try {
    for (const index of sampleIndices(cases.length, ASKED_OVER_HTTP, createRandom(seed))) {
      const { user } = cases[index] as Case
      const response = await fetch(`${address}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'adsum-app': APP_NAME },
        body: JSON.stringify({ surface: 'home', user, limit: PLACES + 1 }),
      })
      const { choices } = (await response.json()) as { choices: { item: string }[] }
      const list = choices.slice(0, PLACES).map(({ item }) => item)
      if (JSON.stringify(list) !== JSON.stringify(lists[index])) {
        throw new Error(`user ${user} gets another list over HTTP: ${list.join(' ')}`)
      }
    }
  } finally {
    await server.close()
  }
}

type Metrics = ReturnType<typeof rankingFigures>

function print(ours: Metrics, popularity: Metrics, served: Served, validation: boolean): void {
  const figure = ({ value, low, high }: Figure): string =>
    `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`
  const row = (...cells: string[]): void =>
    console.log(cells.map((cell, index) => cell.padEnd(index === 0 ? 30 : 26)).join(''))
  row('method', 'NDCG@10', 'HR@10', 'coverage@10')
  for (const [name, metrics] of [
    ['Adsum', ours],
    ['popularity', popularity],
  ] as const) {
    const { ndcg10, hr10, coverage10 } = metrics
    row(name, figure(ndcg10), figure(hr10), coverage10.value.toFixed(3))
  }
  if (!validation) {
    for (const { name, ndcg10, hr10 } of PUBLISHED) {
      row(`${name}`, `${ndcg10.toFixed(4)} (published)`, `${hr10.toFixed(4)} (published)`)
    }
  }
  const { read, record, learn, total } = served.seconds
  console.log(
    `file to served model: ${total.toFixed(1)} s (read ${read.toFixed(1)}, record ${record.toFixed(1)}, learn ${learn.toFixed(1)})`,
  )
}
