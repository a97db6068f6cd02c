import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Decision, Receipt, StoredDecision, Verdict } from '@adsum/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freePort, MadeWorld, shop } from './made-world.ts'

let world: MadeWorld
beforeEach(() => {
  world = new MadeWorld()
})
afterEach(() => world.remove())

describe('usage', () => {
  test.each([
    [['--help'], 'Commands:'],
    [['ask', '--help'], 'Examples:'],
    [['--version'], '0.1.0'],
  ])('%j shows what was asked for', async (words, shown) => {
    const { code, output } = await world.adsum(...words)
    expect(code).toBe(0)
    expect(output).toContain(shown)
  })

  test.each([
    [['nonsense']],
    [['evaluate']],
    [['ask', '--limit', '0']],
    [['evaluate', 'shop.csv', '--map', 'user']],
    [['evaluate', 'shop.csv', '--map', 'user=customer']],
    [['evaluate', 'shop.csv', '--on-problem', 'pray']],
    [['doctor', '--port', '99999']],
  ])('%j is wrong, exit code 2, and a program is told so', async (words) => {
    world.write('shop.csv', shop())
    const ended = await world.adsum(...words, '--json')
    expect(ended.code).toBe(2)
    expect(ended.errors).not.toBe('')
    expect(ended.json()).toMatchObject({ error: { code: 'usage_invalid' } })
  })

  test('faults of the product come as a sentence and a code, exit code 1', async () => {
    const ended = await world.adsum('ask', '--json')
    expect(ended.code).toBe(1)
    expect(ended.errors).toMatch(/cannot be used: it does not exist.*\(data_directory_unreadable\)/)
    expect(ended.json()).toMatchObject({ error: { code: 'data_directory_unreadable' } })
    expect(existsSync(join(world.folder, 'data'))).toBe(false)
  })
})

describe('a file, from import to erasure', () => {
  test('is imported once, answers with reasons that add up, and forgets', async () => {
    world.write('Shop 2026.csv', shop())
    const imported = await world.adsum('import', 'Shop 2026.csv')
    expect(imported.code).toBe(0)
    expect(imported.output).toMatch(/customer +user +p0 \| p1 \| p2 +its name/)
    expect(imported.output).toContain('"shop-2026" took 150 events in.')
    const again = await world.adsum('import', 'Shop 2026.csv', '--json')
    expect(again.json()).toMatchObject({ accepted: 0, duplicates: 150, refused: 0 })

    const asked = await world.adsum('ask', '--user', 'p4', '--limit', '2', '--json')
    const decision = asked.json<Decision>()
    expect(decision).toMatchObject({ baseline: false, personalization: 'history' })
    expect(decision.choices).toHaveLength(2)
    const explained = await world.adsum('explain', decision.id, '--json')
    for (const { terms, score } of explained.json<StoredDecision>().choices) {
      expect(terms.reduce((sum, { share }) => sum + share, 0)).toBe(score)
    }
    const [first] = decision.choices
    const one = await world.adsum('explain', '--user', 'p4', '--item', first?.item ?? '')
    expect(one.output).toContain(`${first?.title} (${first?.item})`)
    expect(one.output).toContain(`= ${first?.score.toLocaleString('en-US')}`)

    const receipt = (await world.adsum('erase', 'p4', '--yes', '--json')).json<Receipt>()
    expect(receipt).toMatchObject({ events: 5, model: { status: 'replaced' } })
    const gone = await world.adsum('erase', 'p4', '--yes')
    expect(gone).toMatchObject({ code: 1, errors: expect.stringContaining('(user_unknown)') })
    const well = await world.adsum('doctor', '--json')
    expect(well.json()).toMatchObject({ ok: true })
    expect(JSON.stringify(well.json())).toContain('145 events, 29 people')
  })

  test('with a bad row is imported without it, or not at all', async () => {
    world.write('shop.csv', `${shop()}p1,,Nothing,1700000000\n`)
    const stopped = await world.adsum('import', 'shop.csv', '--on-problem', 'stop')
    expect(stopped).toMatchObject({
      code: 1,
      errors: expect.stringContaining('Line 152, column sku'),
    })
    const nothing = await world.adsum('ask', '--app', 'shop')
    expect(nothing.errors).toContain('(app_unknown)')
    const skipped = await world.adsum('import', 'shop.csv')
    expect(skipped.output).toContain('line 152, sku: expected an identifier, found nothing')
  })

  test('whoever sits there is asked first', async () => {
    world.write('shop.csv', shop())
    world.answers = ['n']
    const declined = await world.adsum('import', 'shop.csv')
    expect(declined).toMatchObject({
      code: 2,
      errors: expect.stringContaining('Nothing was imported'),
    })
    world.answers = ['', 'no']
    expect((await world.adsum('import', 'shop.csv')).code).toBe(0)
    const kept = await world.adsum('erase', 'p4')
    expect(kept).toMatchObject({ code: 2, errors: expect.stringContaining('Nothing was erased') })
    expect(world.questions).toHaveLength(3)
    world.answers = null
    expect((await world.adsum('erase', 'p4')).errors).toContain('say --yes')
  })

  test('with columns that say nothing needs a mapping', async () => {
    const rows = Array.from({ length: 60 }, (_, row) => `a${(row * 7) % 12};b${(row * 5) % 11}`)
    world.write('shop.csv', `abc;xyz\n${rows.join('\n')}\n`)
    const unclear = await world.adsum('import', 'shop.csv')
    expect(unclear).toMatchObject({ code: 1, errors: expect.stringContaining('abc, xyz') })
    const mapped = await world.adsum('import', 'shop.csv', '--map', 'user=abc', 'item=xyz')
    expect(mapped.output).toMatch(/abc +user .* you said so/)
  })
})

describe('evaluate', () => {
  test('says what the data are worth and stores nothing', async () => {
    world.write('shop.csv', shop())
    const { code, output } = await world.adsum('evaluate', 'shop.csv')
    expect(code).toBe(0)
    expect(output).toContain('150 events of 30 people on 18 items')
    expect(output).toContain('Not enough data: there are 150 events')
    const verdict = (await world.adsum('evaluate', 'shop.csv', '--json')).json<Verdict>()
    expect(verdict).toMatchObject({ verdict: 'not-enough-data', rows: 150, methods: [] })
    expect(existsSync(join(world.folder, 'data'))).toBe(false)
  })
})

describe('init', () => {
  test('writes a declaration and does not write over one', async () => {
    world.write('shop.csv', shop())
    expect((await world.adsum('init', 'shop.csv')).code).toBe(0)
    const source = readFileSync(join(world.folder, 'app.ts'), 'utf8')
    expect(source).toContain("name: 'shop'")
    const again = await world.adsum('init', 'shop.csv', '--app', 'other')
    expect(again).toMatchObject({ code: 1, errors: expect.stringContaining('--force') })
    expect(readFileSync(join(world.folder, 'app.ts'), 'utf8')).toBe(source)
    expect((await world.adsum('init', 'shop.csv', '--app', 'other', '--force')).code).toBe(0)
    expect(readFileSync(join(world.folder, 'app.ts'), 'utf8')).toContain("name: 'other'")
  })
})

describe('doctor', () => {
  test('says what to do about data of a newer version, exit code 1', async () => {
    mkdirSync(join(world.folder, 'data'))
    writeFileSync(join(world.folder, 'data', 'format'), '99\n')
    const { code, output } = await world.adsum('doctor')
    expect(code).toBe(1)
    expect(output).toMatch(/!! +data .*newer version/)
    expect(output).toContain('Install the newer version')
  })
})

describe('start', () => {
  test('serves the demonstration; other commands then ask the server', async () => {
    const port = String(await freePort())
    const started = world.begin(['start', '--port', port])
    expect(await started.listening()).toContain(`http://127.0.0.1:${port}`)
    const asked = await world.adsum('ask', '--user', 'nora', '--port', port, '--json')
    expect(asked.json()).toMatchObject({ baseline: false, personalization: 'history' })
    expect(asked.errors).toContain('Asking the server')
    world.write('shop.csv', shop())
    const imported = await world.adsum('import', 'shop.csv', '--port', port, '--json')
    expect(imported.json()).toMatchObject({ app: 'shop', accepted: 150 })
    const twice = await world.adsum('import', 'shop.csv', '--port', port)
    expect(twice.errors).toContain('single files for new apps only')
    const erased = await world.adsum('erase', 'theo', '--app', 'cinema', '--port', port, '--yes')
    expect(erased.output).toContain('"theo" is forgotten')
    expect((await world.adsum('doctor', '--port', port)).output).toContain(`served on port ${port}`)

    const other = await world.adsum('start', '--port', port)
    expect(other).toMatchObject({ code: 1, errors: expect.stringContaining('(port_in_use)') })
    const free = String(await freePort())
    const locked = await world.adsum('ask', '--app', 'cinema', '--port', free)
    expect(locked.errors).toContain('(data_directory_locked)')
    started.interrupt()
    expect((await started.ended).code).toBe(0)
  })

  test('runs the apps of declaration files', async () => {
    world.write('shop.csv', shop())
    // In the tree, so that the file finds @adsum/engine.
    const out = join(import.meta.dirname, `.made-${process.pid}.ts`)
    try {
      await world.adsum('init', 'shop.csv', '--out', out)
      const started = world.begin(['start', out, '--no-demo', '--port', '0'])
      expect(await started.listening()).toContain('app   shop')
      started.interrupt()
      await started.ended
      world.write('empty.ts', 'export const nothing = 1\n')
      const refused = await world.adsum('start', 'empty.ts', '--port', '0')
      expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('exports no app') })
    } finally {
      rmSync(out, { force: true })
    }
  })
})
