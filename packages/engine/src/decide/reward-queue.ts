import type { AppStore, StoredReward } from '../ports.ts'

type Status = 'accepted' | 'duplicate' | 'conflict' | 'unknown'

interface Waiting {
  readonly reward: StoredReward
  readonly done: (status: Status) => void
  readonly failed: (fault: unknown) => void
}

/** Rewards on their way to the store: those that arrive while some are written go together. */
export class RewardQueue {
  readonly #store: Pick<AppStore, 'appendRewards'>
  #waiting: Waiting[] = []
  #writing: Promise<void> | null = null

  constructor(store: Pick<AppStore, 'appendRewards'>) {
    this.#store = store
  }

  /** Resolves when the reward is at rest, with what became of it. */
  add(reward: StoredReward): Promise<Status> {
    return new Promise((done, failed) => {
      this.#waiting.push({ reward, done, failed })
      this.#writing ??= this.#write()
    })
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing
  }

  async #write(): Promise<void> {
    // Those that arrive in the same turn go along.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        const statuses = await this.#store.appendRewards(batch.map(({ reward }) => reward))
        for (const [at, { done }] of batch.entries()) done(statuses[at] as Status)
      } catch (fault) {
        for (const { failed } of batch) failed(fault)
      }
    }
    this.#writing = null
  }
}
