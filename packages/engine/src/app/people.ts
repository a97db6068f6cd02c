import type { AppStore, LoggedEvent } from '../ports.ts'
import { compareEvents, type NumberOf, Person } from './person.ts'

/** Bytes of people held in memory; beyond it those unused for longest are dropped and read again. */
export const PEOPLE_BYTES_MAX: number = 64 * 1024 * 1024

/**
 * The people of one app: a bounded memory in front of the log. Whatever is not here is read from the
 * store; the store is always right.
 */
export class People {
  readonly #store: Pick<AppStore, 'readUser'>
  readonly #numberOf: NumberOf
  readonly #bytesMax: number
  /** Insertion order is the order of use: the first is the one unused for longest. */
  readonly #people = new Map<string, Person>()
  /** Reads under way, so that two askers share one; a change meanwhile makes a read stale. */
  readonly #reads = new Map<string, Promise<Person>>()
  /** Everyone with at least one event. */
  readonly #known = new Set<string>()
  /** Whether the known are everyone: until then only the store can tell who has no events. */
  #complete = false
  #bytes = 0

  constructor(
    store: Pick<AppStore, 'readUser'>,
    numberOf: NumberOf,
    bytesMax: number = PEOPLE_BYTES_MAX,
  ) {
    this.#store = store
    this.#numberOf = numberOf
    this.#bytesMax = bytesMax
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

  /** Takes a person in who was just read from the log, events in canonical order. */
  remember(user: string, events: readonly LoggedEvent[]): Person {
    const known = this.#people.get(user)
    if (known !== undefined) return known
    const person = new Person(user, events, this.#numberOf)
    this.#known.add(user)
    this.#keep(person)
    return person
  }

  /** Somebody has events that cannot be read: asking for them goes to the store, which says so. */
  rememberDamaged(user: string): void {
    this.#known.add(user)
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
    const sorted = events.length === 1 ? events : [...events].sort(compareEvents)
    if (person === undefined) {
      // Somebody known already has events that only the store knows.
      if (isNew && this.#complete) this.#keep(new Person(user, sorted, this.#numberOf))
      return
    }
    this.#bytes -= person.bytes
    if (person.append(sorted, this.#numberOf)) {
      this.#bytes += person.bytes
      this.#evict()
    } else this.#people.delete(user)
  }

  /** Lets go of a person. */
  forget(user: string): void {
    this.#known.delete(user)
    this.#reads.delete(user)
    const person = this.#people.get(user)
    if (person === undefined) return
    person.forgotten = true
    this.#people.delete(user)
    this.#bytes -= person.bytes
  }

  #keep(person: Person): void {
    this.#people.set(person.user, person)
    this.#bytes += person.bytes
    this.#evict()
  }

  #evict(): void {
    for (const [user, person] of this.#people) {
      if (this.#bytes <= this.#bytesMax || this.#people.size <= 1) return
      this.#people.delete(user)
      this.#bytes -= person.bytes
    }
  }
}
