import { choice, defineApp, event, item, rating, recommend, segment, text } from '@adsum/engine'

/** An app whose mapping uses everything that a mapping can say. */
export const shop = defineApp({
  name: 'shop',
  purposes: { history: { title: 'What you bought', default: 'on', basis: 'contract' } },
  items: { product: item({ title: text() }) },
  events: {
    bought: event({ on: 'product', purpose: 'history', value: rating(0, 1_000) }),
    viewed: event({ on: 'product', purpose: 'history' }),
    introduced: event({}),
    joined: event({}),
    renamed: event({}),
    visited: event({}),
    opened: event({}),
  },
  context: { device: choice('tv', 'phone') },
  surfaces: { home: recommend({ items: 'product', goal: { bought: 1 } }) },
  dialects: {
    segment: segment({
      track: {
        'Product Viewed': {
          event: 'viewed',
          item: 'properties.product_id',
          context: { device: 'context.device.type' },
        },
        'Order Completed': {
          event: 'bought',
          item: 'properties.products[].product_id',
          value: 'properties.products[].price',
        },
      },
      page: { '*': { event: 'visited' } },
      screen: { Home: { event: 'opened' } },
      identify: { event: 'introduced' },
      group: { event: 'joined' },
      alias: { event: 'renamed' },
      consent: { history: 'personalization' },
    }),
  },
})

export const PRODUCTS = ['p-1', 'p-2', 'p-3', 'p-4']
