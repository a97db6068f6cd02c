import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Job } from '@adsum/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openDataSet } from '../../src/files/data-set.ts'
import { declarationOf, summarise } from '../../src/files/declare.ts'
import { FileJobs, JOBS_WAITING_MAX } from '../../src/files/file-jobs.ts'
import { gatherEvents } from '../../src/files/gather-events.ts'
import { importEvents } from '../../src/files/import-events.ts'
import { UPLOAD_KEPT_MS, UPLOADS_MAX } from '../../src/files/uploads.ts'
import type { Engine } from '../../src/index.ts'
import { openEngine, stillWorld, temporaryFolder } from '../cinema-in-small.ts'
import { madeFolder, NOW } from './made-files.ts'

/** Two kinds of things; people go on with the next of their kind. */
function shop(people: number, withTimes: boolean): string {
  const header = `user,item,stars,title${withTimes ? ',time' : ''}`
  const rows = Array.from({ length: people * 6 }, (_, row) => {
    const [person, step] = [row % people, Math.floor(row / people)]
    const item = `${person % 2 === 0 ? 'tea' : 'jam'}-${(person + step) % 9}`
    const time = withTimes ? `,${1_700_000_000 + step * 3_600 + person}` : ''
    return `p${person},${item},${1 + (row % 5)},The ${item}${time}`
  })
  return `${[header, ...rows].join('\n')}\n`
}

const mapping = { user: 'user', item: 'item', value: 'stars', title: 'title' }
const timed = { ...mapping, time: 'time' }

describe('importing a file', () => {
  let made: ReturnType<typeof madeFolder>
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let engine: Engine

  beforeEach(async () => {
    made = madeFolder()
    folder = await temporaryFolder()
    engine = await openEngine(folder.path)
  })
  afterEach(async () => {
    await engine.close()
    await folder.remove()
    made.remove()
  })

  async function read(content: string, columns: typeof mapping = timed) {
    const dataSet = await openDataSet(made.write('events.csv', content))
    return gatherEvents(dataSet, { mapping: columns, onProblem: 'skip', now: NOW })
  }

  test('twice adds nothing the second time', async () => {
    const events = await read(shop(30, true))
    const app = await engine.declare(declarationOf(summarise(events, timed), { name: 'shop' }))
    const options = { now: NOW, onProblem: 'skip' } as const
    expect(await importEvents(events, app, options)).toMatchObject({ accepted: 180, duplicates: 0 })
    const again = await importEvents(events, app, { ...options, now: NOW + 1_000 })
    expect(again).toMatchObject({ accepted: 0, duplicates: 180, conflicts: 0, refused: 0 })
    expect(app.view()).toMatchObject({ events: 180, users: 30, items: 18 })
    expect((await app.findItems({ ids: ['tea-3'], limit: 1 }))[0]?.title).toBe('The tea-3')
  })

  test('rows without times keep the order of the file, also when imported again', async () => {
    const events = await read(shop(3, false), mapping)
    const app = await engine.declare(declarationOf(summarise(events, mapping), { name: 'shop' }))
    await importEvents(events, app, { now: NOW, onProblem: 'skip' })
    const again = await importEvents(events, app, { now: NOW + 5_000, onProblem: 'skip' })
    expect(again).toMatchObject({ accepted: 0, duplicates: 18 })
    const { latest } = await app.readUser('p0')
    expect(latest.map(({ item }) => item).reverse()).toEqual(
      Array.from({ length: 6 }, (_, step) => `tea-${step}`),
    )
  })

  test('what an app knows of its items stays', async () => {
    const events = await read(shop(3, true))
    const app = await engine.declare(declarationOf(summarise(events, timed), { name: 'shop' }))
    await app.putItems([{ type: 'item', id: 'tea-0', attributes: { title: 'Kept' } }])
    const untitled = { ...events, items: events.items.map((item) => ({ ...item, title: null })) }
    await importEvents(untitled, app, { now: NOW, onProblem: 'skip' })
    expect((await app.findItems({ ids: ['tea-0'], limit: 1 }))[0]?.title).toBe('Kept')
  })

  test('values outside the declared range are left out, or stop the import before it begins', async () => {
    const narrow = await read(
      'user,item,stars,title,time\na,x,1,X,1700000000\na,y,3,Y,1700000001\n',
    )
    const app = await engine.declare(declarationOf(summarise(narrow, timed), { name: 'shop' }))
    const events = await read(shop(3, true))
    await expect(importEvents(events, app, { now: NOW, onProblem: 'stop' })).rejects.toMatchObject({
      code: 'file_row_invalid',
    })
    expect(app.view()).toMatchObject({ events: 0, items: 0 })
    const outcome = await importEvents(events, app, { now: NOW, onProblem: 'skip' })
    expect(outcome.refused).toBeGreaterThan(0)
    expect(outcome.accepted + outcome.refused).toBe(18)
    expect(outcome.problems[0]).toMatchObject({
      column: 'value',
      expected: expect.stringContaining('1 to 3'),
    })
  })

  test('types that the app does not declare are refused before anything is written', async () => {
    const plain = await read(shop(3, true))
    const app = await engine.declare(declarationOf(summarise(plain, timed), { name: 'shop' }))
    const typed = { ...plain, types: ['sold'], typeOf: new Int32Array(plain.userOf.length) }
    await expect(importEvents(typed, app, { now: NOW, onProblem: 'skip' })).rejects.toMatchObject({
      code: 'event_type_unknown',
    })
    expect(app.view().items).toBe(0)
  })
})

describe('files that people send', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let engine: Engine
  let jobs: FileJobs
  let now: number
  let faults: string[]

  beforeEach(async () => {
    folder = await temporaryFolder()
    engine = await openEngine(folder.path)
    now = NOW
    faults = []
    jobs = await FileJobs.open({
      folder: join(folder.path, 'sent'),
      clock: { now: () => now },
      entropy: stillWorld().entropy,
      apps: engine,
      threads: 0,
      report: (fault) => faults.push(String(fault)),
    })
  })
  afterEach(async () => {
    await jobs.close()
    await engine.close()
    expect(faults).toEqual([])
    await folder.remove()
  })

  const kept = (): Promise<string[]> => readdir(join(folder.path, 'sent'))

  async function* body(...chunks: string[]): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk)
  }

  async function finished(job: Job): Promise<Job> {
    let current = job
    while (current.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 20))
      current = await jobs.job(job.job)
    }
    return current
  }

  test('are shown with what their columns were taken for', async () => {
    const view = await jobs.upload('../shop.csv', body(shop(30, true)))
    expect(view).toMatchObject({ name: 'shop.csv', format: 'csv', mapping: timed, problems: [] })
    expect(view.preview).toHaveLength(5)
    expect(view.preview[0]).toEqual(['p0', 'tea-0', '1', 'The tea-0', '1700000000'])
  })

  test('become an app that answers', async () => {
    const { file } = await jobs.upload('shop.csv', body(shop(40, true), 'p0,,1,,1700000000\n'))
    const done = await finished(await jobs.makeApp(file, { name: 'shop' }))
    expect(done).toMatchObject({
      state: 'done',
      progress: 1,
      app: { name: 'shop', rows: 240, refused: 1, problems: [{ line: 242, column: 'item' }] },
    })
    const [user = ''] = done.app?.exampleUsers ?? []
    const answer = await engine.app('shop').decide({ surface: 'home', user, limit: 3 })
    expect(answer).toMatchObject({ baseline: false, personalization: 'history' })
    await expect(jobs.makeApp(file, { name: 'shop' })).rejects.toMatchObject({ code: 'app_exists' })
  })

  test('too few for a verdict get a verdict that says so', async () => {
    const { file } = await jobs.upload('shop.csv', body(shop(30, true)))
    const done = await finished(await jobs.judge(file))
    expect(done.verdict).toMatchObject({ verdict: 'not-enough-data', rows: 180, users: 30 })
    expect(done.verdict?.sentence).toMatch(/^Not enough data: there are 180 events/)
  })

  test('with unclear columns need a mapping', async () => {
    const {
      file,
      mapping: found,
      problems,
    } = await jobs.upload(
      'made.csv',
      body(
        'abc,xyz\n',
        ...Array.from({ length: 30 }, (_, row) => `a${(row * 7) % 12},b${(row * 5) % 11}\n`),
      ),
    )
    expect(found).toBeNull()
    expect(problems[0]?.found).toContain('abc, xyz')
    await expect(jobs.judge(file)).rejects.toMatchObject({ code: 'file_columns_unclear' })
    await expect(jobs.judge(file, { user: 'abc', item: 'no' })).rejects.toMatchObject({
      code: 'file_columns_unclear',
    })
    expect((await finished(await jobs.judge(file, { user: 'abc', item: 'xyz' }))).state).toBe(
      'done',
    )
  })

  test('that cannot be read leave nothing behind', async () => {
    await expect(jobs.upload('a.csv', body(''))).rejects.toMatchObject({ code: 'file_empty' })
    await expect(jobs.upload('a.csv', body('one column\n'))).rejects.toMatchObject({
      code: 'file_columns_unclear',
    })
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('user,item\n')
      throw new Error('the sender hung up')
    }
    await expect(jobs.upload('a.csv', broken())).rejects.toThrow('the sender hung up')
    expect(await kept()).toEqual([])
  })

  test('go after an hour, or when there are too many', async () => {
    const first = await jobs.upload('shop.csv', body(shop(3, true)))
    for (let more = 0; more < UPLOADS_MAX; more++) await jobs.upload('s.csv', body(shop(3, true)))
    await expect(jobs.judge(first.file)).rejects.toMatchObject({ code: 'file_unknown' })
    expect(await kept()).toHaveLength(UPLOADS_MAX)
    now += UPLOAD_KEPT_MS + 1
    const last = await jobs.upload('s.csv', body(shop(3, true)))
    expect(await kept()).toEqual([last.file])
  })

  test('wait for their turn, but only a few', async () => {
    const { file } = await jobs.upload('shop.csv', body(shop(3, true)))
    const asked = await Promise.all(
      Array.from({ length: JOBS_WAITING_MAX + 1 }, () => jobs.judge(file)),
    )
    await expect(jobs.judge(file)).rejects.toMatchObject({ code: 'overloaded' })
    expect(asked.every(({ state }) => state === 'running')).toBe(true)
    const states = await Promise.all(asked.map(finished))
    expect(states.map(({ state }) => state)).toEqual(asked.map(() => 'done'))
  })

  test('work under way ends when the jobs are closed', async () => {
    const { file } = await jobs.upload('shop.csv', body(shop(3, true)))
    const running = await jobs.judge(file)
    await jobs.close()
    expect(await jobs.job(running.job)).toMatchObject({ state: 'failed' })
    expect(await kept()).toEqual([])
  })
})
