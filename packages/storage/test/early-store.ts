import { setTimeout } from 'node:timers/promises'
import type {
  AppendOutcome,
  AppStore,
  ErasedCounts,
  LoggedEvent,
  StoredRecord,
} from '@adsum/engine'

/** How long it waits for more to write, as a store with a delayed sync would. */
const DELAY_MS = 20

/**
 * A store that is wrong on purpose: it acknowledges events first and writes them a little later. The law
 * of durability must catch it, or it would catch nothing.
 */
export class EarlyStore implements Pick<AppStore, 'appendEvents' | 'appendRecords' | 'eraseUser'> {
  readonly #store: AppStore

  constructor(store: AppStore) {
    this.#store = store
  }

  async appendEvents(events: readonly LoggedEvent[]): Promise<AppendOutcome[]> {
    void setTimeout(DELAY_MS).then(() => this.#store.appendEvents(events))
    return events.map((_, position) => ({ status: 'accepted', position }))
  }

  async appendRecords(records: readonly StoredRecord[]): Promise<void> {
    return this.#store.appendRecords(records)
  }

  async eraseUser(user: string): Promise<ErasedCounts> {
    return this.#store.eraseUser(user)
  }
}
