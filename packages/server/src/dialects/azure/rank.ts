import { randomUUID } from 'node:crypto'
import type { Decision } from '@adsum/protocol'
import { AdsumError } from '@adsum/protocol'
import { giveReward, letCount } from './events.ts'
import { Fault, faultOf } from './faults.ts'
import type { Loop } from './loop.ts'
import type { RankRequest } from './rank-request.ts'
import { baselineOf, type RankAnswer, rankingOf } from './ranking.ts'

/** Told what becomes of a rank beside its answer. */
export interface RankWatch {
  /** A fault that nobody is told of. */
  report(fault: unknown, what: string): void
  count(decision: Decision): void
}

/**
 * Answers a rank. An internal fault is answered with the baseline, because a client of this protocol that
 * is told of one waits for half a minute; nothing is learned of it.
 * @throws Fault `InvalidRankRequest`
 */
export async function rank(
  request: RankRequest,
  loop: Loop,
  watch: RankWatch,
): Promise<RankAnswer> {
  const { actions, excluded, contextFeatures, deferActivation } = request
  const eventId = request.eventId ?? randomUUID()
  const baseline = baselineOf(request)
  const { mode } = loop.settings
  let decision: Decision | null = null
  try {
    decision = await loop.app.decide({
      surface: loop.surface,
      limit: 1,
      id: eventId,
      actions: [...actions],
      features: contextFeatures,
      exclude: [...excluded],
      deferred: deferActivation,
      ...(mode === 'shadow' && { incumbent: baseline }),
    })
    watch.count(decision)
  } catch (fault) {
    if (fault instanceof AdsumError && fault.status < 500) {
      throw faultOf(fault, 'InvalidRankRequest')
    }
    watch.report(fault, 'a rank was answered with the baseline')
  }
  await applyOrphans(eventId, loop)
  return answerOf(request, decision, { eventId, baseline, isForced: mode !== 'learn' })
}

function answerOf(
  request: RankRequest,
  decision: Decision | null,
  said: { readonly eventId: string; readonly baseline: string; readonly isForced: boolean },
): RankAnswer {
  const { eventId, baseline, isForced } = said
  const chosen = decision?.choices[0]?.item
  if (chosen === undefined || isForced) {
    const certain = new Map([[baseline, 1]])
    return { ranking: rankingOf(request, certain), eventId, rewardActionId: baseline }
  }
  const probabilities = new Map<string, number>()
  for (const { action, propensity } of decision?.options ?? []) {
    if (action !== null) probabilities.set(action, propensity)
  }
  return { ranking: rankingOf(request, probabilities), eventId, rewardActionId: chosen }
}

/** Does what came before its rank. What does not fit it any more was answered long ago. */
export async function applyOrphans(id: string, loop: Loop): Promise<void> {
  for (const orphan of loop.orphans.take(id, loop.now())) {
    try {
      await (orphan.kind === 'reward' ? giveReward(id, orphan.value, loop) : letCount(id, loop))
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
    }
  }
}
