import type { AppStore, Clock, LoggedRecord } from '../ports.ts'
import { DECIDE_KIND, decodeDecideRecord, optionOf } from './decide-record.ts'
import { outcomeOf } from './outcome.ts'

/** Records read from the store at once. */
const PAGE = 1_000

/** The decisions of all surfaces as the log has them, in the order in which they were made. */
export async function* decideLog(store: AppStore): AsyncGenerator<LoggedRecord> {
  let after = 0
  for (;;) {
    const page = await store.readLog(DECIDE_KIND, after, PAGE)
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.number
  }
}

/** A decision of the log, for whoever judges ways to choose. */
export interface DecidedEntry {
  readonly id: string
  readonly user: string | null
  /** Milliseconds since 1970 UTC. */
  readonly time: number
  /** Features of the request as they came, and of its actions as far as they were kept. */
  readonly features: unknown
  readonly actionFeatures: Readonly<Record<string, unknown>>
  /** What could be chosen, the first being the baseline, with the chance that each had. */
  readonly options: readonly { readonly action: string; readonly probability: number }[]
  /** Place of the option that counts: ours; where we only watched, that of the system in charge. */
  readonly counts: number
  /** The chance with which it was chosen: 1 where we only watched. */
  readonly propensity: number
  /** What was learned of it; `null` where nothing is, or not yet. */
  readonly value: number | null
  /** The terms of what counts, with their names. */
  readonly terms: readonly { readonly feature: string; readonly share: number }[]
}

/**
 * Decisions of one surface in the order in which they were made, page by page, so that whoever reads them
 * lets others work in between. Those in which nothing was chosen are left out.
 */
export async function* readDecided(
  { store, clock }: { readonly store: AppStore; readonly clock: Clock },
  surface: string,
): AsyncGenerator<DecidedEntry> {
  for await (const { record, rewards } of decideLog(store)) {
    const said = decodeDecideRecord(record.body)
    if (said.surface !== surface) continue
    const { options, draw, incumbent, partsTotal } = said
    const counts = incumbent ?? optionOf(options, draw)
    if (options[counts]?.action === null) continue
    const isOver = said.deadline <= clock.now()
    yield {
      id: record.id,
      user: record.user,
      time: said.time,
      features: said.features,
      actionFeatures: said.actionFeatures,
      options: options.map(({ action, parts }) => ({
        action: action ?? '',
        probability: parts / partsTotal,
      })),
      counts,
      propensity: incumbent === null ? (options[counts]?.parts ?? 0) / partsTotal : 1,
      value: outcomeOf(said, rewards, isOver).value,
      terms: said.terms,
    }
  }
}
