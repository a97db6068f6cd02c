import { AdsumError, type ErrorCode } from '@adsum/protocol'
import { ByteLimit, type Strain } from './byte-limit.ts'
import { FairQueue, type Waiting } from './fair-queue.ts'
import { FairShares } from './fair-shares.ts'
import { TokenBucket } from './token-bucket.ts'

/** Milliseconds that a write may take before fewer are let in. */
export const SYNC_MS_MAX = 80
/** Milliseconds that the event loop may be late before fewer are let in. */
export const LOOP_DELAY_MS_MAX = 80
/** What a public key may send: requests and bytes a second, and how many seconds of it at once. */
export const WRITE_KEY_REQUESTS_PER_SECOND = 2_000
export const WRITE_KEY_BYTES_PER_SECOND: number = 16 * 1024 * 1024
const WRITE_KEY_BURST_SECONDS = 2
/** Bytes that a body of unknown length is taken for until more of it has come. */
export const CHUNKED_BYTES_EXPECTED: number = 64 * 1024
/** Milliseconds that a request within its key's share waits for room, should nothing come to an end. */
export const WAIT_MS_MAX = 1_000
/** Seconds after which a request that found the server full may come again. */
const RETRY_SECONDS = 1
/** Keys whose spending is remembered; beyond it those that were quiet for longest start afresh. */
const BUCKETS_MAX = 10_000

/** Why a request was not let in; a label of the metrics. */
export const REFUSAL_REASONS = ['requests', 'bytes', 'share', 'busy', 'waited', 'growing'] as const
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

const CODES: Readonly<Record<RefusalReason, ErrorCode>> = {
  requests: 'rate_limited',
  bytes: 'rate_limited',
  share: 'rate_limited',
  busy: 'overloaded',
  waited: 'overloaded',
  growing: 'overloaded',
}
const PROBLEMS: Readonly<Record<RefusalReason, string>> = {
  requests: `more than ${WRITE_KEY_REQUESTS_PER_SECOND} requests a second`,
  bytes: `more than ${WRITE_KEY_BYTES_PER_SECOND} bytes a second`,
  share: 'more than its share while the server is busy with others',
  busy: 'too many bytes in flight',
  waited: 'no room for it in time',
  growing: 'too many bytes in flight',
}

/** A request that is not let in: nothing of it was read. */
export class AdmissionRefusal extends AdsumError {
  readonly reason: RefusalReason
  readonly retryAfterSeconds: number

  constructor(reason: RefusalReason, seconds: number = RETRY_SECONDS) {
    super(CODES[reason], { problem: PROBLEMS[reason] })
    this.reason = reason
    this.retryAfterSeconds = Math.max(1, Math.ceil(seconds))
  }
}

/** Who asks to come in. */
export interface Applicant {
  readonly key: string
  /** Public keys have a budget of their own, because anyone can copy them. */
  readonly isPublic: boolean
  /** Bytes of the body as its headers promise; undefined where it comes in chunks. */
  readonly bytes: number | undefined
}

/** The place of an admitted request among those in flight, to be released when it is answered. */
export interface Ticket {
  /** Whether there is no room for the request yet. */
  readonly isWaiting: boolean
  /** Calls once there is room: now, or when others have been answered; never after its release. */
  whenIn(enter: () => void): void
  /** More of the body has come than was expected. @throws AdmissionRefusal when there is no room for it */
  grow(arrived: number): void
  /**
   * The public key that a request turned out to come with in its body: it spends as one in the headers
   * does. @throws AdmissionRefusal when it has nothing left to spend
   */
  charge(key: string): void
  /** Gives the room back, or the place in line. */
  release(): void
}

interface Budget {
  readonly requests: TokenBucket
  readonly bytes: TokenBucket
}

/**
 * Decides who comes in, by the headers alone, so that refusing costs next to nothing:
 *
 *   key's requests and bytes a second ─▶ room in the bytes in flight? ─▶ in
 *              429 (public keys)              │ none: other keys are there as well?
 *                                             ├─ no: 503
 *                                             └─ yes: place in the key's line? ─▶ waits, is let in fairly
 *                                                       └─ no: 429
 *
 * The bytes in flight adapt to what the disk and the event loop bear (`byte-limit.ts`); who gets those
 * that become free is for `fair-queue.ts` to say.
 */
export class Admission {
  readonly #strain: () => Strain
  readonly #clock: () => number
  readonly #limit = new ByteLimit({ syncMsMax: SYNC_MS_MAX, loopDelayMsMax: LOOP_DELAY_MS_MAX })
  readonly #shares = new FairShares()
  readonly #queue = new FairQueue(this.#shares)
  readonly #budgets: Map<string, Budget> = new Map()

  /** @param clock milliseconds, never going back. */
  constructor(strain: () => Strain, clock: () => number) {
    this.#strain = strain
    this.#clock = clock
  }

  get bytesInFlight(): number {
    return this.#shares.bytes
  }

  get bytesWaiting(): number {
    return this.#queue.bytes
  }

  get bytesInFlightMax(): number {
    return this.#limit.bytes
  }

  /** @throws AdmissionRefusal */
  admit({ key, isPublic, bytes: promised }: Applicant): Ticket {
    const now = this.#clock()
    const expected = promised ?? CHUNKED_BYTES_EXPECTED
    this.#limit.adjust(this.#strain, this.#shares.bytes, now)
    const budget = isPublic ? this.#budget(key, now) : null
    if (budget !== null) requireBudget(budget, expected, now)
    const limit = this.#limit.bytes
    const room = this.#shares.room(key, expected, limit, now)
    const isIn = room === 'own' ? !this.#queue.has(key) : room === 'lent' && this.#queue.isEmpty
    if (!isIn && !this.#queue.hasPlace(key, expected, limit, now)) {
      throw new AdmissionRefusal(this.#shares.active(now) === 1 ? 'busy' : 'share')
    }
    budget?.requests.take(1, now)
    budget?.bytes.take(expected, now)
    if (isIn) this.#shares.take(key, expected, now)
    return this.#ticket(key, expected, budget, isIn)
  }

  #ticket(key: string, expected: number, budget: Budget | null, isIn: boolean): Ticket {
    let held = expected
    let waiting: Waiting | null = null
    let entered = (): void => undefined
    if (!isIn) {
      const enter = (): void => {
        waiting = null
        entered()
      }
      waiting = { key, bytes: expected, enter }
      this.#queue.join(waiting)
      this.#letIn()
    }
    return {
      get isWaiting() {
        return waiting !== null
      },
      whenIn: (enter) => {
        if (waiting === null) enter()
        else entered = enter
      },
      grow: (arrived) => {
        const more = arrived - held
        if (more <= 0) return
        const now = this.#clock()
        const room = this.#shares.room(key, more, this.#limit.bytes, now)
        // Alone in flight it may go on: refusing it would help nobody.
        if (room === 'none' && held < this.#shares.bytes) throw new AdmissionRefusal('growing')
        held = arrived
        budget?.bytes.take(more, now)
        this.#shares.take(key, more, now)
      },
      charge: (publicKey) => {
        const now = this.#clock()
        const spent = this.#budget(publicKey, now)
        requireBudget(spent, held, now)
        spent.requests.take(1, now)
        spent.bytes.take(held, now)
      },
      release: () => {
        if (waiting !== null) this.#queue.leave(waiting)
        else if (held > 0) this.#shares.give(key, held)
        waiting = null
        held = 0
        this.#letIn()
      },
    }
  }

  #letIn(): void {
    if (!this.#queue.isEmpty) this.#queue.letIn(this.#limit.bytes, this.#clock())
  }

  #budget(key: string, now: number): Budget {
    const known = this.#budgets.get(key)
    if (known !== undefined) {
      this.#budgets.delete(key)
      this.#budgets.set(key, known)
      return known
    }
    for (const oldest of this.#budgets.keys()) {
      if (this.#budgets.size < BUCKETS_MAX) break
      this.#budgets.delete(oldest)
    }
    const bucket = (perSecond: number) =>
      new TokenBucket(perSecond, perSecond * WRITE_KEY_BURST_SECONDS, now)
    const budget = {
      requests: bucket(WRITE_KEY_REQUESTS_PER_SECOND),
      bytes: bucket(WRITE_KEY_BYTES_PER_SECOND),
    }
    this.#budgets.set(key, budget)
    return budget
  }
}

function requireBudget({ requests, bytes }: Budget, expected: number, now: number): void {
  const forRequests = requests.wait(1, now)
  if (forRequests > 0) throw new AdmissionRefusal('requests', forRequests)
  const forBytes = bytes.wait(expected, now)
  if (forBytes > 0) throw new AdmissionRefusal('bytes', forBytes)
}
