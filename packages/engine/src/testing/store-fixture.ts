import type { AppStore, LoggedEvent, Storage, StoreTotals } from '../ports.ts'

/** An empty place for one law: opening it anew finds what was there when it was closed. */
export interface StoreFixture {
  open(): Promise<Storage>
  /** Removes the place with everything in it. */
  dispose(): Promise<void>
}

/** Makes an empty place. */
export type StoreFactory = () => Promise<StoreFixture>

/** A promise that every store keeps. */
export interface StoreLaw {
  readonly name: string
  /** Throws when the store breaks it. */
  check(world: StoreWorld): Promise<void>
}

/** The storage of a law with one open app, which the law may close and open again. */
export class StoreWorld {
  readonly #fixture: StoreFixture
  #storage: Storage
  #store: AppStore

  private constructor(fixture: StoreFixture, storage: Storage, store: AppStore) {
    this.#fixture = fixture
    this.#storage = storage
    this.#store = store
  }

  static async open(fixture: StoreFixture): Promise<StoreWorld> {
    const storage = await fixture.open()
    return new StoreWorld(fixture, storage, await storage.openApp('cinema'))
  }

  get storage(): Storage {
    return this.#storage
  }

  get store(): AppStore {
    return this.#store
  }

  async reopen(): Promise<void> {
    await this.#storage.close()
    this.#storage = await this.#fixture.open()
    this.#store = await this.#storage.openApp('cinema')
  }

  async close(): Promise<void> {
    await this.#storage.close()
  }
}

const NOON = Date.parse('2026-11-21T12:00:00Z')

/** An event of Ana's, but for what is said otherwise. */
export function eventOf(changes: Partial<LoggedEvent> = {}): LoggedEvent {
  return {
    id: 'e-1',
    type: 'watched',
    user: 'ana',
    item: 'm-1',
    value: 4.5,
    time: NOON,
    timeKnown: true,
    original: NOON,
    sent: null,
    received: NOON + 1000,
    context: { device: 'tv' },
    ...changes,
  }
}

/** Times of an event whose sender's clock is right. */
export function timesOf(time: number): Pick<LoggedEvent, 'time' | 'original'> {
  return { time, original: time }
}

/** Events of one person, one minute apart: ids `ana-0`, `ana-1`, ... */
export function eventsOf(user: string, count: number): LoggedEvent[] {
  return Array.from({ length: count }, (_, at) =>
    eventOf({ id: `${user}-${at}`, user, item: `m-${at}`, ...timesOf(NOON + at * 60_000) }),
  )
}

/** Everything that the store has of people, by name. */
export async function peopleOf(store: AppStore): Promise<Map<string, LoggedEvent[]>> {
  const people = new Map<string, LoggedEvent[]>()
  for await (const { user, events } of store.readPeople()) {
    if (people.has(user)) throw new Error(`${user} came twice`)
    people.set(user, events)
  }
  return people
}

/** Totals of an empty store, but for what is said otherwise. */
export function totalsOf(counts: Partial<StoreTotals> = {}): StoreTotals {
  return { position: 0, events: 0, users: 0, items: 0, erasures: 0, quarantined: 0, ...counts }
}
