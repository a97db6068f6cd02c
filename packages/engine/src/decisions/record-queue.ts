import type { AppStore, StoredRecord } from '../ports.ts'

/** Milliseconds that records are collected before they go to the store. */
const RECORD_WAIT_MS = 5

/** Records on their way to the store, written behind the answers. */
export class RecordQueue {
  readonly #store: AppStore
  readonly #report: (fault: unknown, what: string) => void
  /** Records that go to the store together. */
  #fresh: StoredRecord[] = []
  #sent: Promise<void> = Promise.resolve()
  /** What the store makes of those that go together: the ids that it did not take. */
  #taken: Promise<ReadonlySet<string>> = Promise.resolve(new Set<string>())
  #settled: Promise<unknown> = Promise.resolve()

  constructor(store: AppStore, report: (fault: unknown, what: string) => void) {
    this.#store = store
    this.#report = report
  }

  /**
   * Takes a record along.
   * @returns `sent` resolves when it was handed to the store, which then does everything after it; `taken`
   * tells when it is at rest, and whether it is: not when writing failed, or its id was there before.
   */
  add(record: StoredRecord): { readonly sent: Promise<void>; readonly taken: Promise<boolean> } {
    this.#fresh.push(record)
    if (this.#fresh.length === 1) this.#collect()
    const taken = this.#taken.then((refused) => !refused.has(record.id))
    return { sent: this.#sent, taken }
  }

  /** Resolves when every record so far is at rest, or has failed. */
  async settled(): Promise<void> {
    await this.#settled
  }

  /** One message to the store for many records: waking its thread for each would cost more than the work. */
  #collect(): void {
    const handed = new Promise((resolve) => setTimeout(resolve, RECORD_WAIT_MS)).then(() => {
      const records = this.#fresh
      this.#fresh = []
      return { records, written: this.#store.appendRecords(records) }
    })
    this.#sent = handed.then(() => undefined)
    this.#taken = handed.then(async ({ records, written }) => {
      try {
        return new Set(await written)
      } catch (fault) {
        this.#report(fault, 'decisions were answered but could not be stored')
        return new Set(records.map(({ id }) => id))
      }
    })
    this.#settled = Promise.all([this.#settled, this.#taken])
  }
}
