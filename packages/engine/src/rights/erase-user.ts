import { AdsumError, type Receipt } from '@adsum/protocol'
import { isDamage } from '../app/damaged-people.ts'
import { newId } from '../app/ids.ts'
import type { AppParts } from '../app/parts.ts'
import type { People } from '../app/people.ts'
import type { LearningLoop } from '../models/learning-loop.ts'
import type { LoggedEvent, ModelManifest } from '../ports.ts'
import type { Receipts } from './receipts.ts'

export interface ErasureParts extends Pick<AppParts, 'store' | 'clock' | 'entropy'> {
  readonly people: People
  readonly loop: LearningLoop
  readonly receipts: Receipts
  /** The model in service. */
  readonly model: ModelManifest | null
  /** Resolves when every answer given so far is at rest. */
  readonly settled: () => Promise<void>
  /** Lets go of answers kept in memory. */
  readonly forgetAnswers: (user: string) => void
  /** Takes out what was learned of decisions: nothing of them is at rest any more. */
  readonly erased: () => void
  /** Takes events out of the counts that the baseline is made of. */
  readonly uncount: (events: readonly LoggedEvent[]) => void
  /** Takes events out of the count of those in quarantine. */
  readonly unquarantine: (count: number) => void
}

/**
 * Forgets a person. First at rest, because that is what cannot be rebuilt; then in memory and in the
 * statistics. Should the process end in between, the next start builds both from the log, without them.
 *
 * The person is let go of before and after the store is: an answer or an event under way at that moment
 * must not bring them back. Whoever sent nothing but events that went to quarantine is a person too.
 *
 * @throws AdsumError `user_unknown` when nothing of them was at rest
 */
export async function eraseUser(user: string, parts: ErasureParts): Promise<Receipt> {
  const { store, people, loop, receipts, model, clock } = parts
  const pseudonym = await store.pseudonym(user)
  people.forget(user)
  parts.forgetAnswers(user)
  await parts.settled()
  // Asked for at once, so that nothing comes in between: what was counted is exactly what is erased.
  const [events, counts] = await Promise.all([readIntact(store, user), store.eraseUser(user)])
  people.forget(user)
  if (counts.events + counts.decisions + counts.quarantined === 0) {
    throw new AdsumError('user_unknown')
  }
  parts.erased()
  parts.uncount(events)
  parts.unquarantine(counts.quarantined)
  const { before, after, erasures } = await loop.forget(user)
  const at = new Date(clock.now()).toISOString()
  return receipts.issue(
    {
      receipt: newId('r', parts.entropy),
      user: pseudonym,
      events: counts.events,
      decisions: counts.decisions,
      quarantined: counts.quarantined,
      statistics: { status: 'subtracted', before, after, at },
      model:
        model === null || counts.events === 0
          ? { status: 'never-contained', last: null, next: null, at: null }
          : { status: 'pending', last: model.id, next: null, at: null },
    },
    erasures,
  )
}

/**
 * A person's events, none where they are damaged: such a person is erased like any other, and was left out
 * of what is counted as the app was opened.
 */
async function readIntact(
  store: ErasureParts['store'],
  user: string,
): Promise<readonly LoggedEvent[]> {
  try {
    return await store.readUser(user)
  } catch (fault) {
    if (isDamage(fault)) return []
    throw fault
  }
}
