import type { AppView } from '@adsum/protocol'
import { describe, expect, test } from 'vitest'
import { appNameOf } from '../src/app-name.ts'
import { checkApp, checkNode } from '../src/checks.ts'
import { Progress } from '../src/progress.ts'
import { NOW } from './made-world.ts'

test.each([
  ['Orders 2026.csv.gz', 'orders-2026'],
  ['événements.jsonl', 'evenements'],
  ['2026.csv', 'app-2026'],
  ['---.csv', 'app'],
  [`${'x'.repeat(39)} y.csv`, 'x'.repeat(39)],
  ['movielens-100k', 'movielens-100k'],
])('the file %j names the app %s', (file, name) => {
  expect(appNameOf(file)).toBe(name)
  expect(name).toMatch(/^[a-z][a-z0-9-]{0,39}$/)
})

describe('progress', () => {
  function shown(isTerminal: boolean): string[] {
    const written: string[] = []
    let now = NOW
    const progress = new Progress(
      { write: (text) => written.push(text), isTerminal, columns: 60 },
      { now: () => now },
    )
    for (let step = 0; step <= 100; step++) {
      progress.show('reading', step / 100)
      now += 50
    }
    progress.end()
    return written
  }

  test('is a line every few seconds where no terminal is', () => {
    expect(shown(false)).toEqual(['  0% reading\n', ' 60% reading\n'])
  })

  test('is a bar drawn over itself on a terminal, and goes in the end', () => {
    const written = shown(true)
    expect(written).toHaveLength(52)
    expect(written[25]).toBe(`\r\u001b[2K${'█'.repeat(15)}${'░'.repeat(15)} 50% reading`)
    expect(written.at(-1)).toBe('\r\u001b[2K')
  })
})

test('work that cannot say how far it has come says how long it takes', async () => {
  const written: string[] = []
  let now = NOW
  const clock = { now: () => (now += 1_000) }
  const errors = { write: (text: string) => written.push(text), isTerminal: true, columns: 60 }
  const work = new Promise<number>((resolve) => setTimeout(() => resolve(7), 350))
  expect(await new Progress(errors, clock).during('learning', work)).toBe(7)
  expect(written.length).toBeGreaterThan(0)
  expect(written[0]).toContain('1 s learning')
})

describe('checks', () => {
  const app: AppView = {
    name: 'shop',
    title: 'Shop',
    surfaces: [],
    eventTypes: [],
    items: 3,
    events: 20,
    users: 4,
    quarantined: 0,
    damaged: { people: 0, repaired: 0 },
    people: [],
    model: {
      id: 'm_1',
      fittedAt: new Date(NOW - 5.5 * 60 * 60 * 1000).toISOString(),
      seconds: 1,
      logPosition: 18,
      features: 3,
      bytes: 100,
    },
    learning: { state: 'idle', behind: 2, message: '' },
  }

  test('tell the age of a model and how far it is behind', () => {
    expect(checkApp(app, NOW)).toEqual({
      name: 'app shop',
      ok: true,
      found: '20 events, 4 people, 3 items; model m_1, 5 hours old, 2 events behind',
      todo: '',
    })
  })

  test('an app whose learning fails is not well', () => {
    const failing = {
      ...app,
      learning: { ...app.learning, state: 'failed', message: 'no' } as const,
    }
    expect(checkApp(failing, NOW)).toMatchObject({
      ok: false,
      found: expect.stringContaining('no'),
    })
  })

  test('an old Node is not well', () => {
    expect(checkNode('22.10.0').ok).toBe(false)
    expect(checkNode('24.0.0').ok).toBe(true)
  })
})
