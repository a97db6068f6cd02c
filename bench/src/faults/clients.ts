import type { Random } from '@adsum/learning'
import type { EventInput, EventsResponse, Receipt } from '@adsum/protocol'
import { ask } from './asking.ts'
import type { Recorder } from './recorder.ts'
import { APP, DEVICES, FILMS } from './small-app.ts'

/** Events of one request of each client that runs at once. */
const CLIENT_BATCHES: readonly number[] = [50, 20, 5, 1]
/** A person is retired when another batch could make more events than a server shows. */
const EVENTS_PER_PERSON_MAX = 100
/** Share of requests that send again what was acknowledged before, as a client does whose answer got lost. */
const AGAIN_SHARE = 0.1
/** Milliseconds before asking again where a server was busy. */
const PATIENCE_MS = 20
/** The events of a run lie in the day before it. */
const DAY_MS = 24 * 60 * 60 * 1_000

type Batch = ReturnType<Recorder['sending']>

/** Several clients of one server. They send until told to stop, or until the server is gone. */
export class Clients {
  readonly #recorder: Recorder
  readonly #random: Random
  /** Begins every name, so that no two directories or runs share one. */
  readonly #prefix: string
  readonly #began = Date.now() - DAY_MS
  /** People who get no more events, and may be erased. */
  readonly #retired: string[] = []
  #people = 0
  #events = 0

  constructor(recorder: Recorder, random: Random, prefix: string) {
    this.#recorder = recorder
    this.#random = random
    this.#prefix = prefix
  }

  /** Sends until `stop` resolves; resolves when no request is under way. */
  async load(url: string, stop: Promise<unknown>): Promise<void> {
    const run = { over: false }
    void stop.then(() => {
      run.over = true
    })
    await Promise.all(CLIENT_BATCHES.map((size) => this.#client(url, size, run)))
  }

  /** Sends one new event; whether it was acknowledged. */
  async sendOne(url: string): Promise<boolean> {
    const user = this.#newPerson()
    const isDone = await this.#send(url, this.#newBatch(user, 1))
    this.#retired.push(user)
    return isDone
  }

  /** Sends again whatever never was answered. */
  async sendUnanswered(url: string): Promise<void> {
    for (const batch of this.#recorder.unanswered()) await this.#send(url, batch)
  }

  /** Erases somebody who gets no more events; false when there was nobody, or no answer. */
  async erase(url: string): Promise<boolean> {
    const at = this.#retired.length === 0 ? 0 : this.#random.below(this.#retired.length)
    const [user] = this.#retired.splice(at, 1)
    if (user === undefined) return false
    this.#recorder.erasing(user)
    const answer = await ask(url, 'DELETE', `/v1/users/${user}`)
    if (answer?.status === 404) this.#recorder.erased(user, 0)
    if (answer?.status !== 200) return false
    this.#recorder.erased(user, (answer.body as Receipt).events)
    return true
  }

  async #client(url: string, size: number, run: { readonly over: boolean }): Promise<void> {
    let user = this.#newPerson()
    let left = EVENTS_PER_PERSON_MAX
    let last: Batch | null = null
    while (!run.over) {
      if (last !== null && this.#random.next() < AGAIN_SHARE) {
        if (await this.#send(url, last)) continue
        break
      }
      if (left < size) {
        this.#retired.push(user)
        user = this.#newPerson()
        left = EVENTS_PER_PERSON_MAX
        last = null
      }
      left -= size
      last = this.#newBatch(user, size)
      if (!(await this.#send(url, last))) break
      await this.#decide(url, user)
    }
    this.#retired.push(user)
  }

  /** Sends a batch until it is answered; false when the server is gone. */
  async #send(url: string, batch: Batch): Promise<boolean> {
    for (;;) {
      const answer = await ask(url, 'POST', '/v1/events', { events: batch.events })
      if (answer === null) return false
      if (answer.status === 200 || answer.status === 207) {
        this.#recorder.answered(batch, (answer.body as EventsResponse).results)
        return true
      }
      this.#recorder.refused(batch)
      if (answer.status !== 429 && answer.status !== 503) {
        throw new Error(`events were refused: ${JSON.stringify(answer)}`)
      }
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
    }
  }

  /** Now and then an answer is asked for, so that decisions are recorded as well. */
  async #decide(url: string, user: string): Promise<void> {
    if (this.#random.below(4) === 0) {
      await ask(url, 'POST', '/v1/decisions', { surface: 'home', user, limit: 5 })
    }
  }

  #newPerson(): string {
    return `${APP}-${this.#prefix}-${this.#people++}`
  }

  #newBatch(user: string, size: number): Batch {
    const first = this.#random.below(FILMS)
    return this.#recorder.sending(
      Array.from({ length: size }, (_, at): EventInput => {
        const number = this.#events++
        return {
          id: `${this.#prefix}-${number}`,
          type: 'watched',
          user,
          item: `film-${(first + at) % FILMS}`,
          ...(number % 3 > 0 && { value: 1 + (number % 4) }),
          ...(number % 5 > 0 && { context: { device: DEVICES[number % 2] ?? null } }),
          time: new Date(this.#began + number).toISOString(),
        }
      }),
    )
  }
}

/** Resolves after so many milliseconds. */
export function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
