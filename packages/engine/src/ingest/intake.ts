import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EventResult } from '@adsum/protocol'
import type { LoggedEvent, Refusal, RefusedEvent } from '../ports.ts'
import type { EventMoments } from './event-time.ts'
import { type IncomingEvent, type Judgement, judge, refusedEvent } from './incoming-event.ts'
import { conflictOf, type Quarantine } from './quarantine.ts'
import type { EventChecks } from './validate-event.ts'

/** Events judged in one turn of the event loop: after so many others have theirs, however large these are. */
const JUDGED_AT_ONCE = 100

/** When a request was sent, by its sender's clock, and received; milliseconds since 1970 UTC. */
export type RequestClocks = Pick<EventMoments, 'sent' | 'received'>

export interface IntakeParts extends Pick<EventChecks, 'app' | 'hasItem'> {
  readonly quarantine: Quarantine
  /** Appends to the log. */
  readonly record: (
    events: readonly LoggedEvent[],
  ) => Promise<readonly ('accepted' | 'duplicate' | 'conflict')[]>
}

/**
 * Takes the events of a request in: what fits goes to the log, what does not to quarantine.
 *
 *   incoming ─ judge ─┬─ fits ──── log ─── accepted · duplicate
 *                     │             └─ the id means something else: conflict ─┐
 *                     ├─ refused ─────────────────────────────── quarantine ◀─┘
 *                     └─ rejected: nothing is kept          (full: rejected, too)
 */
export class Intake {
  readonly #parts: IntakeParts

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Judges one event; it touches nothing. */
  judge(incoming: IncomingEvent, source: string, moments: EventMoments): Judgement {
    const { app, hasItem } = this.#parts
    return judge(incoming, source, { app, hasItem, ...moments })
  }

  /** Resolves when everything that is kept is synced; the results are in the order of the events. */
  async take(
    incoming: readonly IncomingEvent[],
    source: string,
    clocks: RequestClocks,
  ): Promise<EventResult[]> {
    const results = new Array<EventResult>(incoming.length)
    const fitting: { place: number; event: LoggedEvent; raw: unknown }[] = []
    const refused: Placed[] = []
    const moments = { ...clocks, now: clocks.received }
    for (const [place, one] of incoming.entries()) {
      if (place > 0 && place % JUDGED_AT_ONCE === 0) await nextTurn()
      const judgement = this.judge(one, source, moments)
      if (judgement.verdict === 'fits') fitting.push({ place, ...judgement })
      else if (judgement.verdict === 'refused') refused.push({ place, event: judgement.event })
      else results[place] = { id: judgement.id, status: 'rejected', ...judgement.refusal }
    }
    // Asked for at once, so that they share a commit.
    const [outcomes] = await allOrThrow([
      this.#parts.record(fitting.map(({ event }) => event)),
      this.#quarantine(refused, 'quarantined', results),
    ])
    const conflicts: Placed[] = []
    for (const [index, status] of outcomes.entries()) {
      const { place, event, raw } = fitting[index] as (typeof fitting)[number]
      const { id, user } = event
      results[place] = { id, status }
      if (status !== 'conflict') continue
      const refusal = conflictOf(id)
      const checks = clocks
      conflicts.push({ place, event: refusedEvent({ id, user, raw, source, checks, refusal }) })
    }
    await this.#quarantine(conflicts, 'conflict', results)
    return results
  }

  /** Quarantines events and notes what became of them. */
  async #quarantine(
    refused: readonly Placed[],
    status: 'quarantined' | 'conflict',
    results: EventResult[],
  ): Promise<void> {
    const kept = await this.#parts.quarantine.keep(refused.map(({ event }) => event))
    for (const [index, { place, event }] of refused.entries()) {
      const refusal: Refusal = event.refusal
      results[place] = { id: event.event, status: kept[index] ? status : 'rejected', ...refusal }
    }
  }
}

interface Placed {
  readonly place: number
  readonly event: RefusedEvent
}

/** Waits for all, so that nothing is still being written when the first failure is reported. */
async function allOrThrow<First, Second>(
  work: readonly [Promise<First>, Promise<Second>],
): Promise<[First, Second]> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
