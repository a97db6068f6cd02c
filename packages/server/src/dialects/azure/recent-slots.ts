import { EVENTS_REMEMBERED_MAX } from './limits.ts'

/** The slots of the latest multi-slot events, so that the store need not be asked for them. */
export class RecentSlots {
  readonly #byEvent = new Map<string, readonly string[]>()

  get(event: string): readonly string[] | undefined {
    return this.#byEvent.get(event)
  }

  set(event: string, slots: readonly string[]): void {
    this.#byEvent.set(event, slots)
    for (const oldest of this.#byEvent.keys()) {
      if (this.#byEvent.size <= EVENTS_REMEMBERED_MAX) return
      this.#byEvent.delete(oldest)
    }
  }
}
