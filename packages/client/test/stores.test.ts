import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createMemoryStore } from '../src/index.ts'
import { openQueueFolder } from '../src/node.ts'
import { describeQueueStore, queued } from '../src/testing/index.ts'

const PLENTY = { events: 1_000, bytes: 1_000_000 }

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'adsum-queue-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describeQueueStore('a queue in memory', async () => createMemoryStore())
describeQueueStore('a queue in a folder', async () => openQueueFolder(await newFolder()))

test('a queue in a folder is found again, and its places go on', async () => {
  const folder = await newFolder()
  const first = await openQueueFolder(folder)
  await first.append([queued('a'), queued('b')], PLENTY)
  const [a] = await first.peek(PLENTY)
  await first.remove([a?.place ?? -1])
  await first.close()
  const second = await openQueueFolder(folder)
  onTestFinished(() => second.close())
  expect(await second.size()).toEqual({ events: 1, bytes: queued('b').bytes })
  await second.append([queued('c')], PLENTY)
  expect(await second.peek(PLENTY)).toMatchObject([
    { id: 'b', place: 2 },
    { id: 'c', place: 3 },
  ])
})

test('a folder is had by one at a time', async () => {
  const folder = await newFolder()
  const first = await openQueueFolder(folder)
  await expect(openQueueFolder(folder)).rejects.toMatchObject({ code: 'data_directory_locked' })
  await first.append([queued('a')], PLENTY)
  await first.close()
  const second = await openQueueFolder(folder)
  expect(await second.size()).toMatchObject({ events: 1 })
  await second.close()
  await expect(second.size()).rejects.toMatchObject({ code: 'data_directory_unreadable' })
})

test('nobody else on the machine can read what waits', async () => {
  const folder = await newFolder()
  await chmod(folder, 0o755)
  const store = await openQueueFolder(folder)
  onTestFinished(() => store.close())
  await store.append([queued('a')], PLENTY)
  const files = await readdir(folder)
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) expect((await stat(join(folder, file))).mode & 0o077).toBe(0)
})

test('a folder of a later version is left as it is', async () => {
  const folder = await newFolder()
  const database = new DatabaseSync(join(folder, 'queue.sqlite'))
  database.exec('PRAGMA user_version = 2')
  database.close()
  await expect(openQueueFolder(folder)).rejects.toMatchObject({
    code: 'data_directory_unreadable',
    message: expect.stringContaining('newer'),
  })
})

test('a folder that cannot be one is told as such', async () => {
  await expect(openQueueFolder('/dev/null/queue')).rejects.toMatchObject({
    code: 'data_directory_unreadable',
  })
})
