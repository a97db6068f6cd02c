/** Customers of the invented tea shop, and the least and most that each buys. */
const CUSTOMERS = 400
const PURCHASES_MIN = 6
const PURCHASES_MAX = 26
/** How likely somebody is to stay with the kind of tea of their last purchase. */
const STAY_SHARE = 0.85
const FIRST_DAY_MS = Date.UTC(2025, 0, 6)
const DAYS = 360
const DAY_MS = 86_400_000

const kinds: Readonly<Record<string, string>> = {
  green: 'Morning Mist, Jade Steps, Rice Paper, First Frost, Still Pond, Young Bamboo, Pine Needle',
  black:
    'Night Train, Copper Kettle, Old Harbour, Thunderhead, Velvet Coat, Brass Bell, Late Letter',
  herbal: 'Lemon Fence, Meadow Walk, Bee Line, Sleepy Fox, Mint Ladder, Camomile Lane, Hay Loft',
  oolong: 'Iron Teapot, High Terrace, Amber Cliff, Slow River, Paper Lantern, Red Gate, Ninth Cup',
  spiced: 'Winter Market, Ginger Drum, Saffron Road, Clove Hitch, Chai Window, Pepper Mill, Anise',
  white: 'Silver Needle Hill, Moon Jar, Snow Peony, Feather, Long Shadow, Pale Rider, White Hare',
  smoked: 'Pine Fire, Black Stove, Tar Rope, Campfire, Old Chimney, Charcoal Boat, Ember Night',
  fruit:
    'Apricot Sunday, Wild Strawberry, Pear Tree, Quince Jelly, Plum Rain, Cherry Cart, Fig Leaf',
}

/**
 * A file for those who have none at hand: what the customers of an invented tea shop bought in a year.
 * They stay with a kind of tea for a while and then move on. Always the same file.
 */
export function exampleFile(): File {
  const random = mulberry32(2026)
  const below = (limit: number) => Math.floor(limit * random())
  const names = Object.keys(kinds)
  const lines = ['customer,product,product_name,bought_at']
  for (let customer = 1; customer <= CUSTOMERS; customer += 1) {
    const left = new Map(Object.entries(kinds).map(([kind, teas]) => [kind, teas.split(', ')]))
    const count = PURCHASES_MIN + below(PURCHASES_MAX - PURCHASES_MIN)
    const days = Array.from({ length: count }, () => DAYS * random()).sort((a, b) => a - b)
    let kind = names[below(names.length)] ?? ''
    for (const day of days) {
      if (random() > STAY_SHARE || left.get(kind)?.length === 0) {
        kind = names[below(names.length)] ?? ''
      }
      const teas = left.get(kind) ?? []
      // The first teas of a kind sell better.
      const [tea] = teas.splice(Math.floor(teas.length * random() ** 2), 1)
      if (tea === undefined) continue
      const product = tea.toLowerCase().replaceAll(' ', '-')
      const time = new Date(FIRST_DAY_MS + Math.floor(day * DAY_MS)).toISOString()
      lines.push(`c-${customer},${product},${tea},${time}`)
    }
  }
  return new File([`${lines.join('\n')}\n`], 'tea-shop.csv', { type: 'text/csv' })
}

/** Mulberry32 by Tommy Ettinger: a small generator with 32 bits of state. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
