import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeWorld, type WorldItem, type WorldSpec } from '../src/index.ts'

const NOW = Date.parse('2026-11-21T19:00:00Z')

function plainItem(id: string, ...attributes: string[]): WorldItem {
  return { id, attributes, fame: 0, series: null }
}

const shelf: WorldItem[] = [
  ...Array.from({ length: 12 }, (_, at) => plainItem(`tea-${at}`, 'tea')),
  ...Array.from({ length: 12 }, (_, at) => plainItem(`coffee-${at}`, 'coffee')),
]

const spec: WorldSpec = {
  seed: 1,
  now: NOW,
  days: 100,
  people: 20,
  items: shelf,
  profiles: [
    { name: 'tea', likes: { tea: 3 } },
    { name: 'coffee', likes: { coffee: 3 } },
  ],
  routines: [{ name: 'mornings', frequency: (day, hour) => (day < 5 && hour === 8 ? 1 : 0) }],
  known: [{ id: 'ada', profiles: { tea: 1 }, routine: 'mornings', choices: 6 }],
  choicesMedian: 8,
}

describe('a world', () => {
  test('is a function of its specification', () => {
    expect(makeWorld(spec).people).toEqual(makeWorld(spec).people)
    expect(makeWorld(spec).choices).toEqual(makeWorld(spec).choices)
    expect(makeWorld({ ...spec, seed: 2 }).choices).not.toEqual(makeWorld(spec).choices)
  })

  test('gains a person without changing the others', () => {
    const of = (people: number) => makeWorld({ ...spec, people })
    const more = of(21)
    const newcomer = more.people.at(-1)?.id
    expect(more.choices.filter(({ person }) => person !== newcomer)).toEqual(of(20).choices)
    expect(more.choices.some(({ person }) => person === newcomer)).toBe(true)
  })

  test('lets nobody choose twice, outside their hours, or after now', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { choices } = makeWorld({ ...spec, seed })
        expect(new Set(choices.map(({ person, item }) => `${person} ${item}`)).size).toBe(
          choices.length,
        )
        for (const { time } of choices) {
          expect(new Date(time).getUTCHours()).toBe(8)
          expect(new Date(time).getUTCDay()).toBeGreaterThanOrEqual(1)
          expect(new Date(time).getUTCDay()).toBeLessThanOrEqual(5)
          expect(time).toBeLessThan(NOW)
        }
      }),
      { numRuns: 10 },
    )
  })

  test('refuses names it does not know', () => {
    const ada = { id: 'ada', profiles: {}, routine: 'mornings', choices: 1 }
    expect(() => makeWorld({ ...spec, known: [{ ...ada, routine: 'nights' }] })).toThrow('nights')
    expect(() => makeWorld({ ...spec, known: [{ ...ada, profiles: { cocoa: 1 } }] })).toThrow(
      'cocoa',
    )
    const world = makeWorld(spec)
    expect(() => world.nextChoice('nobody')).toThrow('nobody')
    expect(() => world.nextChoice('ada', { history: ['cocoa'], time: NOW })).toThrow('cocoa')
  })
})

describe('the truth', () => {
  const chance = (world: WorldSpec, item: string, history: string[] = []) =>
    makeWorld(world).nextChoice('ada', { history, time: NOW }).get(item) ?? 0

  test('follows the odds of a taste', () => {
    const two = [plainItem('green', 'tea'), plainItem('black', 'coffee')]
    const likes = { name: 'tea', likes: { tea: Math.log(3) } }
    const world = { ...spec, people: 1, items: two, profiles: [likes] }
    expect(chance(world, 'green')).toBeCloseTo(0.75, 12)
    expect(chance(world, 'black')).toBeCloseTo(0.25, 12)
    expect(chance(world, 'black', ['green'])).toBe(1)
  })

  test('puts the next part of a series first, and a later one last', () => {
    const part = (id: string, number: number): WorldItem => ({
      ...plainItem(id),
      series: { name: 'saga', part: number },
    })
    const items = [part('one', 1), part('two', 2), part('three', 3), plainItem('other')]
    const world = { ...spec, people: 1, items, known: spec.known }
    expect(chance(world, 'two')).toBeLessThan(chance(world, 'one'))
    expect(chance(world, 'two', ['one'])).toBeGreaterThan(0.9)
    expect(chance(world, 'three', ['one'])).toBeLessThan(chance(world, 'other', ['one']))
  })

  test('is a probability that leaves out what was chosen', () => {
    const world = makeWorld(spec)
    const ids = shelf.map(({ id }) => id)
    fc.assert(
      fc.property(fc.subarray(ids, { maxLength: ids.length - 1 }), (history) => {
        const chances = world.nextChoice('u-001', { history, time: NOW })
        const total = [...chances.values()].reduce((sum, value) => sum + value, 0)
        expect(total).toBeCloseTo(1, 9)
        for (const id of ids) {
          if (history.includes(id)) expect(chances.get(id)).toBe(0)
          else expect(chances.get(id)).toBeGreaterThan(0)
        }
      }),
    )
    expect(() => world.nextChoice('u-001', { history: ids, time: NOW })).toThrow(RangeError)
  })

  test('drifts for some people and for nobody else', () => {
    const world = makeWorld({ ...spec, people: 60 })
    const moved = world.people.filter(({ id, times }) => {
      const at = (time: number | undefined) =>
        world.nextChoice(id, { history: [], time: time ?? NOW }).get('tea-0') ?? 0
      return Math.abs(at(times[0]) - at(times.at(-1))) > 0.005
    })
    expect(moved.length).toBeGreaterThan(3)
    expect(moved.length).toBeLessThan(30)
  })
})
