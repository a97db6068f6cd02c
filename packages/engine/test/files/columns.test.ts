import { describe, expect, test } from 'vitest'
import { roleOfName } from '../../src/files/column-names.ts'
import { understood } from './made-files.ts'

/** A table of forty rows: eight people, ten items. */
function made(
  header: readonly string[] | null,
  row: (index: number) => readonly unknown[],
): string {
  const rows = Array.from({ length: 40 }, (_, index) => row(index).join(','))
  return `${[...(header === null ? [] : [header.join(',')]), ...rows].join('\n')}\n`
}
const day = (index: number): string => new Date(Date.UTC(2026, 0, 1 + index)).toISOString()
const person = (index: number): string => `p${(index * 7) % 8}`
const thing = (index: number): number => 1000 + ((index * 3) % 10)

describe('names of columns', () => {
  test.each([
    ['user_id', 'user'],
    ['CustomerID', 'user'],
    ['visitorid', 'user'],
    ['Kunden-Nr.', 'user'],
    ['ID_USER', 'user'],
    ['payload.user.id', 'user'],
    ['ユーザーID', 'user'],
    ['movieId', 'item'],
    ['StockCode', 'item'],
    ['asin', 'item'],
    ['Artikelnummer', 'item'],
    ['dim_product_id', 'item'],
    ['transaction_timestamp', 'time'],
    ['Datum', 'time'],
    ['fecha', 'time'],
    ['Überall', null],
    ['overall', 'value'],
    ['Qty', 'value'],
    ['event_type', 'type'],
    ['Bezeichnung', 'title'],
    ['identifier', null],
    ['userland', null],
    ['', null],
  ])('%s is %s', (name, role) => {
    expect(roleOfName(name)?.role ?? null).toBe(role)
  })
})

describe('roles of columns', () => {
  test('named columns, each with its reason and examples', async () => {
    const { inference } = await understood(
      made(['customer', 'sku', 'date', 'stars', 'event', 'title', 'colour'], (index) => [
        person(index),
        thing(index),
        day(index),
        1 + (index % 5),
        index % 3 === 0 ? 'bought' : 'viewed',
        `Thing ${thing(index)}`,
        index % 2 === 0 ? 'red' : 'blue',
      ]),
    )
    expect(inference.mapping).toEqual({
      user: 'customer',
      item: 'sku',
      time: 'date',
      value: 'stars',
      type: 'event',
      title: 'title',
    })
    expect(inference.columns[0]).toEqual({
      name: 'customer',
      role: 'user',
      examples: ['p0', 'p7', 'p6'],
      reason: 'its name; 8 different in 40 rows',
    })
    expect(inference.columns[2]?.reason).toContain('a time such as')
    expect(inference.columns[6]).toMatchObject({
      role: 'ignored',
      reason: 'no role was recognised',
    })
    expect(inference.unclear).toBeNull()
  })

  test('of two names for a person the identifier wins', async () => {
    const { inference } = await understood(
      made(['user_name', 'user_id', 'item_id'], (index) => [
        person(index),
        index % 8,
        thing(index),
      ]),
    )
    expect(inference.mapping?.user).toBe('user_id')
  })

  test('a file of one person is understood by its names', async () => {
    const { inference } = await understood('user,item\nada,tea\n')
    expect(inference.mapping).toEqual({ user: 'user', item: 'item' })
  })

  test('a name that the content contradicts does not count', async () => {
    const { inference } = await understood(
      made(['user', 'item', 'time', 'event'], (index) => [
        person(index),
        thing(index),
        index % 2 === 0 ? 'weekday' : 'weekend',
        `note ${index}`,
      ]),
    )
    expect(inference.mapping).toEqual({ user: 'user', item: 'item' })
    expect(inference.columns[2]?.reason).toContain('no times that can be read')
  })

  test('the one other column of identifiers is the item; properties of the person are not', async () => {
    const { inference } = await understood(
      made(['user', 'xyz', 'city', 'birthday'], (index) => [
        person(index),
        thing(index),
        `town of ${person(index)}`,
        `200${(index * 7) % 8}-01-01`,
      ]),
    )
    expect(inference.mapping).toEqual({ user: 'user', item: 'xyz' })
  })

  test('nothing is guessed where several columns could be the item', async () => {
    const { inference } = await understood(
      made(['user', 'abc', 'xyz'], (index) => [person(index), thing(index), (index * 11) % 13]),
    )
    expect(inference.mapping).toBeNull()
    expect(inference.unclear).toBe('the item could be any of: abc, xyz')
  })

  test('without names, a grouped first column is the person', async () => {
    const { inference } = await understood(
      made(null, (index) => [Math.floor(index / 10) + 20, (index * 7) % 31]).repeat(1),
    )
    expect(inference.mapping).toBeNull()
    const long = Array.from(
      { length: 400 },
      (_, row) => `${Math.floor(row / 20)} ${(row * 7) % 90}`,
    )
    const grouped = await understood(`${long.join('\n')}\n`)
    expect(grouped.inference.mapping).toEqual({ user: 'column 1', item: 'column 2' })
  })

  test('without names and without order, nothing is guessed', async () => {
    const rows = Array.from({ length: 400 }, (_, row) => `${(row * 13) % 50},${(row * 7) % 90}`)
    const { inference } = await understood(`${rows.join('\n')}\n`)
    expect(inference.mapping).toBeNull()
    expect(inference.unclear).toContain('the person and the item')
  })

  test('dates that fit two ways are said to be unclear', async () => {
    const { inference } = await understood(
      made(['user', 'item', 'date'], (index) => [
        person(index),
        thing(index),
        `0${1 + (index % 9)}/0${1 + ((index * 5) % 9)}/2026`,
      ]),
    )
    expect(inference.unclear).toContain('the day or the month first')
  })

  test("a name that is the person's is no title", async () => {
    const { inference } = await understood(
      made(['user', 'item', 'name'], (index) => [
        person(index),
        thing(index),
        `N ${person(index)}`,
      ]),
    )
    expect(inference.mapping).toEqual({ user: 'user', item: 'item' })
  })
})
