import { describe, expect, it } from 'vitest'
import {
  choice,
  defineApp,
  event,
  item,
  rating,
  recommend,
  type SegmentInput,
  segment,
  text,
} from '../src/index.ts'

function declare(mapping: SegmentInput) {
  return defineApp({
    name: 'shop',
    purposes: { history: { title: 'What you bought', default: 'on', basis: 'contract' } },
    items: { product: item({ title: text() }) },
    events: {
      bought: event({ on: 'product', value: rating(0, 10) }),
      visited: event({}),
    },
    context: { device: choice('tv', 'phone') },
    surfaces: { home: recommend({ items: 'product', goal: { bought: 1 } }) },
    dialects: { segment: segment(mapping) },
  })
}

const bought = (rule: object) => ({ track: { Bought: { event: 'bought', ...rule } } })

describe('a mapping of Segment messages', () => {
  it('is plain data that survives being written down', () => {
    const { dialects } = declare({
      ...bought({ item: 'properties.products[].id', value: 'properties.products[].price' }),
      identify: { event: 'visited', context: { device: 'context.device.type' } },
      consent: { history: 'personalization' },
    })
    expect(JSON.parse(JSON.stringify(dialects))).toEqual(dialects)
    expect(dialects?.segment?.messages.identify?.['*']?.event).toBe('visited')
  })

  it.each([
    ['an event that is not declared', { page: { '*': { event: 'seen' } } }, 'is no event'],
    ['an event named like a built-in', { page: { '*': { event: 'toString' } } }, 'is no event'],
    ['no item for an event that has one', bought({}), 'needs the path of an item'],
    [
      'an item for an event that has none',
      { identify: { event: 'visited', item: 'a' } },
      'has none',
    ],
    [
      'a value for an event that has none',
      { identify: { event: 'visited', value: 'a' } },
      'has none',
    ],
    ['a context that is not declared', bought({ item: 'a', context: { mood: 'b' } }), '"mood"'],
    ['a path that is none', bought({ item: 'properties..id' }), 'joined by dots'],
    ['a list within a list', bought({ item: 'a[].b[].c' }), 'more than one []'],
    ['two lists', bought({ item: 'a[].id', value: 'b[].price' }), 'more than one list'],
    ['a list of values only', bought({ item: 'id', value: 'b[].price' }), 'without its items'],
    ['consent for no purpose', { consent: { fun: 'personalization' } }, 'is no purpose'],
  ])('is refused with %s', (_what, mapping, problem) => {
    expect(() => declare(mapping)).toThrow(problem)
  })
})

describe('an event without an item', () => {
  it('cannot be a goal', () => {
    const surfaces = { home: recommend({ items: 'product', goal: { visited: 1 } }) }
    const items = { product: item({ title: text() }) }
    const declaration = { name: 'shop', items, events: { visited: event({}) }, surfaces }
    expect(() => defineApp(declaration)).toThrow('which is no event on "product"')
  })
})
