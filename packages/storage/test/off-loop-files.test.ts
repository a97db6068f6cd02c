import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ModelFiles } from '../src/model-files.ts'
import { writeFileOffLoop } from '../src/off-loop-files.ts'
import { newFolder } from './fixture.ts'

/** As large as a model may be: overwriting it takes long enough to be noticed by whoever waits. */
const MODEL_BYTES = 32 * 1024 * 1024

test('destroying models leaves the thread to others until it is done', async () => {
  const folder = newFolder()
  const models = new ModelFiles(folder)
  for (const id of ['old', 'kept']) await models.write(id, new Uint8Array(MODEL_BYTES).fill(7))
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  const sweeping = models.sweep(['kept'])
  expect(existsSync(join(folder, 'old.model')), 'nothing is done in the same turn').toBe(true)
  await sweeping
  clearInterval(turning)
  expect(turns).toBeGreaterThan(1)
  expect(readdirSync(folder)).toEqual(['kept.model'])
})

test('a file is replaced whole, and a failed write leaves the old one and nothing beside it', async () => {
  const folder = newFolder()
  const path = join(folder, 'small')
  writeFileSync(path, 'old')
  const replacing = writeFileOffLoop(path, Buffer.from('new'), 0o600)
  expect(readFileSync(path, 'utf8')).toBe('old')
  await replacing
  expect(readFileSync(path, 'utf8')).toBe('new')
  await expect(writeFileOffLoop(folder, Buffer.from('x'), 0o600)).rejects.toThrow()
  expect(readdirSync(folder)).toEqual(['small'])
})
