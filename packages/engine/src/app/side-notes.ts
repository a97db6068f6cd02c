import type { RecordQueue } from '../decisions/record-queue.ts'
import type { AppStore, Clock } from '../ports.ts'

/** Before the keys and ids of what is kept, so that it gets into nobody's way. */
const PREFIX = 'side-note/'

/**
 * What a foreign protocol has to remember beside the app: settings in a few documents, and small notes to
 * single requests. Nothing in it may belong to a person: it is not erased with anybody.
 */
export class SideNotes {
  readonly #store: AppStore
  readonly #records: RecordQueue
  readonly #clock: Clock

  constructor(parts: {
    readonly store: AppStore
    readonly records: RecordQueue
    readonly clock: Clock
  }) {
    this.#store = parts.store
    this.#records = parts.records
    this.#clock = parts.clock
  }

  /** A document, or null. */
  async readDocument(key: string): Promise<string | null> {
    return this.#store.readDocument(PREFIX + key)
  }

  /** Replaces a document whole; at rest when it resolves. */
  async putDocument(key: string, text: string): Promise<void> {
    await this.#store.putDocument(PREFIX + key, text)
  }

  /** Keeps a note under an id that nothing else has; written with the decisions, behind the answer. */
  keep(id: string, text: string): void {
    const body = new TextEncoder().encode(text)
    this.#records.add({ id: PREFIX + id, user: null, time: this.#clock.now(), body })
  }

  /** A note, or null. */
  async read(id: string): Promise<string | null> {
    await this.#records.settled()
    const record = await this.#store.readRecord(PREFIX + id)
    return record === null ? null : new TextDecoder().decode(record.body)
  }
}
