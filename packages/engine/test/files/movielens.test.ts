import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDataSet } from '../../src/files/data-set.ts'
import { declarationSource } from '../../src/files/declaration-source.ts'
import { declarationOf, summarise } from '../../src/files/declare.ts'
import { chooseMapping, understand } from '../../src/files/file-view.ts'
import { type FileEvents, gatherEvents } from '../../src/files/gather-events.ts'
import { judgeFile } from '../../src/files/judge.ts'
import { DATA_SETS, madeFolder, missing, NOW } from './made-files.ts'

async function gather(path: string): Promise<FileEvents> {
  const file = understand(await openDataSet(path))
  const mapping = chooseMapping(file, undefined)
  return gatherEvents(file.dataSet, { mapping, onProblem: 'stop', now: NOW })
}

const without100k = missing('movielens-100k')
describe.skipIf(without100k !== null)(`MovieLens 100K ${without100k ?? ''}`, () => {
  const folder = join(DATA_SETS, 'movielens-100k')

  test('is read whole, with titles and genres', async () => {
    const events = await gather(folder)
    expect(events.userOf).toHaveLength(100_000)
    expect(events.users).toHaveLength(943)
    expect(events.items).toHaveLength(1_682)
    expect(events.refused).toBe(0)
    expect(events.items.find(({ id }) => id === '1')).toEqual({
      id: '1',
      title: 'Toy Story (1995)',
      genres: ['Animation', 'Children', 'Comedy'],
    })
    // Latin-1 in the original.
    expect(events.items.find(({ id }) => id === '543')?.title).toBe('Misérables, Les (1995)')
    const app = declarationOf(summarise(events, { user: 'user', item: 'item', value: 'rating' }), {
      name: 'films',
    })
    expect(declarationSource(app)).toMatchInlineSnapshot(`
      "import { defineApp, event, item, rating, recommend, tags, text } from '@adsum/engine'

      export const app = defineApp({
        name: 'films',
        items: { item: item({ title: text(), genres: tags() }) },
        events: { rating: event({ on: 'item', value: rating(1, 5), verb: 'You rated' }) },
        surfaces: { home: recommend({ items: 'item', goal: { rating: 1 } }) },
      })
      "
    `)
  })

  test('packed or not is the same data', async () => {
    const made = madeFolder()
    try {
      const packed = readFileSync(join(folder, 'u.data.gz'))
      made.write('u.data', gunzipSync(packed))
      copyFileSync(join(folder, 'u.item'), join(made.path, 'u.item'))
      const [plain, original] = await Promise.all([gather(made.path), gather(folder)])
      expect(plain).toEqual(original)
    } finally {
      made.remove()
    }
  })

  test('is judged worth it', async () => {
    const steps = new Set<string>()
    let ticks = 0
    const verdict = await judgeFile(
      {
        path: folder,
        mapping: { user: 'user', item: 'item', time: 'timestamp' },
        onProblem: 'stop',
      },
      {
        clock: { now: () => NOW + ticks++ * 500 },
        threads: 0,
        onProgress: ({ step }) => steps.add(step),
      },
    )
    expect(verdict).toMatchObject({ verdict: 'worth-it', rows: 100_000, users: 943, seconds: 0.5 })
    expect(verdict.sentence).toMatch(/^Worth it: of every 100 people, \d+ would find .* against \d/)
    expect([...steps]).toEqual(['reading', 'learning', 'asking'])
  })
})

const without1m = missing('movielens-1m')
describe.skipIf(without1m !== null)(`MovieLens 1M ${without1m ?? ''}`, () => {
  test('its lines without times are understood and get their titles', async () => {
    const { dataSet, inference } = understand(await openDataSet(join(DATA_SETS, 'movielens-1m')))
    expect(dataSet.format).toBe('movielens')
    expect(inference.mapping).toEqual({ user: 'user', item: 'item' })
    const catalogue = await dataSet.readCatalogue()
    expect(catalogue.size).toBe(3_416)
  })
})

describe('folders and packed files', () => {
  let made: ReturnType<typeof madeFolder>
  beforeEach(() => {
    made = madeFolder()
  })
  afterEach(() => made.remove())

  test('the layout of 1M with double colons', async () => {
    made.write('ratings.dat', '1::10::5::978300760\n2::10::3::978300761\n1::11::4::978300762\n')
    made.write(
      'movies.dat',
      Buffer.from('10::Amélie (2001)::Comedy|Romance\n11::B::(none)\n', 'latin1'),
    )
    const events = await gather(made.path)
    expect(events.items).toEqual([
      { id: '10', title: 'Amélie (2001)', genres: ['Comedy', 'Romance'] },
      { id: '11', title: 'B', genres: [] },
    ])
    expect([...(events.timeOf ?? [])]).toEqual([978300760000, 978300761000, 978300762000])
  })

  test('the newer layout with headers and commas in titles', async () => {
    const ratings = 'userId,movieId,rating,timestamp\n1,10,4.5,978300760\n2,10,3.0,978300761\n'
    made.write('ratings.csv', ratings)
    made.write('movies.csv', 'movieId,title,genres\n10,"Good, the Bad, The",Western\n')
    const dataSet = await openDataSet(join(made.path, 'ratings.csv'))
    expect(dataSet.format).toBe('movielens')
    expect((await dataSet.readCatalogue()).get('10')?.title).toBe('Good, the Bad, The')
  })

  test('a file of ratings without titles beside it is a table like others', async () => {
    const path = made.write('ratings.csv', 'user,item\na,1\nb,2\n')
    expect((await openDataSet(path)).format).toBe('csv')
  })

  test('a cut-off archive is a truncated file; what came before is kept', async () => {
    const rows = Array.from({ length: 20_000 }, (_, row) => `u${row % 97},i${(row * 31) % 1009}`)
    const packed = gzipSync(`user,item\n${rows.join('\n')}\n`)
    const path = made.write('events.csv.gz', packed.subarray(0, packed.length / 2))
    const dataSet = await openDataSet(path)
    const options = { mapping: { user: 'user', item: 'item' }, now: NOW } as const
    await expect(gatherEvents(dataSet, { ...options, onProblem: 'stop' })).rejects.toMatchObject({
      code: 'file_truncated',
    })
    const events = await gatherEvents(dataSet, { ...options, onProblem: 'skip' })
    expect(events.userOf.length).toBeGreaterThan(1_000)
    expect(events.problems.at(-1)?.expected).toBe('the rest of the packed file')
  })

  test('an empty file, a missing one and an unknown folder are refused', async () => {
    writeFileSync(join(made.path, 'empty.csv'), '')
    const refusal = (name: string) => expect(openDataSet(join(made.path, name))).rejects
    await refusal('empty.csv').toMatchObject({ code: 'file_empty' })
    await refusal('none.csv').toMatchObject({ code: 'file_not_found' })
    await refusal('.').toMatchObject({ code: 'file_columns_unclear' })
  })
})
