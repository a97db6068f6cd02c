import { DAMAGE_MAX, type ScrubReport, type StoreTotals } from '@adsum/engine/ports'
import { SCRUB_PARTS, type ScrubPage, type ScrubPart, type ScrubRequest } from './scrub.ts'

/** What looking at the models of an app found. */
export interface ModelCheck {
  readonly intact: number
  readonly damage: readonly string[]
}

/** An app that is looked through. */
export interface ScrubSource {
  readonly name: string
  ask(page: ScrubRequest): Promise<ScrubPage>
  totals(): Promise<StoreTotals>
  checkModels(): Promise<ModelCheck>
}

/**
 * Looks through everything at rest of an app. Each page takes its turn among the writes, so that no
 * acknowledgement waits for more than one page; the next is asked for when the last has come.
 */
export async function scrubApp(
  source: ScrubSource,
  onProgress: (done: number) => void,
): Promise<ScrubReport> {
  const { events, users, items } = await source.totals()
  // Documents and records are not counted in advance.
  const expected = events + users + items + 1
  const intact = { people: 0, events: 0, quarantined: 0, records: 0, items: 0, documents: 0 }
  const damage: string[] = []
  let repaired: readonly string[] = []
  let damaged = 0
  const note = (found: readonly string[]): void => {
    damage.push(...found.slice(0, DAMAGE_MAX - damage.length))
    damaged += found.length
  }
  for (const part of SCRUB_PARTS) {
    await scrubPart(source, part, (page) => {
      if (part !== 'files') intact[part] += page.intact
      repaired = page.repairs ?? repaired
      note(page.damage)
      onProgress(Math.min(1, (intact.people + intact.events + intact.items) / expected))
    })
  }
  const models = await source.checkModels()
  note(models.damage)
  return { app: source.name, ...intact, models: models.intact, repaired, damage, damaged }
}

async function scrubPart(
  source: ScrubSource,
  part: ScrubPart,
  onPage: (page: ScrubPage) => void,
): Promise<void> {
  for (let after: number | null = -1; after !== null; ) {
    const page: ScrubPage = await source.ask({ part, after })
    onPage(page)
    after = page.last
  }
}

/** The report of an app that cannot be opened. */
export function unopened(app: string, problem: string): ScrubReport {
  return {
    app,
    people: 0,
    events: 0,
    quarantined: 0,
    records: 0,
    items: 0,
    documents: 0,
    models: 0,
    repaired: [],
    damage: [problem],
    damaged: 1,
  }
}
