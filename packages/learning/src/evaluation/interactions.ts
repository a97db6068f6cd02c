import { requireArgument } from '../errors.ts'

/** What people did: one row per event. */
export interface Interactions {
  /** Person of each row, numbered from 0. */
  readonly users: Int32Array
  /** Item of each row, numbered from 0. */
  readonly items: Int32Array
  /** Time of each row in any unit, larger is later; `null` when only the order of the rows is known. */
  readonly times: Float64Array | null
}

/** One person's rows: row numbers, oldest first. */
export type PersonRows = Int32Array

/** The rows of every person, ordered by time and then by row; people without rows have none. */
export function rowsByPerson(interactions: Interactions): PersonRows[] {
  const { users, items, times } = interactions
  requireArgument(users.length === items.length, 'there is one user per item')
  requireArgument(times === null || times.length === items.length, 'there is one time per item')
  requireArgument(
    users.every((user) => user >= 0),
    'people are numbered from 0',
  )
  requireArgument(
    items.every((item) => item >= 0),
    'items are numbered from 0',
  )
  const counts = new Int32Array(users.reduce((most, user) => Math.max(most, user), -1) + 1)
  for (const user of users) counts[user] = (counts[user] as number) + 1
  const people = Array.from(counts, (count) => new Int32Array(count))
  const filled = new Int32Array(counts.length)
  for (const [row, user] of users.entries()) {
    const place = filled[user] as number
    ;(people[user] as Int32Array)[place] = row
    filled[user] = place + 1
  }
  if (times !== null) {
    for (const rows of people) {
      rows.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b)
    }
  }
  return people
}

/** Share of the events whose item the same person had in an earlier one; 0 of nothing. */
export function repeatedShare(interactions: Interactions): number {
  const { items } = interactions
  let repeated = 0
  for (const rows of rowsByPerson(interactions)) {
    repeated += rows.length - new Set(rows.map((row) => items[row]!)).size
  }
  return items.length === 0 ? 0 : repeated / items.length
}
