import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoreTotals } from '@adsum/engine/ports'

export const TOTALS_SCHEMA = `
  CREATE TABLE totals (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    position          INTEGER NOT NULL,  -- events ever accepted
    events            INTEGER NOT NULL,  -- events stored
    users             INTEGER NOT NULL,  -- people with events
    items             INTEGER NOT NULL,
    erasures          INTEGER NOT NULL,
    quarantined       INTEGER NOT NULL,  -- events in quarantine
    quarantined_bytes INTEGER NOT NULL,  -- and their bytes, sealed
    next_person       INTEGER NOT NULL   -- the number of the next new person
  ) STRICT;
  INSERT INTO totals VALUES (1, 0, 0, 0, 0, 0, 0, 0, 0)`
const SELECT = `
  SELECT position, events, users, items, erasures, quarantined,
    quarantined_bytes AS quarantinedBytes, next_person AS nextPerson FROM totals`
const UPDATE = `
  UPDATE totals SET position = ?, events = ?, users = ?, items = ?, erasures = ?,
    quarantined = ?, quarantined_bytes = ?, next_person = ?`

type Count = keyof StoreTotals | 'quarantinedBytes' | 'nextPerson'
type Counts = { [count in Count]: number }

/**
 * The counts of an app, kept in the transactions that change them. `stage` counts in memory, `write`
 * puts the counts into the open transaction; afterwards `committed` or `rolledBack` says how it went.
 */
export class TotalsTable {
  readonly #update: StatementSync
  #stored: Counts
  #staged: Counts

  constructor(db: DatabaseSync) {
    this.#update = db.prepare(UPDATE)
    this.#stored = db.prepare(SELECT).get() as Counts
    this.#staged = { ...this.#stored }
  }

  /** A count with what is staged. */
  get(count: Count): number {
    return this.#staged[count]
  }

  stage(count: Count, change: number): void {
    this.#staged[count] += change
  }

  write(): void {
    const { position, events, users, items, erasures, nextPerson } = this.#staged
    const { quarantined, quarantinedBytes } = this.#staged
    this.#update.run(
      position,
      events,
      users,
      items,
      erasures,
      quarantined,
      quarantinedBytes,
      nextPerson,
    )
  }

  committed(): void {
    this.#stored = { ...this.#staged }
  }

  rolledBack(): void {
    this.#staged = { ...this.#stored }
  }

  totals(): StoreTotals {
    const { position, events, users, items, erasures, quarantined } = this.#staged
    return { position, events, users, items, erasures, quarantined }
  }
}
