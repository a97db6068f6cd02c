import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { copyAcross, moveBackup } from '../src/move-backup.ts'
import { alterByte, fill, restore } from './backup-fixture.ts'
import { newFolder, openAt } from './fixture.ts'

test('a backup is moved by name or byte by byte, whole, and covers nothing', async () => {
  const folder = newFolder()
  const storage = await openAt(join(folder, 'data'))
  await fill(await storage.openApp('cinema'))
  const at = (name: string): string => join(folder, name)
  await storage.backup({ folder: at('one'), withKeys: true })
  await storage.close()

  await moveBackup(at('one'), at('two'))
  await copyAcross(at('two'), at('three'))
  await copyAcross(at('one-keys'), at('three-keys'))
  expect(readdirSync(folder).sort()).toEqual(['data', 'three', 'three-keys'])
  const report = await restore(at('three'), null, at('new'))
  expect(report.apps[0]?.found).toMatchObject({ events: 6, models: 1, damaged: 0 })

  mkdirSync(at('used'))
  writeFileSync(join(at('used'), 'diary'), 'dear diary')
  await expect(moveBackup(at('three'), at('used'))).rejects.toMatchObject({
    code: 'request_invalid',
  })
  alterByte(join(at('three'), 'apps/cinema/log.db'), 5_000)
  await expect(copyAcross(at('three'), at('four'))).rejects.toMatchObject({
    code: 'backup_invalid',
  })
  expect(existsSync(at('three'))).toBe(true)
  expect(existsSync(at('four'))).toBe(false)
  rmSync(folder, { recursive: true })
})
