import { type AppDeclaration, requireDecides } from '../app/declaration.ts'
import type { RecordQueue } from '../decisions/record-queue.ts'
import type { AppStore, Clock } from '../ports.ts'
import { type DecidedEntry, readDecided } from './decided-log.ts'
import {
  type DecidedEvaluation,
  type EvaluationRequest,
  evaluateDecided,
} from './evaluate-decided.ts'
import { namesPeople, signLearned } from './learned-base.ts'

/** Those who learn. */
interface Learners {
  statistics(surface: string): Uint8Array
  settle(): Promise<void>
}

/** What `decide` surfaces logged and learned, for whoever looks back at it. */
export class DecidedSurfaces {
  readonly #parts: {
    readonly app: AppDeclaration
    readonly store: AppStore
    readonly clock: Clock
    readonly records: RecordQueue
    readonly learners: () => Learners
  }

  constructor(parts: {
    readonly app: AppDeclaration
    readonly store: AppStore
    readonly clock: Clock
    readonly records: RecordQueue
    readonly learners: () => Learners
  }) {
    this.#parts = parts
  }

  /** Decisions that are at rest, in order, with what was learned of each. */
  async *read(surface: string): AsyncGenerator<DecidedEntry> {
    await this.#parts.records.settled()
    yield* readDecided(this.#parts, surface)
  }

  /** Judges ways to choose by the log. @throws AdsumError `data_not_enough`, `surface_unknown` */
  async evaluate(surface: string, request: EvaluationRequest): Promise<DecidedEvaluation> {
    const declared = requireDecides(this.#parts.app, surface)
    return evaluateDecided(this.read(surface), declared, request)
  }

  /** What was learned: equal statistics have equal bytes. */
  statistics(surface: string): Uint8Array {
    return this.#parts.learners().statistics(surface)
  }

  /**
   * The same, signed so that it can be brought back: null where people were named, who could then not be
   * taken out of it.
   */
  async export(surface: string): Promise<Uint8Array | null> {
    const { store, learners } = this.#parts
    await learners().settle()
    if (await namesPeople(store, surface)) return null
    return signLearned(this.statistics(surface), await store.secret())
  }
}
