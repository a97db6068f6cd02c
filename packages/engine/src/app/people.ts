import { learnedSequence, type SequenceCaps } from '@adsum/learning'
import type { AppStore, LoggedEvent } from '../ports.ts'

/** Events of all people held in memory; beyond it those unused for longest are dropped and read again. */
export const EVENTS_IN_MEMORY_MAX = 3_000_000

/** How much of one person's history is learned (design, definition 5). */
export const LEARNED_CAPS: SequenceCaps = { rowsPerDayMax: 1_000, eventsMax: 20_000 }

/** What of an event is learned: the number of its item, or null when it is not part of the goal. */
export type NumberOf = (event: LoggedEvent) => number | null

/** One person as recorded: events in canonical order, and the steps that are learned of them. */
export class Person {
  readonly user: string
  readonly #numberOf: NumberOf
  #events: LoggedEvent[]
  #steps: readonly LoggedEvent[] | null = null
  #sequence: Int32Array | null = null
  /** Set when the person is erased: whoever still holds this object must not use it. */
  forgotten = false

  constructor(user: string, events: LoggedEvent[], numberOf: NumberOf) {
    this.user = user
    this.#events = events
    this.#numberOf = numberOf
  }

  /** Everything recorded, oldest first. */
  get events(): readonly LoggedEvent[] {
    return this.#events
  }

  /** The events that make the learned sequence: the goal's events, capped. */
  get steps(): readonly LoggedEvent[] {
    if (this.#steps === null) {
      const goal = this.#events.filter((event) => this.#numberOf(event) !== null)
      this.#steps = learnedSequence(goal, LEARNED_CAPS)
    }
    return this.#steps
  }

  /** Numbers of the items of the steps. */
  get sequence(): Int32Array {
    this.#sequence ??= Int32Array.from(this.steps, (step) => this.#numberOf(step) ?? -1)
    return this.#sequence
  }

  /** Takes new events in, wherever they belong. */
  insert(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      const last = this.#events.at(-1)
      this.#events.push(event)
      if (last !== undefined && compareEvents(last, event) > 0) this.#events.sort(compareEvents)
    }
    this.#steps = null
    this.#sequence = null
  }
}

/** Canonical order: time, then id in code-unit order. */
export function compareEvents(a: LoggedEvent, b: LoggedEvent): number {
  return a.time - b.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/**
 * The people of one app: a bounded memory in front of the log. Whatever is not here is read from the
 * store; the store is always right.
 */
export class People {
  readonly #store: AppStore
  readonly #numberOf: NumberOf
  readonly #eventsMax: number
  /** Insertion order is the order of use: the first is the one unused for longest. */
  readonly #people = new Map<string, Person>()
  /** Reads under way, so that two askers share one; a change meanwhile makes a read stale. */
  readonly #reads = new Map<string, Promise<Person>>()
  /** Everyone with at least one event. */
  readonly #known = new Set<string>()
  /** Whether the known are everyone: until then only the store can tell who has no events. */
  #complete = false
  #events = 0

  constructor(store: AppStore, numberOf: NumberOf, eventsMax: number = EVENTS_IN_MEMORY_MAX) {
    this.#store = store
    this.#numberOf = numberOf
    this.#eventsMax = eventsMax
  }

  /** How many people have at least one event. */
  get size(): number {
    return this.#known.size
  }

  /** The person if they are in memory. */
  peek(user: string): Person | undefined {
    const person = this.#people.get(user)
    if (person !== undefined) {
      this.#people.delete(user)
      this.#people.set(user, person)
    }
    return person
  }

  /** The person as recorded; somebody unknown has no events. */
  async get(user: string): Promise<Person> {
    const known = this.peek(user)
    if (known !== undefined) return known
    if (this.#complete && !this.#known.has(user)) return new Person(user, [], this.#numberOf)
    const running = this.#reads.get(user)
    if (running !== undefined) return running
    const read = this.#read(user)
    this.#reads.set(user, read)
    try {
      return await read
    } finally {
      if (this.#reads.get(user) === read) this.#reads.delete(user)
    }
  }

  async #read(user: string): Promise<Person> {
    const events = await this.#store.readUser(user)
    const person = new Person(user, events, this.#numberOf)
    const changed = !this.#reads.has(user)
    if (!changed && events.length > 0) {
      this.#known.add(user)
      this.#keep(person)
    }
    return person
  }

  /** Takes a person in who was just read from the log. */
  remember(user: string, events: LoggedEvent[]): Person {
    const known = this.#people.get(user)
    if (known !== undefined) return known
    const person = new Person(user, events, this.#numberOf)
    this.#known.add(user)
    this.#keep(person)
    return person
  }

  /** Everyone in the log has been remembered. */
  completed(): void {
    this.#complete = true
  }

  /** Events that the store has just accepted; whoever is not in memory is read on the next use. */
  accepted(user: string, events: readonly LoggedEvent[]): void {
    const isNew = !this.#known.has(user)
    this.#known.add(user)
    this.#reads.delete(user)
    const person = this.#people.get(user)
    if (person !== undefined) {
      person.insert(events)
      this.#events += events.length
      this.#evict()
    } else if (isNew) {
      const sorted = [...events].sort(compareEvents)
      this.#keep(new Person(user, sorted, this.#numberOf))
    }
  }

  /** Lets go of a person. */
  forget(user: string): void {
    this.#known.delete(user)
    this.#reads.delete(user)
    const person = this.#people.get(user)
    if (person === undefined) return
    person.forgotten = true
    this.#people.delete(user)
    this.#events -= person.events.length
  }

  #keep(person: Person): void {
    this.#people.set(person.user, person)
    this.#events += person.events.length
    this.#evict()
  }

  #evict(): void {
    for (const [user, person] of this.#people) {
      if (this.#events <= this.#eventsMax || this.#people.size <= 1) return
      this.#people.delete(user)
      this.#events -= person.events.length
    }
  }
}
