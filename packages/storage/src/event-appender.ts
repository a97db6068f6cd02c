import {
  decodeRow,
  decodeRows,
  type EventBatch,
  idText,
  isSameEvent,
  type PlacedEvent,
  placedRow,
  ROW_SEPARATOR,
} from './event-coding.ts'
import { EventIndex } from './event-index.ts'
import type { EventLog } from './event-log.ts'
import { StorageFault } from './fault.ts'
import type { AppKeys } from './keys.ts'
import { OUTCOME_STATUSES, type PackedOutcomes } from './messages.ts'
import { sipHash32 } from './sip-hash.ts'
import type { PeopleTable } from './tables/people-table.ts'
import type { TotalsTable } from './tables/totals-table.ts'

const ACCEPTED = OUTCOME_STATUSES.indexOf('accepted')
const DUPLICATE = OUTCOME_STATUSES.indexOf('duplicate')
const CONFLICT = OUTCOME_STATUSES.indexOf('conflict')
/** Events kept decoded while a group is looked up. */
const OPENED_EVENTS_MAX = 50_000

/** An accepted event of the group that is being written. */
interface StagedEvent {
  readonly tag: number
  /** As JSON text. */
  readonly id: string
  readonly user: string
  readonly position: number
  /** With its position. */
  readonly row: string
}

/** What a group adds to one person. */
interface StagedPerson {
  readonly rows: string[]
  readonly tags: number[]
  /** Of the first of them. */
  readonly position: number
}

/**
 * Appends events in groups. Within a group events are collected per person; `writeOut` then adds
 * each person's to the log, and `committed` lets the index know them. An id is looked up in the group,
 * then, where the index knows its tag, in the chunks that may hold it; the event found decides.
 */
export class EventAppender {
  readonly #keys: AppKeys
  readonly #people: PeopleTable
  readonly #log: EventLog
  readonly #totals: TotalsTable
  readonly #tagKey: Uint32Array
  readonly #index: EventIndex = new EventIndex()
  /** Events of the group, and which of them has a tag. */
  readonly #staged: StagedEvent[] = []
  #stagedIndex: EventIndex = new EventIndex()
  readonly #stagedPeople: Map<number, StagedPerson> = new Map()
  /** Entries for the index once the group is committed: tag, person, tag, person, ... */
  readonly #newEntries: number[] = []
  /** Chunks decoded for this group, so that a repeated batch opens each once. */
  readonly #opened: Map<number, Map<string, PlacedEvent>> = new Map()
  #openedEvents = 0
  #groups = 0

  constructor(keys: AppKeys, people: PeopleTable, log: EventLog, totals: TotalsTable) {
    this.#keys = keys
    this.#people = people
    this.#log = log
    this.#totals = totals
    this.#tagKey = wordsOf(keys.derived('event ids'))
    for (const { person, tags } of log.load()) {
      for (const tag of tags) this.#index.add(tag, person)
    }
  }

  /** Decides every event of a batch, then takes the accepted ones into the group. */
  append(batch: EventBatch): PackedOutcomes {
    this.#requireRoom(batch.count)
    const people = this.#knownPeople(batch.users)
    const outcomes = {
      statuses: new Uint8Array(batch.count),
      positions: new Float64Array(batch.count),
      group: this.#groups,
    }
    const before = this.#staged.length
    try {
      for (const [at, row] of rowsOf(batch).entries()) {
        const user = batch.users[batch.userOf[at] as number] as string
        const { status, position } = this.#decide(user, row)
        outcomes.statuses[at] = status
        outcomes.positions[at] = position
      }
    } catch (error) {
      this.#unstage(before)
      throw error
    }
    this.#collect(before, people)
    return outcomes
  }

  /** Writes the group's events into the open transaction. */
  writeOut(): void {
    for (const [person, { rows, tags, position }] of this.#stagedPeople) {
      if (this.#log.append(person, rows, tags, position)) this.#totals.stage('users', 1)
      for (const tag of tags) this.#newEntries.push(tag, person)
    }
    // Whatever can fail must fail before the commit: memory for the index too.
    this.#index.reserve(this.#newEntries.length / 2)
    this.#stagedPeople.clear()
  }

  committed(): void {
    this.#log.committed()
    if (this.#staged.length > 0) this.#groups++
    const entries = this.#newEntries
    for (let at = 0; at < entries.length; at += 2) {
      this.#index.add(entries[at] as number, entries[at + 1] as number)
    }
    this.#clear()
  }

  rolledBack(): void {
    this.#log.rolledBack()
    this.#clear()
  }

  #clear(): void {
    if (this.#staged.length > 0) this.#stagedIndex = new EventIndex()
    this.#staged.length = 0
    this.#stagedPeople.clear()
    this.#newEntries.length = 0
    this.#opened.clear()
    this.#openedEvents = 0
  }

  /** Takes a person's ids out of the index, after their chunks are gone. */
  forget(person: number, tags: readonly number[]): void {
    this.#log.removed(person)
    for (const tag of tags) this.#index.remove(tag, person)
  }

  /**
   * Opens the events at a place; how many there are.
   * @throws StorageFault `data_corrupt` when they, or their tags, are not what was written
   */
  check(place: number): number {
    const rows = this.#log.rowsAt(place)
    const placed = decodeRows({ user: '', person: this.#log.personAt(place), rows })
    const tags = placed.map(({ event }) => sipHash32(this.#tagKey, JSON.stringify(event.id)))
    const kept = this.#log.tagsAt(place)
    if (kept.length === tags.length && kept.every((tag, at) => tag === tags[at])) return tags.length
    throw new StorageFault('data_corrupt', { what: `the tags of ${this.#log.nameOf(place)}` })
  }

  /**
   * Whether damage to the page that the chunks between two places stand on is told by those chunks: none
   * can be missing or in another's place unseen, and what does not open is answered so.
   */
  tellDamage(after: number, upTo: number): boolean {
    if (!this.#log.isSound) return false
    for (const place of this.#log.placesBetween(after, upTo)) {
      try {
        this.check(place)
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error
        if (!this.#people.has(this.#log.personAt(place)) || this.#opens(place)) return false
      }
    }
    return true
  }

  #opens(place: number): boolean {
    try {
      this.#log.rowsAt(place)
      return true
    } catch (error) {
      if (error instanceof StorageFault) return false
      throw error
    }
  }

  #requireRoom(count: number): void {
    if (this.#index.hasRoomFor(this.#staged.length + count)) return
    throw new StorageFault('statistics_full', { problem: 'the app holds too many events' })
  }

  /**
   * Who of the batch is known already. Unwraps their keys, so that a damaged key fails this batch here
   * and not the whole group when it is written out.
   */
  #knownPeople(users: readonly string[]): Map<string, number> {
    const known = new Map<string, number>()
    for (const user of users) {
      const person = this.#people.find(user)
      if (person === null) continue
      this.#keys.of(person)
      known.set(user, person)
    }
    return known
  }

  /** Takes the events staged from `first` on into the group. */
  #collect(first: number, people: Map<string, number>): void {
    for (let at = first; at < this.#staged.length; at++) {
      const { user, row, tag, position } = this.#staged[at] as StagedEvent
      let person = people.get(user)
      if (person === undefined) {
        person = this.#people.add(user, this.#totals)
        people.set(user, person)
      }
      const staged = this.#stagedPerson(person, position)
      staged.rows.push(row)
      staged.tags.push(tag)
    }
    this.#totals.stage('events', this.#staged.length - first)
  }

  #unstage(from: number): void {
    for (let at = from; at < this.#staged.length; at++) {
      this.#stagedIndex.remove((this.#staged[at] as StagedEvent).tag, at)
    }
    this.#totals.stage('position', from - this.#staged.length)
    this.#staged.length = from
  }

  #stagedPerson(person: number, position: number): StagedPerson {
    const known = this.#stagedPeople.get(person)
    if (known !== undefined) return known
    const staged = { rows: [], tags: [], position }
    this.#stagedPeople.set(person, staged)
    return staged
  }

  /** Stages an event unless its id is known; then the known event decides. */
  #decide(user: string, row: string): { readonly status: number; readonly position: number } {
    const id = idText(row)
    const tag = sipHash32(this.#tagKey, id)
    const known = this.#findStaged(id, tag) ?? this.#findStored(id, tag)
    if (known !== null) {
      const sent = decodeRow(user, placedRow(known.position, row))
      const same = isSameEvent(known.event, sent.event)
      return { status: same ? DUPLICATE : CONFLICT, position: known.position }
    }
    const position = this.#totals.get('position')
    this.#totals.stage('position', 1)
    this.#stagedIndex.add(tag, this.#staged.length)
    this.#staged.push({ tag, id, user, position, row: placedRow(position, row) })
    return { status: ACCEPTED, position }
  }

  #findStaged(id: string, tag: number): PlacedEvent | null {
    for (const at of this.#stagedIndex.people(tag)) {
      const staged = this.#staged[at] as StagedEvent
      if (staged.id === id) return decodeRow(staged.user, staged.row)
    }
    return null
  }

  #findStored(id: string, tag: number): PlacedEvent | null {
    for (const person of this.#index.people(tag)) {
      for (const place of this.#log.placesWith(person, tag)) {
        const found = this.#open(person, place).get(id)
        if (found !== undefined) return found
      }
    }
    return null
  }

  #open(person: number, place: number): ReadonlyMap<string, PlacedEvent> {
    const known = this.#opened.get(place)
    if (known !== undefined) return known
    if (this.#openedEvents > OPENED_EVENTS_MAX) {
      this.#opened.clear()
      this.#openedEvents = 0
    }
    const user = this.#people.nameOf(person)
    const placed = decodeRows({ user, person, rows: this.#log.rowsAt(place) })
    const events = new Map(placed.map((one) => [JSON.stringify(one.event.id), one]))
    this.#opened.set(place, events)
    this.#openedEvents += events.size
    return events
  }
}

function rowsOf(batch: EventBatch): string[] {
  return batch.count === 0 ? [] : batch.rows.split(ROW_SEPARATOR)
}

/** The first 128 bits of a key as words. */
function wordsOf(key: Buffer): Uint32Array {
  return Uint32Array.from([0, 4, 8, 12], (at) => key.readUInt32LE(at))
}
