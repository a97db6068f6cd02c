import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import type { AppStore, Storage } from '@adsum/engine'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alterByte, contentOf, eventOf, filesBelow, fill, restore } from './backup-fixture.ts'
import { newFolder, openAt } from './fixture.ts'

let folder: string
let data: string
let storage: Storage
let store: AppStore
beforeEach(async () => {
  folder = newFolder()
  data = join(folder, 'data')
  storage = await openAt(data)
  store = await storage.openApp('cinema')
  await fill(store)
})
afterEach(async () => {
  await storage.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A backup called by this name, with its keys unless told otherwise. */
async function backUp(name: string, withKeys = true): Promise<string> {
  const path = join(folder, name)
  await storage.backup({ folder: path, withKeys })
  return path
}

describe('a backup', () => {
  test('restores to the same content, in the same place and in another', async () => {
    await storage.accessKeys.replace([])
    const other = await storage.openApp('shop')
    await other.appendEvents([eventOf('dee', 5)])
    const before = [await contentOf(store), await contentOf(other)]
    const backup = await backUp('one')
    const report = await restore(backup, null, join(folder, 'new'))
    expect(
      report.apps.map(({ found, erased }) => [found.app, found.events, erased.people]),
    ).toEqual([
      ['cinema', 6, 0],
      ['shop', 1, 0],
    ])
    const restored = await openAt(join(folder, 'new'))
    const apps = [await restored.openApp('cinema'), await restored.openApp('shop')]
    expect([await contentOf(apps[0] as AppStore), await contentOf(apps[1] as AppStore)]).toEqual(
      before,
    )
    expect(await restored.accessKeys.list()).toEqual([])
    const outcomes = await (apps[0] as AppStore).appendEvents([
      eventOf('ana', 0),
      eventOf('eve', 0),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['duplicate', 'accepted'])
    await restored.close()
  })

  test('says what it holds, and holds no keys unless asked', async () => {
    const told: number[] = []
    const path = join(folder, 'one')
    const report = await storage.backup({
      folder: path,
      withKeys: false,
      onProgress: (done) => told.push(done),
    })
    expect(report).toMatchObject({
      folder: path,
      keys: null,
      made: '2026-11-21T12:00:00.000Z',
      apps: [{ name: 'cinema', position: 6, events: 6, users: 3, items: 2, erasures: 0 }],
    })
    expect(told.at(-1)).toBe(1)
    const files = filesBelow(path).map((file) => relative(path, file))
    expect(files).toEqual(['apps/cinema/log.db', 'apps/cinema/models/m_1.model', 'manifest.json'])
    expect(existsSync(`${path}-keys`)).toBe(false)
    await expect(restore(path, null, join(folder, 'new'))).rejects.toMatchObject({
      code: 'backup_invalid',
      message: expect.stringContaining('its keys are needed'),
    })
  })

  test('is readable by its owner alone', async () => {
    const backup = await backUp('one')
    const paths = [backup, `${backup}-keys`].flatMap((root) => [root, ...filesBelow(root)])
    expect(paths.length).toBeGreaterThan(6)
    for (const path of paths) expect(statSync(path).mode & 0o077, path).toBe(0)
  })

  test('holds what was acknowledged before it began, while writing goes on', async () => {
    let writing = true
    let acknowledged = 0
    const writer = (async () => {
      for (; writing; acknowledged++) await store.appendEvents([eventOf('zoe', acknowledged)])
    })()
    for (let round = 0; round < 3; round++) {
      const before = acknowledged
      const backup = await backUp(`one-${round}`)
      const target = join(folder, `new-${round}`)
      await restore(backup, null, target)
      const restored = await openAt(target)
      const events = await (await restored.openApp('cinema')).readUser('zoe')
      expect(events).toEqual(events.map((_, at) => eventOf('zoe', at)))
      expect(events.length).toBeGreaterThanOrEqual(before)
      await restored.close()
    }
    writing = false
    await writer
  })

  test('goes into no folder that is in use', async () => {
    mkdirSync(join(folder, 'used'))
    writeFileSync(join(folder, 'used', 'diary'), 'dear diary')
    await expect(backUp('used')).rejects.toMatchObject({ code: 'request_invalid' })
    expect(readdirSync(folder).sort()).toEqual(['data', 'used'])
  })

  test('in the data directory is called after the time', async () => {
    const left = join(data, 'backups', '2026-11-20T12-00-00.000Z.unfinished')
    mkdirSync(left, { recursive: true })
    const { folder: made } = await storage.backup({ folder: null, withKeys: false })
    expect(made).toBe(join(data, 'backups', '2026-11-21T12-00-00.000Z'))
    expect(readdirSync(join(data, 'backups'))).toEqual(['2026-11-21T12-00-00.000Z'])
  })
})

describe('an erasure', () => {
  test('after a backup holds in what is restored from it', async () => {
    const backup = await backUp('one', false)
    await store.eraseUser('ben')
    await store.eraseUser('cy')
    await storage.close()
    const target = join(folder, 'new')
    const report = await restore(backup, join(data, 'keys'), target)
    expect(report.apps[0]?.erased).toMatchObject({
      people: 2,
      events: 4,
      decisions: 2,
      quarantined: 1,
    })
    expect(report.apps[0]?.found).toMatchObject({ people: 1, events: 2, records: 2, models: 0 })
    const restored = await openAt(target)
    const again = await restored.openApp('cinema')
    expect(await again.totals()).toMatchObject({
      position: 6,
      events: 2,
      users: 1,
      erasures: 2,
      quarantined: 0,
    })
    expect(await again.readUser('ben')).toEqual([])
    expect(await again.readRecord('d-cy')).toBeNull()
    expect(await again.currentModel()).toBeNull()
    expect(readdirSync(join(target, 'apps', 'cinema', 'models'))).toEqual([])
    await restored.close()
  })

  test('while a backup is made is in it whole or not at all', async () => {
    const crowd = Array.from({ length: 400 }, (_, person) => `person-${person}`)
    for (const user of crowd) {
      await store.appendEvents(Array.from({ length: 50 }, (_, at) => eventOf(user, at)))
    }
    const backup = backUp('one')
    for (const user of crowd.slice(0, 5)) await store.eraseUser(user)
    const report = await restore(await backup, null, join(folder, 'new'))
    const [app] = report.apps
    expect((app?.found.events ?? 0) % 50).toBe(6)
    expect(app?.found.damaged).toBe(0)
    expect(await store.totals()).toMatchObject({ users: 398, erasures: 5 })
  })
})

describe('a restore refuses', () => {
  const target = (): string => join(folder, 'new')

  test('one altered, lost or added byte anywhere, and names the file', async () => {
    await storage.accessKeys.replace([])
    const backup = await backUp('one')
    const files = [backup, `${backup}-keys`].flatMap(filesBelow)
    expect(files).toHaveLength(7)
    for (const file of files) {
      const size = statSync(file).size
      const name = file.slice(
        file.startsWith(`${backup}-keys`) ? `${backup}-keys/`.length : `${backup}/`.length,
      )
      const named = { code: 'backup_invalid', message: expect.stringContaining(name) }
      for (const at of [0, Math.floor(size / 3), size - 1]) {
        const mend = alterByte(file, at)
        await expect(restore(backup, null, target()), `${name} at ${at}`).rejects.toMatchObject(
          named,
        )
        mend()
      }
      const mend = alterByte(file, 0)
      mend()
      writeFileSync(file, ' ', { flag: 'a' })
      await expect(restore(backup, null, target()), `${name} longer`).rejects.toMatchObject(named)
      truncateSync(file, size - 1)
      await expect(restore(backup, null, target()), `${name} shorter`).rejects.toMatchObject(named)
      mend()
    }
    expect(existsSync(target())).toBe(false)
    expect(existsSync(`${target()}.unfinished`)).toBe(false)
    await restore(backup, null, target())
  })

  test('a folder that is no backup, and one that was never finished', async () => {
    await expect(restore(join(folder, 'one'), null, target())).rejects.toMatchObject({
      code: 'backup_unknown',
    })
    const backup = await backUp('one')
    rmSync(join(backup, 'manifest.json'))
    await expect(restore(backup, null, target())).rejects.toMatchObject({ code: 'backup_unknown' })
  })

  test('a missing file', async () => {
    const backup = await backUp('one')
    rmSync(join(backup, 'apps/cinema/models/m_1.model'))
    await expect(restore(backup, null, target())).rejects.toMatchObject({
      code: 'backup_invalid',
      message: expect.stringContaining('apps/cinema/models/m_1.model is missing'),
    })
  })

  test('a target that is not empty, and leaves it as it is', async () => {
    const backup = await backUp('one')
    await expect(restore(backup, null, data)).rejects.toMatchObject({
      code: 'restore_target_not_empty',
    })
    expect(await store.readUser('ana')).toHaveLength(2)
    mkdirSync(target())
    await restore(backup, null, target())
  })

  test('keys of another directory, and keys that are older', async () => {
    const older = `${await backUp('older')}-keys`
    await store.appendEvents([eventOf('dee', 0)])
    const backup = await backUp('one', false)
    await expect(restore(backup, older, target())).rejects.toMatchObject({
      code: 'backup_invalid',
      message: expect.stringContaining('are older than it'),
    })
    const foreign = await openAt(join(folder, 'foreign'))
    await foreign.openApp('cinema')
    await foreign.close()
    await expect(restore(backup, join(folder, 'foreign', 'keys'), target())).rejects.toMatchObject({
      code: 'backup_invalid',
      message: expect.stringContaining('do not open the app'),
    })
  })

  test('keys that a running store has not put into their file yet, never wrongly', async () => {
    const backup = await backUp('one', false)
    await store.appendEvents([eventOf('dee', 0)])
    cpSync(join(data, 'keys'), join(folder, 'copied'), { recursive: true })
    const report = await restore(backup, join(folder, 'copied'), target())
    expect(report.apps[0]?.erased.people).toBe(0)
  })
})
