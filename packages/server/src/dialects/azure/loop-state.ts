import type { ExplorationView, NotesApi } from '../../engine-api.ts'
import type { Evaluation } from './evaluation.ts'
import type { Policy } from './policy.ts'
import type { ServiceConfiguration } from './service-configuration.ts'

/** The document of an app's notes in which all of it stands. */
const DOCUMENT = 'personalizer'

/** What a loop remembers beside the app's log. */
interface Remembered {
  /** As it was last put; null: as declared. */
  readonly configuration: ServiceConfiguration | null
  readonly policy: Policy | null
  /** How the surface explored before a policy was put. */
  readonly declaredKind: ExplorationView['kind'] | null
  readonly evaluations: readonly Evaluation[]
  /** When the model was last brought back or reset, ISO 8601. */
  readonly modelChanged: string | null
}

const NOTHING: Remembered = {
  configuration: null,
  policy: null,
  declaredKind: null,
  evaluations: [],
  modelChanged: null,
}

/** What a loop remembers, in memory and at rest. */
export class LoopState {
  readonly #notes: () => NotesApi
  #now: Remembered
  #writing: Promise<void> = Promise.resolve()

  private constructor(notes: () => NotesApi, remembered: Remembered) {
    this.#notes = notes
    this.#now = remembered
  }

  /** @param notes of the app as it is at the time: other settings open it anew */
  static async read(notes: () => NotesApi): Promise<LoopState> {
    const text = await notes().readDocument(DOCUMENT)
    const remembered = text === null ? {} : (JSON.parse(text) as Partial<Remembered>)
    const evaluations = (remembered.evaluations ?? []).map(withoutEnd)
    return new LoopState(notes, { ...NOTHING, ...remembered, evaluations })
  }

  get now(): Remembered {
    return this.#now
  }

  /** Changes something; at rest when it resolves. Changes are written one after the other. */
  async change(change: (now: Remembered) => Partial<Remembered>): Promise<void> {
    const before = this.#writing
    const written = before.then(async () => {
      const next = { ...this.#now, ...change(this.#now) }
      await this.#notes().putDocument(DOCUMENT, JSON.stringify(next))
      this.#now = next
    })
    this.#writing = written.catch(() => undefined)
    await written
  }
}

/** One that was under way when the process ended will not come to an end. */
function withoutEnd(evaluation: Evaluation): Evaluation {
  return evaluation.status === 'pending' ? { ...evaluation, status: 'failed' } : evaluation
}
