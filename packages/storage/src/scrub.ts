import type { AppData } from './app-data.ts'
import { StorageFault } from './fault.ts'

/** Bytes looked at in one page, about: what a write may have to wait for. */
const PAGE_BYTES = 32 * 1024
/** Rows looked at in one page, whatever their size. */
const PAGE_ROWS_MAX = 256

/** What is looked at, in this order. */
export const SCRUB_PARTS = [
  'files',
  'people',
  'events',
  'quarantined',
  'records',
  'items',
  'documents',
] as const
export type ScrubPart = (typeof SCRUB_PARTS)[number]

/** Asks for the rows of a part after the one named, from the beginning with -1. */
export interface ScrubRequest {
  readonly part: ScrubPart
  readonly after: number
}

/** What a page of rows is like. */
export interface ScrubPage {
  /** The last row looked at; null when there are none left. */
  readonly last: number | null
  /** People, events and so on that are intact. */
  readonly intact: number
  /** What is damaged, in words that name no one: numbers of people, chunks, decisions. */
  readonly damage: readonly string[]
  /** What was found changed since the app was opened, and was put right. */
  readonly repairs?: readonly string[]
}

/** The rows of a part: the next one after another, its size in bytes, and what is in it. */
interface Rows {
  next(after: number): { readonly row: number; readonly bytes: number } | null
  /** Opens and decodes a row. @returns how much is in it @throws when it is damaged */
  check(row: number): number
}

/**
 * Opens and decodes every row of a page: the seal (AES-GCM) tells every altered bit, and a row that was
 * moved elsewhere. Damage is collected, not thrown, so that one row hides no other; where SQLite itself
 * cannot go on, the part ends with that as its last damage.
 */
export function scrubPage(data: AppData, { part, after }: ScrubRequest): ScrubPage {
  if (part === 'files') return scrubFiles(data, after)
  const rows = rowsOf(data, part)
  const damage: string[] = []
  let intact = 0
  let last = after
  let bytes = 0
  for (let count = 0; count < PAGE_ROWS_MAX && bytes < PAGE_BYTES; count++) {
    const next = attempt(damage, () => rows.next(last))
    if (next === null) return { last: null, intact, damage }
    intact += attempt(damage, () => rows.check(next.row)) ?? 0
    bytes += next.bytes
    last = next.row
  }
  return { last, intact, damage }
}

/** Compares pages of the databases, whatever stands on them, with their sums. */
function scrubFiles(data: AppData, after: number): ScrubPage {
  const damage: string[] = []
  const last = attempt(damage, () => data.checkAllPages(after))
  return { last, intact: 0, damage, repairs: data.repairs }
}

function attempt<T>(damage: string[], work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    damage.push(damageOf(error))
    return null
  }
}

function damageOf(error: unknown): string {
  if (error instanceof StorageFault) return String(error.details.what ?? error.message)
  return error instanceof Error ? error.message : String(error)
}

function rowsOf(data: AppData, part: Exclude<ScrubPart, 'files'>): Rows {
  const { people, chunks, events, quarantine, records, items, documents } = data
  switch (part) {
    case 'people':
      return { next: (after) => people.next(after), check: (person) => people.check(person) }
    case 'events':
      return {
        next: (after) => chunks.next(after),
        check: (place) => events.check(place),
      }
    case 'quarantined':
      return { next: (after) => quarantine.next(after), check: (row) => quarantine.check(row) }
    case 'records':
      return { next: (after) => records.nextRecord(after), check: (row) => records.check(row) }
    case 'items':
      return { next: (after) => items.nextItem(after), check: (row) => items.check(row) }
    case 'documents':
      return { next: (after) => documents.next(after), check: (row) => documents.check(row) }
  }
}
