/** The queue as an app sees it: what comes in, what is told of it, and its end. */

import type { EventInput, EventResult } from '@adsum/protocol'
import type { Attempt, TransportOptions } from '../transport.ts'
import { batchBody } from './batch-body.ts'
import { listenToPage } from './page.ts'
import { sendParting } from './parting.ts'
import {
  QUEUE_BYTES_MAX,
  QUEUE_EVENTS_MAX,
  type QueuedEvent,
  type QueueSize,
  type QueueStore,
} from './queue-store.ts'
import { createSender, type Sender } from './sender.ts'
import { toQueuedEvent, toTrackedEvent } from './tracked-event.ts'

/** Milliseconds that `flush` waits unless the caller says otherwise. */
export const FLUSH_MS_MAX = 30_000
/** Milliseconds that `close` goes on sending. */
export const CLOSE_FLUSH_MS_MAX = 5_000
/** Events of this page that are remembered besides the store, for the moment when the page is left. */
const REMEMBERED_EVENTS_MAX = 500

const EVERYTHING: QueueSize = {
  events: Number.POSITIVE_INFINITY,
  bytes: Number.POSITIVE_INFINITY,
}

/** An event that the server did not take: kept in quarantine (`quarantined`, `conflict`) or nowhere. */
export interface Refusal {
  readonly event: EventInput
  readonly result: EventResult
}

/** Events that were given up before the server had answered for them. */
export interface Loss {
  readonly events: readonly EventInput[]
  /** `full`: the oldest made room. `unkept`: it never got into the queue, for the reason in `cause`. */
  readonly reason: 'full' | 'unkept'
  readonly cause?: unknown
}

/** What a queue tells. Each is written to the console unless the app takes it. */
export interface QueueListeners {
  readonly onRefused?: (refusal: Refusal) => void
  readonly onDropped?: (loss: Loss) => void
  /**
   * Sending has ended until `flush` is called, because no further try can succeed: the key, the app's
   * name or this version is wrong. Events are still kept. Or the store has failed; then the next event
   * tries it again. Told once, until something is taken again.
   */
  readonly onStopped?: (error: unknown) => void
}

export interface QueueParts extends QueueListeners {
  readonly openStore: () => Promise<QueueStore>
  readonly transport: TransportOptions
  readonly attempt: Attempt
  readonly now: () => number
  readonly random: () => number
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** What may wait; {@link QUEUE_EVENTS_MAX} and {@link QUEUE_BYTES_MAX} unless given. */
  readonly most?: QueueSize
}

export interface EventQueue {
  /** Resolves when the store has the event. */
  add(event: EventInput): Promise<void>
  /** Looks for what an earlier page or process has left. */
  resume(): Promise<void>
  size(): Promise<QueueSize>
  flush(waitMsMax: number): Promise<QueueSize>
  /** Throws away what waits of a person; what is under way already cannot be called back. */
  forgetUser(user: string): Promise<void>
  /** Goes on sending for that long at the most; what is left stays in the store. */
  close(waitMsMax: number): Promise<QueueSize>
}

interface Arrival {
  readonly event: QueuedEvent
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function createEventQueue(parts: QueueParts): EventQueue {
  return new Queue(parts)
}

class Queue implements EventQueue {
  readonly #parts: QueueParts
  readonly #most: QueueSize
  #opened: Promise<{ store: QueueStore; sender: Sender }> | null = null
  #sender: Sender | null = null
  #closed: Promise<QueueSize> | null = null
  #ignorePage: (() => void) | null = null
  /** Came while the store was busy, and go into it together: one sync for all. */
  #arrivals: Arrival[] = []
  #keeping: Promise<void> | null = null
  /** Events of this page without an answer, whether or not the store has them yet. */
  readonly #unanswered = new Map<string, QueuedEvent>()
  readonly #parted = new Set<string>()
  #stopTold = false

  constructor(parts: QueueParts) {
    this.#parts = parts
    this.#most = parts.most ?? { events: QUEUE_EVENTS_MAX, bytes: QUEUE_BYTES_MAX }
  }

  async add(event: EventInput): Promise<void> {
    let queued: QueuedEvent
    try {
      if (this.#closed !== null) throw new Error('the client is closed')
      queued = toQueuedEvent(event)
    } catch (cause) {
      this.#tellDropped({ events: [event], reason: 'unkept', cause })
      throw cause
    }
    this.#heedPage()
    this.#remember(queued)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#arrivals.push({ event: queued, resolve, reject })
    this.#keeping ??= this.#keepArrivals().finally(() => {
      this.#keeping = null
    })
    return promise
  }

  async resume(): Promise<void> {
    try {
      const { sender } = await this.#open()
      sender.wake()
    } catch (error) {
      this.#stopped(error)
    }
  }

  async size(): Promise<QueueSize> {
    const { store } = await this.#open()
    await this.#keeping
    return store.size()
  }

  async forgetUser(user: string): Promise<void> {
    if (this.#closed !== null) return
    await this.#keeping
    const { store } = await this.#open()
    const theirs = (await store.peek(EVERYTHING)).filter(
      (event) => toTrackedEvent(event).user === user,
    )
    for (const { id } of theirs) this.#forget(id)
    await store.remove(theirs.map(({ place }) => place))
  }

  async flush(waitMsMax: number): Promise<QueueSize> {
    const { store, sender } = await this.#open()
    await this.#keeping
    await Promise.race([sender.attempt(), abortOf(AbortSignal.timeout(waitMsMax))])
    return store.size()
  }

  close(waitMsMax: number): Promise<QueueSize> {
    this.#closed ??= this.#end(waitMsMax)
    return this.#closed
  }

  async #end(waitMsMax: number): Promise<QueueSize> {
    this.#ignorePage?.()
    await this.#keeping
    if (this.#opened === null) return { events: 0, bytes: 0 }
    const { store, sender } = await this.#opened
    await this.flush(waitMsMax)
    await sender.close()
    const left = await store.size()
    await store.close()
    return left
  }

  #open(): Promise<{ store: QueueStore; sender: Sender }> {
    this.#opened ??= this.#start().catch((error: unknown) => {
      this.#opened = null
      throw error
    })
    return this.#opened
  }

  async #start(): Promise<{ store: QueueStore; sender: Sender }> {
    const { attempt, now, random, sleep, transport, openStore } = this.#parts
    this.#heedPage()
    const store = await openStore()
    const sender = createSender({
      store,
      send: (batch, signal) => attempt('sendEvents', { body: batchBody(batch, now()), signal }),
      sleep,
      random,
      url: transport.url,
      report: {
        answered: (event, result) => this.#answered(event, result),
        emptied: () => this.#forgetAll(),
        stopped: (error) => this.#stopped(error),
      },
    })
    this.#sender = sender
    return { store, sender }
  }

  /** From the first event on: a page may be left while the store is still being opened. */
  #heedPage(): void {
    this.#ignorePage ??= listenToPage({
      online: () => void this.#sender?.attempt(),
      hidden: () => this.#part(),
    })
  }

  /** Puts everything that has come into the store, and what comes meanwhile after it. */
  async #keepArrivals(): Promise<void> {
    // Whatever comes in the same breath goes together.
    await Promise.resolve()
    while (this.#arrivals.length > 0) {
      const arrivals = this.#arrivals.splice(0)
      const events = arrivals.map(({ event }) => event)
      try {
        const { store, sender } = await this.#open()
        const dropped = await store.append(events, this.#most)
        for (const { resolve } of arrivals) resolve()
        if (dropped.length > 0) this.#drop(dropped, { reason: 'full' })
        sender.wake()
      } catch (cause) {
        for (const { reject } of arrivals) reject(cause)
        this.#drop(events, { reason: 'unkept', cause })
      }
    }
  }

  #remember(event: QueuedEvent): void {
    this.#unanswered.set(event.id, event)
    if (this.#unanswered.size <= REMEMBERED_EVENTS_MAX) return
    for (const id of this.#unanswered.keys()) {
      this.#forget(id)
      return
    }
  }

  #forget(id: string): void {
    this.#unanswered.delete(id)
    this.#parted.delete(id)
  }

  /** Nothing waits: what is still remembered was answered in another tab. */
  #forgetAll(): void {
    this.#unanswered.clear()
    this.#parted.clear()
  }

  #answered(event: QueuedEvent, result: EventResult): void {
    this.#forget(event.id)
    this.#stopTold = false
    if (result.status === 'accepted' || result.status === 'duplicate') return
    const refusal = { event: toTrackedEvent(event), result }
    tell(this.#parts.onRefused ?? warnOf('An event was refused:'), refusal)
  }

  #drop(events: readonly QueuedEvent[], why: Omit<Loss, 'events'>): void {
    for (const { id } of events) this.#forget(id)
    this.#tellDropped({ events: events.map(toTrackedEvent), ...why })
  }

  #tellDropped(loss: Loss): void {
    tell(this.#parts.onDropped ?? warnOf('Events were dropped from the queue:'), loss)
  }

  #stopped(error: unknown): void {
    if (this.#stopTold) return
    this.#stopTold = true
    tell(this.#parts.onStopped ?? warnOf('Events are kept but no longer sent:'), error)
  }

  /** The page may be over: says what it knows, each event once. */
  #part(): void {
    const { transport, attempt, now } = this.#parts
    const untold = [...this.#unanswered.values()].filter(({ id }) => !this.#parted.has(id))
    for (const { id } of sendParting(untold, transport, attempt, now())) this.#parted.add(id)
  }
}

const abortOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()))

const warnOf =
  (what: string) =>
  (detail: unknown): void =>
    console.warn(what, detail)

/** What an app does with what it is told must not end the queue. */
function tell<Detail>(listener: (detail: Detail) => void, detail: Detail): void {
  try {
    listener(detail)
  } catch (error) {
    console.error(error)
  }
}
