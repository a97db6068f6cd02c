import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contextSchema,
  decisionRequestSchema,
  endpoints,
  idSchema,
  itemSchema,
  itemsQuerySchema,
  type Route,
  type RouteName,
  routes,
} from '../src/index.ts'

describe('an identifier', () => {
  test.each(['u-17', 'Ünï', 'a b', '日本', '\u{1F600}', '...', 'a..b', 'x'.repeat(100)])(
    'may be %s',
    (id) => {
      expect(idSchema.safeParse(id).success).toBe(true)
    },
  )

  test.each(['', '.', '..', 'a\nb', '\u0000', '\u007f', 'x'.repeat(101), 'a\ud83d', '\ude00'])(
    'may not be %j',
    (id) => {
      expect(idSchema.safeParse(id).success).toBe(false)
    },
  )

  test('comes back whole from a URL and from UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (id) => {
        fc.pre(idSchema.safeParse(id).success)
        const { pathname } = new URL(`http://localhost/v1/users/${encodeURIComponent(id)}/x`)
        expect(decodeURIComponent(pathname.split('/')[3] ?? '')).toBe(id)
        expect(new TextDecoder().decode(new TextEncoder().encode(id))).toBe(id)
      }),
      { examples: [['.'], ['..'], ['%2e'], ['\ud800'], ['a/b']] },
    )
  })
})

test('a context and attributes have a bounded number of keys', () => {
  const keys = (count: number): Record<string, number> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))
  const item = (count: number) => ({ type: 'movie', id: 'm-1', attributes: keys(count) })
  expect(contextSchema.safeParse(keys(100)).success).toBe(true)
  expect(contextSchema.safeParse(keys(101)).success).toBe(false)
  expect(itemSchema.safeParse(item(100)).success).toBe(true)
  expect(itemSchema.safeParse(item(101)).success).toBe(false)
})

test('a decision without a limit gets the usual one', () => {
  expect(decisionRequestSchema.parse({ surface: 'home' })).toEqual({ surface: 'home', limit: 20 })
})

test('a question for items takes its limit as it stands in a URL', () => {
  expect(itemsQuerySchema.parse({ limit: '7', id: ['a', 'b'] })).toEqual({
    limit: 7,
    id: ['a', 'b'],
  })
  expect(itemsQuerySchema.safeParse({ limit: '101' }).success).toBe(false)
})

test('the table has each method and path once, and lies where the endpoints do', () => {
  const places = Object.values<Route>(routes)
  for (const [name, at] of Object.entries(endpoints)) {
    expect(routes[name as RouteName]).toMatchObject(at)
  }
  expect(Object.keys(routes)).toEqual(Object.keys(endpoints))
  expect(new Set(places.map(({ method, path }) => `${method} ${path}`)).size).toBe(places.length)
})
