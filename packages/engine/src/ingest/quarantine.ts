import {
  AdsumError,
  type QuarantineView,
  type ReplayResponse,
  type UserView,
} from '@adsum/protocol'
import type { AppStore, QuarantinedEvent, Refusal, RefusedEvent } from '../ports.ts'
import type { EventMoments } from './event-time.ts'
import { type IncomingEvent, type Judgement, type MapAgain, OWN_SOURCE } from './incoming-event.ts'

/** Quarantined events judged and recorded at once. */
const REPLAYED_AT_ONCE = 500

/** What a replay needs of the app. */
export interface ReplayParts {
  readonly mapAgain: MapAgain | undefined
  /** Judges by today's declaration and catalogue, and the event's own clocks. */
  readonly judge: (incoming: IncomingEvent, source: string, moments: EventMoments) => Judgement
  /** When it is replayed, milliseconds since 1970 UTC: what lay in the future then may not now. */
  readonly now: number
  readonly record: (
    events: readonly Extract<Judgement, { readonly verdict: 'fits' }>['event'][],
  ) => Promise<readonly ('accepted' | 'duplicate' | 'conflict')[]>
}

/**
 * Events that were understood but not taken, such as one of an item that nobody has sent yet: kept with
 * the reason until somebody has them judged anew or discards them.
 */
export class Quarantine {
  readonly #store: AppStore
  #size = 0
  /** Ends when the last work on single people asked for is done. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(store: AppStore) {
    this.#store = store
  }

  /** How many events are in quarantine. */
  get size(): number {
    return this.#size
  }

  /** How many the store had when the app was opened. */
  opened(size: number): void {
    this.#size = size
  }

  /** Keeps events; false for those that there was no room for. */
  async keep(events: readonly RefusedEvent[]): Promise<boolean[]> {
    if (events.length === 0) return []
    const outcomes = await this.#store.quarantine(events)
    this.#size += outcomes.filter((outcome) => outcome === 'kept').length
    return outcomes.map((outcome) => outcome !== 'full')
  }

  async view(query: {
    readonly limit: number
    readonly code?: string | undefined
  }): Promise<QuarantineView> {
    const { limit, code } = query
    const ofCode = code === undefined ? {} : { code }
    const [total, events] = await Promise.all([
      this.#store.countQuarantine(ofCode),
      this.#store.readQuarantine({ limit, ...ofCode }),
    ])
    return { total, events: events.map((event) => ({ ...viewOf(event), user: event.user })) }
  }

  /** What is kept of one person, newest first. */
  async viewOf(user: string, limit: number): Promise<UserView['quarantined']> {
    const [total, events] = await Promise.all([
      this.#store.countQuarantine({ user }),
      this.#store.readQuarantine({ limit, user }),
    ])
    return { total, events: events.map(viewOf) }
  }

  /** @throws AdsumError `quarantine_unknown` */
  async remove(id: string): Promise<void> {
    const removed = await this.#remove([id])
    if (removed === 0) throw new AdsumError('quarantine_unknown', { id })
  }

  /** Events of an erased person are gone from the store. */
  forgotten(count: number): void {
    this.#size -= count
  }

  /**
   * One piece of work at a time: an event that is being replayed must not bring a person back who is
   * erased meanwhile.
   */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  /**
   * Judges events anew, all or those named, oldest first. What is accepted or known by now leaves; the
   * rest stays, each with its newer reason. Doing it again after a crash does what is left.
   * @throws AdsumError `quarantine_unknown`, before anything is done
   */
  async replay(ids: readonly string[] | undefined, parts: ReplayParts): Promise<ReplayResponse> {
    const named = ids === undefined ? {} : { ids }
    if (ids !== undefined) await this.#requireAll(ids)
    const total: ReplayResponse = { accepted: 0, duplicate: 0, kept: 0 }
    const waiting: string[] = []
    // Those that come in meanwhile were judged by what holds now.
    const [newest] = await this.#store.readQuarantine({ limit: 1 })
    for (let after = 0; after < (newest?.number ?? 0); ) {
      const page = await this.exclusively(async () => {
        const query = { after, limit: REPLAYED_AT_ONCE, ...named }
        const events = await this.#store.readQuarantine(query)
        return { last: events.at(-1)?.number, counts: await this.#replayPage(events, parts) }
      })
      total.accepted += page.counts.accepted
      total.duplicate += page.counts.duplicate
      total.kept += page.counts.kept
      waiting.push(...page.counts.waiting)
      if (page.last === undefined) break
      after = page.last
    }
    const [until] = waiting.sort()
    return until === undefined ? total : { ...total, waiting: { events: waiting.length, until } }
  }

  async #replayPage(
    events: readonly QuarantinedEvent[],
    parts: ReplayParts,
  ): Promise<Omit<ReplayResponse, 'waiting'> & { readonly waiting: readonly string[] }> {
    const judged = events.map((event) => ({ event, judgement: judgeAgain(event, parts) }))
    const fitting = judged.flatMap(({ event, judgement }) =>
      judgement.verdict === 'fits' ? [{ id: event.id, event: judgement.event }] : [],
    )
    const outcomes = await parts.record(fitting.map(({ event }) => event))
    const refusals = judged.flatMap(({ event, judgement }) =>
      judgement.verdict === 'fits' ? [] : [{ id: event.id, refusal: refusalIn(judgement) }],
    )
    const leaving: string[] = []
    const counts = { accepted: 0, duplicate: 0 }
    for (const [place, outcome] of outcomes.entries()) {
      const { id, event } = fitting[place] as (typeof fitting)[number]
      if (outcome === 'conflict') refusals.push({ id, refusal: conflictOf(event.id) })
      else {
        counts[outcome]++
        leaving.push(id)
      }
    }
    await Promise.all([this.#remove(leaving), this.#store.refuseAgain(refusals)])
    const waiting = refusals.flatMap(({ refusal: { until } }) => until ?? [])
    return { ...counts, kept: refusals.length, waiting }
  }

  async #remove(ids: readonly string[]): Promise<number> {
    const removed = ids.length === 0 ? 0 : await this.#store.removeQuarantined(ids)
    this.#size -= removed
    return removed
  }

  async #requireAll(ids: readonly string[]): Promise<void> {
    const found = await this.#store.readQuarantine({ ids, limit: ids.length })
    const known = new Set(found.map(({ id }) => id))
    const missing = ids.find((id) => !known.has(id))
    if (missing !== undefined) throw new AdsumError('quarantine_unknown', { id: missing })
  }
}

/** What stands against an event whose id is taken by another. */
export function conflictOf(id: string): Refusal {
  const { code, message, path } = new AdsumError('event_conflict', { id }, { path: 'id' })
  return { code, message, path }
}

function judgeAgain(event: QuarantinedEvent, { judge, mapAgain, now }: ReplayParts): Judgement {
  const { source, sent, received } = event
  const moments = { sent, received, now }
  const raw: unknown = JSON.parse(event.raw)
  if (source === OWN_SOURCE) return judge({ event: raw, raw }, source, moments)
  // Without its dialect a message stays for the reason that it has.
  if (mapAgain === undefined) return { verdict: 'refused', event }
  return judge(mapAgain(source, raw), source, moments)
}

function refusalIn(judgement: Exclude<Judgement, { readonly verdict: 'fits' }>): Refusal {
  return judgement.verdict === 'refused' ? judgement.event.refusal : judgement.refusal
}

function viewOf(entry: QuarantinedEvent): UserView['quarantined']['events'][number] {
  const { id, event, source, refusal, received, raw } = entry
  return {
    id,
    event,
    source,
    ...refusal,
    received: new Date(received).toISOString(),
    raw: JSON.parse(raw),
  }
}
