import { prefixHash } from './cipher.ts'
import {
  decodeRows,
  type EventBatch,
  idText,
  isSameEvent,
  type PlacedEvent,
  placedRow,
} from './event-coding.ts'
import { EventIndex } from './event-index.ts'
import { StorageFault } from './fault.ts'
import type { AppKeys } from './keys.ts'
import { OUTCOME_STATUSES, type PackedOutcomes } from './messages.ts'
import type { ChunksTable } from './tables/chunks-table.ts'
import type { PeopleTable, Person } from './tables/people-table.ts'
import type { TotalsTable } from './tables/totals-table.ts'

const ACCEPTED = OUTCOME_STATUSES.indexOf('accepted')
const DUPLICATE = OUTCOME_STATUSES.indexOf('duplicate')
const CONFLICT = OUTCOME_STATUSES.indexOf('conflict')
/** Events kept decoded while a group is looked up. */
const OPENED_EVENTS_MAX = 50_000

/** An accepted event of the group that is being written. */
interface StagedEvent {
  readonly tag: number
  readonly user: string
  /** With its position. */
  readonly row: string
}

/** What a group adds to one person. */
interface StagedPerson {
  readonly rows: string[]
  readonly tags: number[]
}

/**
 * Appends events in groups. Within a group events are collected per person; `writeOut` then makes a
 * chunk of each person's, and `committed` lets the index know them. An id is looked up in the group,
 * then, where the index knows its tag, in the chunks that may hold it; the event found decides.
 */
export class EventAppender {
  readonly #keys: AppKeys
  readonly #people: PeopleTable
  readonly #chunks: ChunksTable
  readonly #totals: TotalsTable
  readonly #tagKey: string
  readonly #index: EventIndex = new EventIndex()
  /** By the id as JSON text. */
  readonly #stagedEvents: Map<string, StagedEvent> = new Map()
  readonly #stagedPeople: Map<number, StagedPerson> = new Map()
  /** Entries for the index once the group is committed: tag, person, tag, person, ... */
  readonly #newEntries: number[] = []
  /** Chunks decoded for this group, so that a repeated batch opens each once. */
  readonly #opened: Map<string, Map<string, PlacedEvent>> = new Map()
  #openedEvents = 0

  constructor(keys: AppKeys, people: PeopleTable, chunks: ChunksTable, totals: TotalsTable) {
    this.#keys = keys
    this.#people = people
    this.#chunks = chunks
    this.#totals = totals
    this.#tagKey = keys.derived('event ids').toString('hex')
    for (const { person, tags } of chunks.allTags()) {
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
    }
    const accepted = new Map<string, StagedEvent>()
    const first = this.#totals.get('position')
    for (const [at, row] of rowsOf(batch).entries()) {
      const user = batch.users[batch.userOf[at] as number] as string
      const id = idText(row)
      const tag = prefixHash(this.#tagKey, id).readUInt32LE(0)
      const known = this.#find(id, tag, accepted)
      if (known === null) {
        const position = first + accepted.size
        accepted.set(id, { tag, user, row: placedRow(position, row) })
        outcomes.statuses[at] = ACCEPTED
        outcomes.positions[at] = position
      } else {
        const [sent] = decodeRows(user, placedRow(0, row))
        const same = sent !== undefined && isSameEvent(known.event, sent.event)
        outcomes.statuses[at] = same ? DUPLICATE : CONFLICT
        outcomes.positions[at] = known.position
      }
    }
    this.#stage(accepted, people)
    return outcomes
  }

  /** Writes the group's events into the open transaction. */
  writeOut(): void {
    for (const [person, { rows, tags }] of this.#stagedPeople) {
      this.#chunks.append(person, rows, tags)
      this.#people.addEvents(person, rows.length)
      for (const tag of tags) this.#newEntries.push(tag, person)
    }
    this.#stagedPeople.clear()
  }

  committed(): void {
    const entries = this.#newEntries
    for (let at = 0; at < entries.length; at += 2) {
      this.#index.add(entries[at] as number, entries[at + 1] as number)
    }
    this.rolledBack()
  }

  rolledBack(): void {
    this.#stagedEvents.clear()
    this.#stagedPeople.clear()
    this.#newEntries.length = 0
    this.#opened.clear()
    this.#openedEvents = 0
  }

  /** Takes a person's ids out of the index, after their chunks are gone. */
  forget(person: number, tags: readonly number[]): void {
    for (const tag of tags) this.#index.remove(tag, person)
  }

  #requireRoom(count: number): void {
    if (this.#index.hasRoomFor(this.#stagedEvents.size + count)) return
    throw new StorageFault('statistics_full', { problem: 'the app holds too many events' })
  }

  /**
   * Who of the batch is known already. Unwraps their keys, so that a damaged key fails this batch here
   * and not the whole group when it is written out.
   */
  #knownPeople(users: readonly string[]): Map<string, Person> {
    const known = new Map<string, Person>()
    for (const user of users) {
      const person = this.#people.find(user)
      if (person === null) continue
      this.#keys.of(person.person)
      known.set(user, person)
    }
    return known
  }

  #stage(accepted: ReadonlyMap<string, StagedEvent>, people: Map<string, Person>): void {
    for (const [id, event] of accepted) {
      this.#stagedEvents.set(id, event)
      let person = people.get(event.user)
      if (person === undefined) {
        person = this.#people.add(event.user, this.#totals)
        people.set(event.user, person)
      }
      const staged = this.#stagedPerson(person)
      staged.rows.push(event.row)
      staged.tags.push(event.tag)
    }
    this.#totals.stage('position', accepted.size)
    this.#totals.stage('events', accepted.size)
  }

  #stagedPerson({ person, events }: Person): StagedPerson {
    const known = this.#stagedPeople.get(person)
    if (known !== undefined) return known
    if (events === 0) this.#totals.stage('users', 1)
    const staged = { rows: [], tags: [] }
    this.#stagedPeople.set(person, staged)
    return staged
  }

  /** The event that has an id already, in this batch, this group or the log; or null. */
  #find(id: string, tag: number, accepted: ReadonlyMap<string, StagedEvent>): PlacedEvent | null {
    const staged = accepted.get(id) ?? this.#stagedEvents.get(id)
    if (staged !== undefined) return decodeRows(staged.user, staged.row)[0] ?? null
    for (const person of this.#index.people(tag)) {
      for (const chunk of this.#chunks.chunksWith(person, tag)) {
        const found = this.#open(person, chunk).get(id)
        if (found !== undefined) return found
      }
    }
    return null
  }

  #open(person: number, chunk: number): ReadonlyMap<string, PlacedEvent> {
    const place = `${person} ${chunk}`
    const known = this.#opened.get(place)
    if (known !== undefined) return known
    if (this.#openedEvents > OPENED_EVENTS_MAX) {
      this.#opened.clear()
      this.#openedEvents = 0
    }
    const rows = decodeRows(this.#people.nameOf(person), this.#chunks.rowsOfChunk(person, chunk))
    const events = new Map(rows.map((placed) => [JSON.stringify(placed.event.id), placed]))
    this.#opened.set(place, events)
    this.#openedEvents += events.size
    return events
  }
}

function rowsOf(batch: EventBatch): string[] {
  return batch.count === 0 ? [] : batch.rows.split('\n')
}
