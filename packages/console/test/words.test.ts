import type { AppView } from '@adsum/protocol'
import { DEFAULT_THEME } from '@mantine/core'
import { describe, expect, test } from 'vitest'
import { standingInWords } from '../src/first-page/standing.ts'
import { exampleFile } from '../src/own-data/example-file.ts'
import { mappingOf, type Roles, withRole } from '../src/own-data/roles.ts'
import { changeInWords, changesSince } from '../src/shelf/changes.ts'
import { colours } from '../src/theme.ts'

describe('how an app stands', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  const app = (learning: AppView['learning'], secondsAgo: number | null): AppView => ({
    name: 'cinema',
    title: 'Cinema',
    surfaces: [],
    eventTypes: [],
    items: 0,
    events: 0,
    users: 0,
    quarantined: 0,
    damaged: { people: 0, repaired: 0 },
    people: [],
    learning,
    model:
      secondsAgo === null
        ? null
        : {
            id: 'm_1',
            fittedAt: new Date(now - 1000 * secondsAgo).toISOString(),
            seconds: 1,
            logPosition: 1,
            features: 1,
            bytes: 1,
          },
  })
  test.each([
    [
      app({ state: 'fitting', behind: 3, message: '' }, 40),
      'Learning; 3 events behind; last learned 40 s ago.',
    ],
    [app({ state: 'idle', behind: 0, message: '' }, 300), 'Up to date; last learned 5 min ago.'],
    [
      app({ state: 'starting', behind: 1200, message: '' }, null),
      'Getting ready; 1,200 events behind.',
    ],
    [
      app({ state: 'failed', behind: 1, message: 'no memory' }, 7200),
      'Learning failed (no memory); the last shelves stay; 1 event behind; last learned 2 h ago.',
    ],
  ])('is said in a sentence', (view, sentence) => {
    expect(standingInWords(view, now)).toBe(sentence)
  })
})

describe('changes of a shelf', () => {
  test('say what is new, and what moved how far', () => {
    const changes = changesSince(['a', 'b', 'c', 'd'], ['c', 'b', 'x', 'a'])
    expect(changes.map(changeInWords)).toEqual(['up 2', '', 'new here', 'down 3'])
    expect(changesSince(null, ['a'])).toEqual([null])
  })
})

describe('roles of columns', () => {
  const roles: Roles = new Map([
    ['a', 'user'],
    ['b', 'item'],
    ['c', 'ignored'],
  ])
  test('belong to one column each', () => {
    const moved = withRole(roles, 'c', 'item')
    expect([...moved]).toEqual([
      ['a', 'user'],
      ['b', 'ignored'],
      ['c', 'item'],
    ])
    expect(mappingOf(moved)).toEqual({ user: 'a', item: 'c' })
    expect(mappingOf(withRole(roles, 'a', 'time'))).toBeNull()
  })
})

test('the example file is always the same, in the order of each customer’s time', async () => {
  const [first, again] = await Promise.all([exampleFile().text(), exampleFile().text()])
  expect(first).toBe(again)
  const rows = first
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  expect(rows.length).toBeGreaterThan(4000)
  for (const [at, [customer, , , time = '']] of rows.entries()) {
    const [before, , , earlier = ''] = rows[at - 1] ?? []
    if (before === customer) expect(time > earlier).toBe(true)
  }
})

describe('colours of text', () => {
  const { light, dark } = colours({ ...DEFAULT_THEME, other: {} })
  const schemes: [string, Record<string, string>][] = [
    ['light', light],
    ['dark', dark],
  ]
  test.each(schemes)('have enough contrast for AA (%s)', (_, scheme) => {
    const papers = [
      '--mantine-color-body',
      '--surface',
      '--sunken',
      '--accent-wash',
      '--against-wash',
    ]
    for (const paper of papers) {
      for (const ink of ['--mantine-color-text', '--soft']) {
        expect(contrast(scheme[ink], scheme[paper]), `${ink} on ${paper}`).toBeGreaterThan(4.5)
      }
    }
    for (const paper of ['--mantine-color-body', '--surface', '--accent-wash']) {
      expect(contrast(scheme['--accent'], scheme[paper]), `--accent on ${paper}`).toBeGreaterThan(
        4.5,
      )
    }
    expect(contrast(scheme['--against'], scheme['--surface'])).toBeGreaterThan(4.5)
    for (const bar of ['--bar', '--bar-against']) {
      expect(contrast(scheme[bar], scheme['--surface']), bar).toBeGreaterThan(3)
    }
  })
})

/** Contrast of two colours such as #1e1b17, 1 to 21 (WCAG 2, relative luminance). */
function contrast(a = '', b = ''): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}
