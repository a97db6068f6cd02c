import type { DatabaseSync } from 'node:sqlite'
import { transaction } from './database.ts'
import { ROW_SEPARATOR } from './event-coding.ts'
import { StorageFault } from './fault.ts'
import type { AppKeys } from './keys.ts'
import type { RandomStream } from './random-stream.ts'
import { ArrivalsTable, type Folding, NOT_FOLDING } from './tables/arrivals-table.ts'
import { ChunksTable, nameOfChunk, personAt } from './tables/chunks-table.ts'
import type { TableRow } from './tables/table-row.ts'

/** Events of one person in a group from which they go to their place at once. */
const PLACED_EVENTS_MIN = 16
/** Arrivals from which folding no longer waits for quiet. */
const ARRIVALS_DUE = 131_072
/** Arrivals removed in one transaction after folding. */
const REMOVED_AT_ONCE = 4_096
/** Places from here on are those of arrivals; below are those of chunks (2^32 people, 2^20 chunks each). */
const ARRIVAL_PLACES = 2 ** 52

/**
 * Every event of an app. Events come in groups of many people and are read person by person, so they
 * are written twice: as they arrive, at the end of one table, and later, in quiet moments or when there
 * are many, in chunks at the person's place. Measured with 10,000 people at work: a group's
 * transaction takes a third of the time that writing each event to its place takes.
 *
 *   append ─▶ arrivals │ p7 │ p2 │ p9 │ p2 │ ...        chunks │ p1: ... │ p2: ... │ p7: ... │
 *                └──────────── fold, by person ────────────────────┘
 *   read p2 = its chunks and those of its arrivals that are not folded
 *
 * Folding goes by people in the order of their numbers, in transactions of some of them, each noting how
 * far it has come; only then are the arrivals removed, all together, because removing them one by one
 * would again write a page for each. What is folded but not removed yet counts no more, also after a
 * crash.
 */
export class EventLog {
  readonly #db: DatabaseSync
  readonly #chunks: ChunksTable
  readonly #arrivals: ArrivalsTable
  /** Positions of the arrivals that are not folded, by person. */
  readonly #waiting: Map<number, number[]> = new Map()
  #waitingCount = 0
  /** Arrivals of the open transaction. */
  #uncommitted: { readonly person: number; readonly arrival: number; readonly isFirst: boolean }[] =
    []
  #folding: Folding
  /** People still to be folded, the next one last; null while nothing is being folded. */
  #queue: number[] | null = null
  /** By number of a person whether they have events: one bit each. */
  #having = new Uint8Array(1024)

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#db = db
    this.#chunks = new ChunksTable(db, keys, random)
    this.#arrivals = new ArrivalsTable(db, keys, random)
    this.#folding = this.#arrivals.folding
  }

  /**
   * The tags of all events. Must be gone through once, before anything else: what is waiting to be
   * folded becomes known by it.
   */
  *load(): Iterable<{ readonly person: number; readonly tags: readonly number[] }> {
    for (const chunk of this.#chunks.allTags()) {
      this.#mark(chunk.person, true)
      yield chunk
    }
    for (const { arrival, person, tags } of this.#arrivals.all()) {
      if (this.#isFolded(person, arrival)) continue
      this.#mark(person, true)
      this.#wait(person, arrival)
      yield { person, tags }
    }
    if (this.#folding.before > 0) this.#queue = this.#peopleAfter(this.#folding)
  }

  /**
   * Adds a person's events of a group to the open transaction; returns whether they are their first.
   * @param position of the first of them in the log
   */
  append(
    person: number,
    rows: readonly string[],
    tags: readonly number[],
    position: number,
  ): boolean {
    const isFirst = !this.#has(person)
    if (rows.length >= PLACED_EVENTS_MIN) this.#chunks.append(person, rows, tags)
    else {
      this.#arrivals.append(position, person, rows, tags)
      this.#wait(person, position)
    }
    if (isFirst) this.#mark(person, true)
    this.#uncommitted.push({ person, arrival: position, isFirst })
    return isFirst
  }

  committed(): void {
    this.#uncommitted = []
  }

  rolledBack(): void {
    for (const { person, arrival, isFirst } of this.#uncommitted) {
      this.#unwait(person, (one) => one !== arrival)
      if (isFirst) this.#mark(person, false)
    }
    this.#uncommitted = []
  }

  /** All rows of a person. */
  rowsOf(person: number): string {
    const arrived = this.#waitingOf(person).map((arrival) => this.#arrivals.rowsAt(arrival))
    const placed = this.#chunks.rowsOf(person)
    return (placed === '' ? arrived : [placed, ...arrived]).join(ROW_SEPARATOR)
  }

  /** The places of a person that hold an event with this tag. */
  placesWith(person: number, tag: number): number[] {
    const arrived = this.#waitingOf(person).filter((arrival) =>
      this.#arrivals.at(arrival).tags.includes(tag),
    )
    return [
      ...this.#chunks.placesWith(person, tag),
      ...arrived.map((arrival) => ARRIVAL_PLACES + arrival),
    ]
  }

  /** The rows at one place. */
  rowsAt(place: number): string {
    return place < ARRIVAL_PLACES
      ? this.#chunks.rowsAt(place)
      : this.#arrivals.rowsAt(place - ARRIVAL_PLACES)
  }

  /** Whose events stand at a place. */
  personAt(place: number): number {
    return place < ARRIVAL_PLACES
      ? personAt(place)
      : this.#arrivals.at(place - ARRIVAL_PLACES).person
  }

  /**
   * The next place after one, from -1 on; null when there is none. Arrivals come before chunks: what is
   * folded while somebody goes through the places is met twice then, never not at all.
   */
  next(after: number): TableRow | null {
    if (after >= 0 && after < ARRIVAL_PLACES) return this.#chunks.next(after)
    for (let arrival = after < 0 ? -1 : after - ARRIVAL_PLACES; ; ) {
      const next = this.#arrivals.next(arrival)
      if (next === null) return this.#chunks.next(-1)
      if (!this.#isFolded(next.person, next.row)) {
        return { row: ARRIVAL_PLACES + next.row, bytes: next.bytes }
      }
      arrival = next.row
    }
  }

  /** What a place is called where something is wrong with it. */
  nameOf(place: number): string {
    return place < ARRIVAL_PLACES ? nameOfChunk(place) : `arrival ${place - ARRIVAL_PLACES}`
  }

  /** The tags of the events at one place. */
  tagsAt(place: number): readonly number[] {
    return place < ARRIVAL_PLACES
      ? this.#chunks.tagsAt(place)
      : this.#arrivals.at(place - ARRIVAL_PLACES).tags
  }

  /** Whether every byte of the chunks' pages is accounted for and they are in order. */
  get isSound(): boolean {
    return this.#chunks.isSound
  }

  /** The places of chunks above one, up to another. */
  *placesBetween(after: number, upTo: number): Iterable<number> {
    let next = this.#chunks.next(after)
    for (; next !== null && next.row <= upTo; next = this.#chunks.next(next.row)) yield next.row
  }

  /** The tags of a person's events. */
  tagsOfPerson(person: number): number[] {
    const arrived = this.#waitingOf(person).flatMap((arrival) => this.#arrivals.at(arrival).tags)
    return [...this.#chunks.tagsOfPerson(person), ...arrived]
  }

  /** Removes a person's events, also those that are folded but still lie among the arrivals. */
  remove(person: number): void {
    this.#chunks.remove(person)
    if (this.#queue !== null) this.#arrivals.removePerson(person)
    else for (const arrival of this.#waitingOf(person)) this.#arrivals.remove(arrival)
  }

  /** Call when {@link remove} is committed. */
  removed(person: number): void {
    this.#unwait(person, () => false)
    this.#mark(person, false)
  }

  /** Whether so much waits that folding must not wait for quiet. */
  get isFoldDue(): boolean {
    return this.#queue !== null || this.#waitingCount >= ARRIVALS_DUE
  }

  /**
   * Moves the arrivals of some people to their places, in a transaction of its own.
   * @param arrivalsMin how many at the least, if there are as many
   * @returns whether there is more to do
   */
  fold(arrivalsMin: number): boolean {
    if (this.#queue === null) {
      if (this.#waitingCount === 0) return false
      this.#folding = { before: 1 + this.#lastWaiting(), person: -1 }
      this.#queue = this.#peopleAfter(this.#folding)
    }
    const people = this.#nextPeople(this.#queue, arrivalsMin)
    if (people.length === 0) return this.#removeFolded()
    const folding = { before: this.#folding.before, person: people.at(-1) as number }
    transaction(this.#db, () => {
      for (const person of people) this.#place(person)
      this.#arrivals.setFolding(folding)
    })
    this.#folding = folding
    this.#queue.length -= people.length
    for (const person of people) this.#unwait(person, (arrival) => arrival >= folding.before)
    return true
  }

  #nextPeople(queue: readonly number[], arrivalsMin: number): number[] {
    const people: number[] = []
    for (let at = queue.length - 1, arrivals = 0; at >= 0 && arrivals < arrivalsMin; at--) {
      const person = queue[at] as number
      people.push(person)
      arrivals += this.#waitingOf(person).length
    }
    return people
  }

  #removeFolded(): boolean {
    const { before } = this.#folding
    const isDone = transaction(this.#db, () => {
      const removed = this.#arrivals.removeBefore(before, REMOVED_AT_ONCE)
      if (removed === REMOVED_AT_ONCE) return false
      this.#arrivals.setFolding(NOT_FOLDING)
      return true
    })
    if (!isDone) return true
    this.#folding = NOT_FOLDING
    this.#queue = null
    return false
  }

  /** Writes what arrived of a person to their chunks; a damaged row stays as it is, in a chunk of its own. */
  #place(person: number): void {
    const arrivals = this.#waitingOf(person).filter((arrival) => arrival < this.#folding.before)
    const rows: string[] = []
    const tags: number[] = []
    for (const arrival of arrivals) {
      const row = this.#arrivals.at(arrival)
      try {
        rows.push(...this.#arrivals.open(arrival, row).split(ROW_SEPARATOR))
        tags.push(...row.tags)
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error
        this.#chunks.keepDamaged(person, row.tags, row.body)
      }
    }
    if (rows.length > 0) this.#chunks.append(person, rows, tags)
  }

  #isFolded(person: number, arrival: number): boolean {
    return arrival < this.#folding.before && person <= this.#folding.person
  }

  /** People with something to fold after where folding has come to, the first of them last. */
  #peopleAfter({ person: last, before }: Folding): number[] {
    return [...this.#waiting]
      .filter(([person, [first = 0]]) => person > last && first < before)
      .map(([person]) => person)
      .sort((a, b) => b - a)
  }

  #lastWaiting(): number {
    let last = 0
    for (const arrivals of this.#waiting.values()) last = Math.max(last, arrivals.at(-1) ?? 0)
    return last
  }

  #waitingOf(person: number): readonly number[] {
    return this.#waiting.get(person) ?? []
  }

  #wait(person: number, arrival: number): void {
    this.#waitingCount++
    const known = this.#waiting.get(person)
    if (known === undefined) this.#waiting.set(person, [arrival])
    else known.push(arrival)
  }

  #unwait(person: number, keep: (arrival: number) => boolean): void {
    const known = this.#waiting.get(person)
    if (known === undefined) return
    const kept = known.filter(keep)
    this.#waitingCount -= known.length - kept.length
    if (kept.length === 0) this.#waiting.delete(person)
    else this.#waiting.set(person, kept)
  }

  #has(person: number): boolean {
    return (((this.#having[person >>> 3] ?? 0) >>> (person & 7)) & 1) === 1
  }

  #mark(person: number, has: boolean): void {
    const at = person >>> 3
    if (at >= this.#having.length) {
      const having = new Uint8Array(Math.max(at + 1, 2 * this.#having.length))
      having.set(this.#having)
      this.#having = having
    }
    const bit = 1 << (person & 7)
    const byte = this.#having[at] as number
    this.#having[at] = has ? byte | bit : byte & ~bit
  }
}
