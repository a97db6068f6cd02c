/**
 * The loop that empties a queue: one batch at a time, in order, each event removed only when the
 * server has answered for it. A failure pauses the whole queue, so that a server in trouble is asked
 * by one request of this client at a time and not by one per event.
 */

import type { AdsumError, EventResult } from '@adsum/protocol'
import { delayOfQueue, type QueueDelay } from '../retry.ts'
import type { Outcome } from '../transport.ts'
import type { PlacedEvent, QueueStore } from './queue-store.ts'
import { judge, type Verdict } from './verdict.ts'

/** Events of one request. */
export const BATCH_EVENTS_MAX = 100
/** Bytes of the events of one request as JSON; below what any server allows for a body. */
export const BATCH_BYTES_MAX = 400_000
/** Events by which batches grow again, each time that one was taken, after they had to be smaller. */
const BATCH_GROWTH_EVENTS = 1
/** Milliseconds that a first event waits for others to come along. */
export const LINGER_MS = 250

export interface SenderParts {
  readonly store: QueueStore
  /** Makes one try to send the batch. */
  send(batch: readonly PlacedEvent[], signal: AbortSignal): Promise<Outcome>
  /** Waits; fails with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  random(): number
  /** The server's address, for what is said about it. */
  readonly url: string
  readonly report: SenderReport
}

/** What the loop tells. None of these may throw. */
export interface SenderReport {
  /** The server's last word on an event, before it is removed. */
  answered(event: PlacedEvent, result: EventResult): void
  /** Nothing waits any more. */
  emptied(): void
  /** No further try will be made: until {@link Sender.attempt} is called, or the next event comes. */
  stopped(error: unknown): void
}

export interface Sender {
  /** Says that events wait: they are sent after a short while, in which others may join them. */
  wake(): void
  /**
   * Tries at once, except where the server asked for time. Resolves when nothing waits or when a try
   * has failed.
   */
  attempt(): Promise<void>
  /** Ends the loop and the request under way; its events stay in the queue. */
  close(): Promise<void>
}

export function createSender(parts: SenderParts): Sender {
  const { store, report } = parts
  const closing = new AbortController()
  let hurry = new AbortController()
  let hurried = false
  let wanted = false
  let stopped = false
  let running: Promise<void> | null = null
  let failures = 0
  let batchMax = BATCH_EVENTS_MAX
  let delay: QueueDelay = { askedMs: 0, spreadMs: 0 }
  let rounds: (() => void)[] = []

  function start(): void {
    wanted = true
    running ??= run().finally(() => {
      running = null
      if (wanted && !stopped && !closing.signal.aborted) start()
      else endRound()
    })
  }

  async function run(): Promise<void> {
    while (wanted && !stopped && !closing.signal.aborted) {
      wanted = false
      try {
        await store.exclusively(drain, closing.signal)
      } catch (error) {
        // The store itself failed. The next event, or the next page, finds out whether it works again.
        if (!closing.signal.aborted) report.stopped(error)
        return
      }
    }
  }

  /** Sends until nothing waits, holding the store's lock through every pause. */
  async function drain(): Promise<void> {
    for (;;) {
      await pause()
      if (closing.signal.aborted) return
      const batch = await store.peek({ events: batchMax, bytes: BATCH_BYTES_MAX })
      if (batch.length === 0) {
        report.emptied()
        return
      }
      const outcome = await parts.send(batch, closing.signal)
      if (closing.signal.aborted && !('answer' in outcome)) return
      await act(judge(outcome, batch, parts.url), batch)
      if (stopped) return
    }
  }

  async function act(verdict: Verdict, batch: readonly PlacedEvent[]): Promise<void> {
    switch (verdict.kind) {
      case 'answered':
        await settle(batch, verdict.results)
        batchMax = Math.min(BATCH_EVENTS_MAX, batchMax + BATCH_GROWTH_EVENTS)
        return
      case 'smaller': {
        const [event] = batch
        if (batch.length > 1) batchMax = Math.ceil(batch.length / 2)
        else if (event !== undefined) await settle([event], [refusalOf(event, verdict.error)])
        return
      }
      case 'later':
        return fail(verdict.afterMs)
      case 'stop':
        stopped = true
        report.stopped(verdict.error)
    }
  }

  async function settle(
    batch: readonly PlacedEvent[],
    results: readonly EventResult[],
  ): Promise<void> {
    failures = 0
    batch.forEach((event, index) => {
      const result = results[index]
      if (result !== undefined) report.answered(event, result)
    })
    await store.remove(batch.map(({ place }) => place))
  }

  function fail(afterMs: number): void {
    failures += 1
    delay = delayOfQueue(failures, afterMs, parts.random)
    hurried = false
    hurry = new AbortController()
    endRound()
  }

  /** Waits as long as the last failure, or the wish for company, makes it. */
  async function pause(): Promise<void> {
    const { askedMs, spreadMs } = delay
    delay = { askedMs: 0, spreadMs: 0 }
    await wait(askedMs, closing.signal)
    if (!hurried) await wait(spreadMs, AbortSignal.any([closing.signal, hurry.signal]))
  }

  async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds === 0 || signal.aborted) return
    try {
      await parts.sleep(milliseconds, signal)
    } catch (error) {
      // Cut short on purpose: the loop looks by itself whether it goes on.
      if (!signal.aborted) throw error
    }
  }

  function endRound(): void {
    const ended = rounds
    rounds = []
    for (const resolve of ended) resolve()
  }

  return {
    wake() {
      if (stopped || closing.signal.aborted) return
      if (running === null) {
        hurried = false
        hurry = new AbortController()
        delay = { askedMs: delay.askedMs, spreadMs: Math.max(delay.spreadMs, LINGER_MS) }
      }
      start()
    },
    attempt() {
      if (closing.signal.aborted) return Promise.resolve()
      stopped = false
      const ended = new Promise<void>((resolve) => rounds.push(resolve))
      hurried = true
      hurry.abort()
      start()
      return ended
    },
    async close() {
      closing.abort()
      await running
      endRound()
    },
  }
}

/** An event that is too large even alone is refused for good. */
function refusalOf({ id }: PlacedEvent, { code, message }: AdsumError): EventResult {
  return { id, status: 'rejected', code, message }
}
