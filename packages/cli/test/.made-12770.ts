import { defineApp, event, item, recommend, text } from '@adsum/engine'

export const app = defineApp({
  name: 'shop',
  items: { item: item({ title: text() }) },
  events: { interaction: event({ on: 'item' }) },
  surfaces: { home: recommend({ items: 'item', goal: { interaction: 1 } }) },
})
