import type { EventInput, EventResult, UserView } from '@adsum/protocol'

/** Events that a server shows of one person; people are kept shorter, so that all are seen. */
const SHOWN_MAX = 200

/** Events sent together, and what is known of them. */
interface Batch {
  readonly events: readonly EventInput[]
  /** `unknown`: the answer never came, so that all or nothing of it may be stored. */
  state: 'unknown' | 'stored' | 'absent'
}

/** Broken promises, counted. All must be zero. */
export interface Broken {
  /** Acknowledged and gone. */
  lost: number
  /** Stored twice under one id. */
  doubled: number
  /** Stored and never sent, or with another content. */
  invented: number
  /** Batches of which only a part is there. */
  torn: number
  /** People who were erased and are there again, or only partly gone. */
  returned: number
  /** Counts that differ from what is there. */
  miscounted: number
  /** Events that are right and were refused. */
  turnedAway: number
}

/** Reads a person from the server under test. */
export type ReadUser = (user: string) => Promise<UserView | null>

/**
 * Remembers every request and every answer, apart from the server, and compares them with what the server
 * has after a fault. It knows nothing of how events are stored.
 */
export class Recorder {
  readonly broken: Broken = {
    lost: 0,
    doubled: 0,
    invented: 0,
    torn: 0,
    returned: 0,
    miscounted: 0,
    turnedAway: 0,
  }
  /** Events whose storing was acknowledged. */
  acknowledged = 0
  readonly #batches = new Map<string, Set<Batch>>()
  readonly #touched = new Set<string>()
  readonly #erased = new Set<string>()
  /** People whose erasing was asked for and not answered. */
  readonly #erasing = new Set<string>()

  /** Call before sending events, all of one person, that were never sent before. */
  sending(events: readonly EventInput[]): Batch {
    const batch: Batch = { events, state: 'unknown' }
    const user = events[0]?.user ?? ''
    const ofUser = this.#batches.get(user)
    if (ofUser === undefined) this.#batches.set(user, new Set([batch]))
    else ofUser.add(batch)
    this.#touched.add(user)
    return batch
  }

  /** Call with what was answered to a batch, sent for the first time or again. */
  answered(batch: Batch, results: readonly EventResult[]): void {
    const { events, state } = batch
    this.#touched.add(events[0]?.user ?? '')
    for (const [at, event] of events.entries()) {
      const result = results[at]
      if (result?.id !== event.id || !/^(accepted|duplicate)$/.test(result.status)) {
        this.broken.turnedAway++
      } else if (result.status === 'accepted' && state === 'stored') this.broken.doubled++
      else if (result.status === 'duplicate' && state === 'absent') this.broken.invented++
    }
    if (state !== 'stored') this.acknowledged += events.length
    batch.state = 'stored'
  }

  /** Call when a batch was refused as a whole, with nothing stored. */
  refused(batch: Batch): void {
    if (batch.state === 'unknown') batch.state = 'absent'
  }

  /** Batches that a client would send again. */
  unanswered(): Batch[] {
    return this.#all().filter(({ state }) => state !== 'stored')
  }

  erasing(user: string): void {
    this.#erasing.add(user)
    this.#touched.add(user)
  }

  /** Call with the events that the receipt of an erasing counts. */
  erased(user: string, events: number): void {
    if (events !== this.#eventsOf(user)) this.broken.miscounted++
    this.#forget(user)
  }

  /**
   * Compares what the server has with what it was told, and learns what became of unanswered requests.
   * Nothing may be under way. `everyone` reads the people, too, with whom nothing happened since.
   */
  async check(read: ReadUser, everyone = false): Promise<void> {
    for (const user of everyone ? [...this.#batches.keys()] : [...this.#touched]) {
      if (this.#batches.has(user)) this.#checkUser(user, await read(user))
    }
    for (const user of this.#erased) if ((await read(user)) !== null) this.broken.returned++
    this.#touched.clear()
    this.#erasing.clear()
  }

  /** Compares the server's own counts; call after {@link check}. */
  checkTotals(totals: { readonly events: number; readonly users: number }): void {
    const stored = this.#all().filter(({ state }) => state === 'stored')
    const events = stored.reduce((sum, batch) => sum + batch.events.length, 0)
    const users = new Set(stored.map((batch) => batch.events[0]?.user)).size
    if (totals.events !== events) this.broken.miscounted++
    if (totals.users !== users) this.broken.miscounted++
  }

  #checkUser(user: string, view: UserView | null): void {
    if (this.#erasing.has(user)) {
      if (view === null) this.#forget(user)
      else if (view.events !== this.#eventsOf(user)) this.broken.returned++
      return
    }
    const shown = new Map<string, number>()
    const sent = new Map(this.#eventsSentTo(user).map((event) => [event.id, event]))
    for (const event of view?.latest ?? []) {
      shown.set(event.id, (shown.get(event.id) ?? 0) + 1)
      const original = sent.get(event.id)
      if (original === undefined || !isSame(original, event)) this.broken.invented++
    }
    for (const times of shown.values()) if (times > 1) this.broken.doubled++
    for (const batch of this.#batches.get(user) ?? []) this.#checkBatch(batch, shown)
    if ((view?.events ?? 0) > SHOWN_MAX) throw new Error(`${user} has more events than are shown`)
    if ((view?.events ?? 0) !== (view?.latest.length ?? 0)) this.broken.miscounted++
  }

  #checkBatch(batch: Batch, shown: ReadonlyMap<string, number>): void {
    const missing = batch.events.filter(({ id }) => !shown.has(id)).length
    if (batch.state === 'stored') {
      this.broken.lost += missing
      return
    }
    if (missing > 0 && missing < batch.events.length) this.broken.torn++
    if (batch.state === 'absent' && missing === 0) this.broken.invented++
    batch.state = missing === 0 ? 'stored' : 'absent'
  }

  #forget(user: string): void {
    this.#batches.delete(user)
    this.#erased.add(user)
  }

  #eventsOf(user: string): number {
    let events = 0
    for (const batch of this.#batches.get(user) ?? []) {
      if (batch.state === 'stored') events += batch.events.length
    }
    return events
  }

  #eventsSentTo(user: string): EventInput[] {
    return [...(this.#batches.get(user) ?? [])].flatMap(({ events }) => events)
  }

  #all(): Batch[] {
    return [...this.#batches.values()].flatMap((batches) => [...batches])
  }
}

function isSame(sent: EventInput, stored: UserView['latest'][number]): boolean {
  return (
    sent.type === stored.type &&
    (sent.item ?? null) === stored.item &&
    (sent.value ?? null) === stored.value &&
    sent.time === stored.time
  )
}
