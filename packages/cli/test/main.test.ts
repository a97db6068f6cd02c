import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort, MadeWorld } from './made-world.ts'

let world: MadeWorld
beforeEach(() => {
  world = new MadeWorld()
})
afterEach(() => world.remove())

test('the process says when it is ready, answers, and ends well when interrupted', async () => {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../src/main.ts'), 'start', '--no-demo'],
    {
      cwd: world.folder,
      env: { ...process.env, INIT_CWD: world.folder, PORT: String(port), ADSUM_DATA: 'own' },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  try {
    const [ready] = await once(child.stdout, 'data')
    expect(String(ready)).toContain(`Adsum is ready: http://127.0.0.1:${port}`)
    const health = await fetch(`http://127.0.0.1:${port}/healthz`)
    expect(await health.json()).toEqual({ status: 'ok', version: '0.1.0' })
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})
