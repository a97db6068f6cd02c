import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { versionSuffices } from '../src/database.ts'
import { changeDatabase } from './changed-database.ts'
import { filesOf } from './files-of.ts'
import { newFixture, openAt } from './fixture.ts'
import { killFixture } from './kill-fixture.ts'

test('a directory belongs to one opener at a time, in the same process as well', async () => {
  const fixture = await newFixture()
  const storage = await openAt(fixture.path)
  await expect(openAt(fixture.path)).rejects.toMatchObject({
    code: 'data_directory_locked',
    details: { holder: expect.stringContaining(`process ${process.pid} since 2026-11-21`) },
  })
  await storage.close()
  await (await openAt(fixture.path)).close()
  await fixture.dispose()
})

test('the lock of another process holds while it lives and not a moment longer', async () => {
  const fixture = await killFixture('honest')
  const child = fixture.start(0)
  await once(child.stdout, 'data')
  await expect(fixture.open()).rejects.toMatchObject({ code: 'data_directory_locked' })
  child.kill('SIGKILL')
  await once(child, 'close')
  await (await fixture.open()).close()
  await fixture.dispose()
})

test('the directory of an older format is refused untouched', async () => {
  const fixture = await newFixture()
  writeFileSync(join(fixture.path, 'format'), '1\n')
  const before = filesOf(fixture.path)
  await expect(openAt(fixture.path)).rejects.toMatchObject({
    code: 'data_directory_unreadable',
    details: { problem: expect.stringContaining('format 1') },
  })
  expect(filesOf(fixture.path)).toEqual(before)
  await fixture.dispose()
})

test('the directory of a newer version is refused untouched', async () => {
  const fixture = await newFixture()
  writeFileSync(join(fixture.path, 'format'), '3\n')
  const before = filesOf(fixture.path)
  await expect(openAt(fixture.path)).rejects.toMatchObject({
    code: 'data_directory_newer',
    details: { found: 3, known: 2 },
  })
  expect(filesOf(fixture.path)).toEqual(before)
  await fixture.dispose()
})

test('the log of a newer version is refused untouched', async () => {
  const fixture = await newFixture()
  let storage = await openAt(fixture.path)
  await storage.openApp('cinema')
  await storage.close()
  const path = join(fixture.path, 'apps', 'cinema', 'log.db')
  changeDatabase(path, (log) => log.exec('PRAGMA user_version = 99'))
  const before = readFileSync(path)
  storage = await openAt(fixture.path)
  await expect(storage.openApp('cinema')).rejects.toMatchObject({ code: 'data_directory_newer' })
  await expect(storage.openApp('cinema')).rejects.toMatchObject({ code: 'data_directory_newer' })
  await storage.close()
  expect(readFileSync(path)).toEqual(before)
  await fixture.dispose()
})

test('a place that cannot be a directory is refused with its reason', async () => {
  const fixture = await newFixture()
  const file = join(fixture.path, 'file')
  writeFileSync(file, '')
  await expect(openAt(join(file, 'data'))).rejects.toMatchObject({
    code: 'data_directory_unreadable',
    details: { problem: expect.stringContaining('ENOTDIR') },
  })
  await fixture.dispose()
})

test('keys are for the owner alone, and a root key that others can read is refused', async () => {
  const fixture = await newFixture()
  const storage = await openAt(join(fixture.path, 'data'))
  await storage.openApp('cinema')
  await storage.close()
  const key = join(fixture.path, 'data', 'keys', 'root.key')
  expect(statSync(key).mode & 0o777).toBe(0o600)
  expect(statSync(join(fixture.path, 'data', 'keys')).mode & 0o777).toBe(0o700)
  expect(readFileSync(key)).toHaveLength(32)
  chmodSync(key, 0o644)
  await expect(openAt(join(fixture.path, 'data'))).rejects.toMatchObject({
    code: 'data_directory_unreadable',
    details: { problem: expect.stringContaining('chmod 600') },
  })
  await fixture.dispose()
})

test('lost keys are reported, never replaced', async () => {
  const fixture = await newFixture()
  const storage = await openAt(fixture.path)
  await storage.openApp('cinema')
  await storage.openApp('music')
  await storage.close()
  rmSync(join(fixture.path, 'keys', 'music.db'))
  const again = await openAt(fixture.path)
  await expect(again.openApp('music')).rejects.toMatchObject({ code: 'data_corrupt' })
  await (await again.openApp('cinema')).totals()
  await again.close()
  rmSync(join(fixture.path, 'keys', 'root.key'))
  await expect(openAt(fixture.path)).rejects.toMatchObject({ code: 'data_corrupt' })
  await fixture.dispose()
})

test('names that are no names of apps open nothing', async () => {
  const fixture = await newFixture()
  const storage = await openAt(fixture.path)
  for (const name of ['', '..', '../cinema', 'Cinema', 'a/b', '.removed-x', 'a'.repeat(65)]) {
    await expect(storage.openApp(name), name).rejects.toMatchObject({ code: 'app_unknown' })
    await expect(storage.removeApp(name), name).rejects.toMatchObject({ code: 'app_unknown' })
  }
  await storage.close()
  await fixture.dispose()
})

test('what a crash left half done is finished when the directory is opened', async () => {
  const fixture = await newFixture()
  let storage = await openAt(fixture.path)
  await storage.openApp('cinema')
  await storage.close()
  const models = join(fixture.path, 'apps', 'cinema', 'models')
  writeFileSync(join(models, 'm_1.model.tmp'), 'half a model')
  writeFileSync(join(models, 'm_2.model'), 'a model without a row')
  const removed = join(fixture.path, 'apps', '.removed-music')
  mkdirSync(removed)
  writeFileSync(join(removed, 'log.db'), 'a log')
  writeFileSync(join(fixture.path, 'keys', 'music.db'), 'keys')
  changeDatabase(join(fixture.path, 'keys', 'cinema.db'), (keys) =>
    keys.exec("INSERT INTO person_keys (person, wrapped) VALUES (7, x'0123')"),
  )

  storage = await openAt(fixture.path)
  expect(await storage.listApps()).toEqual(['cinema'])
  await storage.openApp('cinema')
  await storage.close()
  const left = [...filesOf(fixture.path).keys()].map((path) => path.slice(fixture.path.length + 1))
  expect(left.sort()).toEqual([
    'apps/cinema/log.db',
    'apps/cinema/log.sums',
    'format',
    'keys/cinema.db',
    'keys/cinema.sums',
    'keys/root.key',
    'lock.db',
  ])
  const swept = new DatabaseSync(join(fixture.path, 'keys', 'cinema.db'))
  expect(swept.prepare('SELECT person FROM person_keys').all()).toEqual([])
  swept.close()
  await fixture.dispose()
})

test('versions of SQLite before the repair of the write-ahead log are refused', () => {
  for (const version of ['3.51.3', '3.51.10', '3.52.0', '4.0.0']) {
    expect(versionSuffices(version), version).toBe(true)
  }
  for (const version of ['3.51.2', '3.9.9', '3.50.99', '2.60.0']) {
    expect(versionSuffices(version), version).toBe(false)
  }
})

test('a process that forgot to close the store may end', async () => {
  const script = `
    import { openAt } from ${JSON.stringify(new URL('./fixture.ts', import.meta.url).pathname)}
    const storage = await openAt(process.argv[1])
    await (await storage.openApp('cinema')).putDocument('key', 'value')`
  const fixture = await newFixture()
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, fixture.path])
  expect(await once(child, 'close')).toEqual([0, null])
  const storage = await openAt(fixture.path)
  expect(await (await storage.openApp('cinema')).readDocument('key')).toBe('value')
  await storage.close()
  await fixture.dispose()
})
