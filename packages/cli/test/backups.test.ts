import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Decision, KeyCreated } from '@adsum/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort, MadeWorld, shop } from './made-world.ts'

let world: MadeWorld
beforeEach(async () => {
  world = new MadeWorld()
  world.write('shop.csv', shop())
  await world.adsum('import', 'shop.csv')
})
afterEach(() => world.remove())

const path = (...parts: string[]): string => join(world.folder, ...parts)

describe('a backup', () => {
  test('and what was learned of it come back elsewhere', async () => {
    const before = await world.adsum('ask', '--user', 'p4', '--json')
    const made = await world.adsum('backup', 'monday', '--with-keys')
    expect(made.code).toBe(0)
    expect(made.output).toContain(`${path('monday')} holds 1 app, 150 events`)
    expect(made.output).toContain(`The keys are in ${path('monday-keys')}.`)
    const restored = await world.adsum('--data', 'new', 'restore', 'monday')
    expect(restored.output).toMatch(/shop +150 events, 30 people, 1 model/)
    expect(restored.code).toBe(0)
    const after = await world.adsum('--data', 'new', 'ask', '--user', 'p4', '--json')
    expect(after.json<Decision>().choices).toEqual(before.json<Decision>().choices)
  })

  test('without keys says what is needed', async () => {
    const made = await world.adsum('backup', 'monday')
    expect(made.output).toContain(`you need a copy of ${path('data', 'keys')}`)
    const failed = await world.adsum('--data', 'new', 'restore', 'monday')
    expect(failed).toMatchObject({ code: 1, errors: expect.stringContaining('(backup_invalid)') })
    expect(existsSync(path('new'))).toBe(false)
    const restored = await world.adsum('--data', 'new', 'restore', 'monday', '--keys', 'data/keys')
    expect(restored.code).toBe(0)
  })

  test('does not bring back who was erased since', async () => {
    await world.adsum('backup', 'monday')
    await world.adsum('erase', 'p4', '--yes')
    const words = ['--data', 'new', 'restore', 'monday', '--keys', 'data/keys']
    const restored = await world.adsum(...words)
    expect(restored.output).toMatch(/145 events, 29 people, no model yet/)
    expect(restored.output).toContain('left out: 1 person whose key is gone, with 5 events')
    const gone = await world.adsum('--data', 'new', 'erase', 'p4', '--yes')
    expect(gone.errors).toContain('(user_unknown)')
    const well = await world.adsum('--data', 'new', 'doctor', '--json')
    expect(JSON.stringify(well.json())).toContain('145 events, 29 people')
  })

  test('brings keys back that were revoked since, and says which and how to end them', async () => {
    const create = (...words: string[]) => world.adsum('keys', 'create', ...words, '--json')
    const keyOf = async (...words: string[]) => (await create(...words)).json<KeyCreated>().key.id
    const [before, since, write] = [
      await keyOf('--secret', '--app', 'shop', '--name', 'before'),
      await keyOf('--secret', '--every-app', '--name', 'since'),
      await keyOf('--write', '--app', 'shop', '--name', 'pages'),
    ]
    await create('--secret', '--app', 'shop', '--name', 'over', '--expires', '2020-01-01T00:00:00Z')
    await world.adsum('keys', 'revoke', before)
    await world.adsum('backup', 'monday', '--with-keys')
    await world.adsum('keys', 'revoke', since)
    const restored = await world.adsum('--data', 'new', 'restore', 'monday')
    expect(restored.output).toContain('2 access keys came back')
    expect(restored.output).toMatch(new RegExp(`${since} +secret +every app +since`))
    expect(restored.output).toMatch(new RegExp(`${write} +write +shop +pages`))
    expect(restored.output).not.toContain(before)
    expect(restored.output).toContain(`adsum --data ${path('new')} keys revoke <id>`)
    const again = await world.adsum('--data', 'again', 'restore', 'monday', '--json')
    const { accessKeys } = again.json<{ accessKeys: { id: string; revoke: string }[] }>()
    expect(accessKeys.map(({ id }) => id).sort()).toEqual([since, write].sort())
    expect(JSON.stringify(accessKeys)).not.toContain('hash')
    for (const { id, revoke } of accessKeys) {
      expect(revoke).toBe(`adsum --data ${path('again')} keys revoke ${id}`)
      expect((await world.adsum(...revoke.split(' ').slice(1))).code).toBe(0)
    }
  })

  test('is refused where it would cover something, as is a restore', async () => {
    const covered = await world.adsum('backup', 'data', '--json')
    expect(covered.json()).toMatchObject({ error: { code: 'request_invalid' } })
    await world.adsum('backup', 'monday', '--with-keys')
    const again = await world.adsum('backup', 'monday')
    expect(again.errors).toContain('(request_invalid)')
    const restored = await world.adsum('restore', 'monday', '--json')
    expect(restored.json()).toMatchObject({ error: { code: 'restore_target_not_empty' } })
    const none = await world.adsum('--data', 'new', 'restore', 'tuesday', '--json')
    expect(none.json()).toMatchObject({ error: { code: 'backup_unknown' } })
  })
})

test('a server backs up and checks what it holds, and goes on', async () => {
  const port = String(await freePort())
  const server = world.begin(['--port', port, 'start', '--no-demo'])
  await server.listening()
  const made = await world.adsum('--port', port, 'backup', 'monday', '--with-keys', '--json')
  expect(made.json()).toMatchObject({
    backup: path('monday'),
    keys: path('monday-keys'),
    apps: [{ name: 'shop', events: 150 }],
  })
  expect(made.errors).toContain(`Asking the server on port ${port}`)
  expect(readdirSync(path('data', 'backups'))).toEqual([])
  const checked = await world.adsum('--port', port, 'doctor', '--deep')
  expect(checked.output).toContain('150 events of 30 people, all intact')
  const asked = await world.adsum('--port', port, 'ask', '--user', 'p4')
  expect(asked.code).toBe(0)
  server.interrupt()
  await server.ended
  expect((await world.adsum('--data', 'new', 'restore', 'monday')).code).toBe(0)
})

test('damage is told piece by piece', async () => {
  const models = path('data', 'apps', 'shop', 'models')
  const model = join(models, readdirSync(models)[0] ?? '')
  writeFileSync(model, new Uint8Array(statSync(model).size))
  const ended = await world.adsum('doctor', '--deep', '--json')
  expect(ended.code).toBe(1)
  expect(JSON.stringify(ended.json())).toContain('1 damaged; 150 events of 30 people are intact')
  rmSync(path('data', 'keys', 'shop.db'))
  const worse = await world.adsum('doctor', '--deep')
  expect(worse.output).toContain('is missing')
})
