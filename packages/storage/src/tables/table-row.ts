import type { StatementSync } from 'node:sqlite'
import { StorageFault } from '../fault.ts'

/** A row that is to be looked at: its key, and about how many bytes it has. */
export interface TableRow {
  readonly row: number
  readonly bytes: number
}

/**
 * The row after a key, by a statement that selects it; null when there is none.
 * @throws StorageFault `data_corrupt` where damage put rows out of order: going through them would not end
 */
export function nextRow<Row extends TableRow>(next: StatementSync, after: number): Row | null {
  const row = next.get(after) as Row | undefined
  if (row === undefined) return null
  requireAfter(row.row, after)
  return row
}

/** @throws StorageFault `data_corrupt` */
export function requireAfter(row: number, after: number): void {
  if (row > after) return
  throw new StorageFault('data_corrupt', { what: `the order of the rows after ${after}` })
}
