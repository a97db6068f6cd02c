import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CinemaEvent,
  type CinemaWorld,
  cinema,
  cinemaWorld,
  demonstration,
} from '../src/index.ts'

const NOW = Date.parse('2026-11-21T19:00:00Z')
const DAY_MS = 86_400_000
const whole = cinemaWorld({ ...demonstration, now: NOW })

const genresOf = new Map(whole.items.map(({ id, attributes }) => [id, attributes.genres]))

function hasGenre(item: string, ...wanted: string[]): boolean {
  return genresOf.get(item)?.some((genre) => wanted.includes(genre)) ?? false
}

function byUser(world: CinemaWorld): Map<string, CinemaEvent[]> {
  return Map.groupBy(world.events, ({ user }) => user)
}

describe('the catalogue', () => {
  test('has about 250 films with a title, a plausible year and declared attributes', () => {
    expect(whole.items.length).toBeGreaterThanOrEqual(240)
    expect(new Set(whole.items.map(({ attributes }) => attributes.title)).size).toBe(
      whole.items.length,
    )
    for (const { type, attributes } of whole.items) {
      expect(Object.keys(attributes).sort()).toEqual(
        Object.keys(cinema.items[type].attributes).sort(),
      )
      expect(attributes.year).toBeGreaterThanOrEqual(1950)
      expect(attributes.year).toBeLessThanOrEqual(2025)
      expect(attributes.genres.length).toBeGreaterThanOrEqual(1)
    }
  })
})

describe('what people watched', () => {
  test('is the same for the same seed and differs for another', () => {
    const of = (seed: number) => cinemaWorld({ seed, people: 30, now: NOW })
    expect(of(1).events).toEqual(of(1).events)
    expect(of(1).events).not.toEqual(of(2).events)
  })

  test('has the size and spread of a real record', () => {
    const counts = [...byUser(whole).values()].map(({ length }) => length)
    expect(counts.length).toBe(600)
    expect(whole.events.length).toBeGreaterThan(23_000)
    expect(whole.events.length).toBeLessThan(27_000)
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(5)
    const views = Map.groupBy(whole.events, ({ item }) => item)
    expect(views.size).toBe(whole.items.length)
    const tenth = [...views.values()].map(({ length }) => length).sort((a, b) => b - a)[10] ?? 0
    expect(tenth).toBeLessThan(whole.events.length / 50)
  })

  test('lies in the two years before now, each event with an id of its own', () => {
    expect(new Set(whole.events.map(({ id }) => id)).size).toBe(whole.events.length)
    for (const { time } of whole.events) {
      expect(Date.parse(time)).toBeLessThan(NOW)
      expect(Date.parse(time)).toBeGreaterThanOrEqual(NOW - 730 * DAY_MS)
    }
  })

  test('is rated over the whole declared range, in half steps, and better where it suits', () => {
    const values = whole.events.map(({ value }) => value)
    expect([...new Set(values)].sort((a, b) => a - b)).toEqual([
      0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5,
    ])
    const theo = byUser(whole).get('theo') ?? []
    const mean = (events: CinemaEvent[]) =>
      events.reduce((sum, { value }) => sum + value, 0) / events.length
    const fits = ({ item }: CinemaEvent) => hasGenre(item, 'science fiction', 'fantasy')
    expect(mean(theo.filter(fits))).toBeGreaterThan(mean(theo.filter((each) => !fits(each))))
  })

  test('comes from phones on the way to work, mostly from the television otherwise', () => {
    const phones = whole.events.filter(({ context }) => context.device === 'phone').length
    expect(phones / whole.events.length).toBeGreaterThan(0.1)
    expect(phones / whole.events.length).toBeLessThan(0.5)
  })

  test('follows the order of a series far more often than not', () => {
    const titles = new Map(whole.items.map(({ id, attributes }) => [id, attributes.title]))
    let inOrder = 0
    let outOfOrder = 0
    for (const events of byUser(whole).values()) {
      const seen = events.map(({ item }) => titles.get(item))
      const second = seen.indexOf('The Lantern Road: Salt and Ember')
      if (second < 0) continue
      const first = seen.indexOf('The Lantern Road')
      if (first >= 0 && first < second) inOrder += 1
      else outOfOrder += 1
    }
    expect(inOrder).toBeGreaterThan(20)
    expect(inOrder).toBeGreaterThan(4 * outOfOrder)
  })
})

describe('the two example people', () => {
  const share = (user: string, ...wanted: string[]) => {
    const events = byUser(whole).get(user) ?? []
    return events.filter(({ item }) => hasGenre(item, ...wanted)).length / events.length
  }

  test('have thirty to sixty films each and very different tastes', () => {
    for (const { id } of cinema.people) {
      const count = byUser(whole).get(id)?.length ?? 0
      expect(count).toBeGreaterThanOrEqual(30)
      expect(count).toBeLessThanOrEqual(60)
    }
    expect(cinema.people.length).toBe(2)
    expect(share('nora', 'mystery', 'crime', 'drama')).toBeGreaterThan(0.6)
    expect(share('theo', 'mystery', 'crime', 'drama')).toBeLessThan(0.35)
    expect(share('theo', 'science fiction', 'fantasy', 'adventure')).toBeGreaterThan(0.6)
    expect(share('nora', 'science fiction', 'fantasy', 'adventure')).toBeLessThan(0.35)
  })
})

test('a law: popularity alone finds the next film clearly less often than the truth does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
      const world = cinemaWorld({ seed, people: 150, now: NOW })
      const records = [...byUser(world)]
      const views = new Map<string, number>()
      for (const [, events] of records) {
        for (const { item } of events.slice(0, -1)) views.set(item, (views.get(item) ?? 0) + 1)
      }
      let popular = 0
      let truth = 0
      for (const [user, events] of records) {
        const history = events.slice(0, -1).map(({ item }) => item)
        const last = events.at(-1)
        if (last === undefined) continue
        const chances = world.truth(user, { history, time: Date.parse(last.time) })
        const unseen = world.items.map(({ id }) => id).filter((id) => !history.includes(id))
        const inFirstTen = (score: (item: string) => number) =>
          unseen.filter((item) => score(item) > score(last.item)).length < 10
        if (inFirstTen((item) => views.get(item) ?? 0)) popular += 1
        if (inFirstTen((item) => chances.get(item) ?? 0)) truth += 1
      }
      expect(truth / records.length).toBeGreaterThan(2 * (popular / records.length))
    }),
    { numRuns: 5 },
  )
})
