import { expect, test } from 'vitest'
import { openEngine, temporaryFolder } from './cinema-in-small.ts'

test('checks that are asked for at once are one check, and the next is another', async () => {
  const folder = await temporaryFolder()
  const engine = await openEngine(folder.path)
  try {
    const [first, second] = await Promise.all([engine.checkData(), engine.checkData()])
    expect(second).toBe(first)
    expect(await engine.checkData()).not.toBe(first)
  } finally {
    await engine.close()
    await folder.remove()
  }
})
