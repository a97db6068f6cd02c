import { randomUUID } from 'node:crypto'
import type { Decision } from '@adsum/protocol'
import { AdsumError } from '@adsum/protocol'
import { giveReward, letCount, requireInRange } from './events.ts'
import { faultOf } from './faults.ts'
import { isFields } from './fields.ts'
import type { Loop } from './loop.ts'
import type { MultiSlotRequest, Slot, SlotReward } from './multi-slot-request.ts'
import { applyOrphans, type RankWatch } from './rank.ts'
import type { RankedAction } from './rank-request.ts'

/** The answer to a multi-slot rank: an action for each slot, none twice. */
export interface MultiSlotAnswer {
  readonly slots: readonly { readonly id: string; readonly rewardActionId: string }[]
  readonly eventId: string
}

/**
 * Fills the slots one after the other: each is a decision of its own, in which what earlier slots have is
 * excluded. A slot that may have few actions has its baseline kept for it, so that no slot stays empty.
 */
export async function rankSlots(
  request: MultiSlotRequest,
  loop: Loop,
  watch: RankWatch,
): Promise<MultiSlotAnswer> {
  const eventId = request.eventId ?? randomUUID()
  const known = loop.slots.get(eventId) !== undefined
  if (!known) {
    const ids = request.slots.map(({ id }) => id)
    loop.slots.set(eventId, ids)
    loop.app.notes.keep(noteOf(eventId), JSON.stringify(ids))
  }
  const taken = new Set<string>()
  const slots: { id: string; rewardActionId: string }[] = []
  for (const [index, slot] of request.slots.entries()) {
    const kept = keptFor(request, index)
    const excluded = request.actions
      .filter(({ id }) => slot.excluded.has(id) || taken.has(id) || kept.has(id))
      .map(({ id }) => id)
    const rewardActionId = await fill({ request, slot, excluded, eventId }, loop, watch)
    taken.add(rewardActionId)
    slots.push({ id: slot.id, rewardActionId })
  }
  return { slots, eventId }
}

/** Baselines of the slots after this one that could otherwise be left without an action. */
function keptFor({ actions, slots }: MultiSlotRequest, index: number): Set<string> {
  const later = slots.slice(index + 1)
  const tight = later.filter(({ excluded }) => actions.length - excluded.size < slots.length)
  return new Set(tight.map(({ baselineAction }) => baselineAction))
}

interface Filling {
  readonly request: MultiSlotRequest
  readonly slot: Slot
  readonly excluded: readonly string[]
  readonly eventId: string
}

/** @returns the action of the slot */
async function fill(
  { request, slot, excluded, eventId }: Filling,
  loop: Loop,
  watch: RankWatch,
): Promise<string> {
  const { mode } = loop.settings
  const first = firstOf(request.actions, slot, excluded)
  const id = slotDecision(eventId, slot.id)
  let decision: Decision | null = null
  try {
    decision = await loop.app.decide({
      ...{ surface: loop.surface, limit: 1, id, exclude: [...excluded] },
      actions: [first, ...request.actions.filter((action) => action !== first)],
      // What a slot earns depends on which it is, also where nothing is said of it.
      features: [
        ...request.contextFeatures,
        { slot: { id: slot.id } },
        ...slot.features.map((features) => ({ slot: features })),
      ],
      deferred: request.deferActivation,
      ...(mode === 'shadow' && { incumbent: first.id }),
    })
    watch.count(decision)
  } catch (fault) {
    if (fault instanceof AdsumError && fault.status < 500) {
      throw faultOf(fault, 'InvalidRankRequest')
    }
    watch.report(fault, 'a slot was answered with its baseline')
  }
  await applyOrphans(id, loop)
  return mode === 'learn' ? (decision?.choices[0]?.item ?? first.id) : first.id
}

/** The baseline of a slot, or where an earlier slot has it the first action that is left. */
function firstOf(
  actions: readonly RankedAction[],
  { baselineAction }: Slot,
  excluded: readonly string[],
): RankedAction {
  const left = actions.filter(({ id }) => !excluded.includes(id))
  const first = left.find(({ id }) => id === baselineAction) ?? left[0]
  if (first === undefined) throw new Error('a slot is left an action')
  return first
}

/** Whether the body of a reward is one for slots. */
export function isForSlots(body: unknown): boolean {
  return isFields(body) && Array.isArray(body.reward)
}

/**
 * Rewards slots of an event: all of the rewards, or none where one does not fit.
 * @throws Fault `InvalidRewardRequest`
 */
export async function rewardSlots(
  eventId: string,
  rewards: readonly SlotReward[],
  loop: Loop,
): Promise<void> {
  for (const { value } of rewards) requireInRange(value, loop)
  for (const { slotId, value } of rewards) {
    await giveReward(slotDecision(eventId, slotId), value, loop)
  }
}

/** Lets a deferred event count, in all of its slots. What nobody knows of has no effect. */
export async function activateSlots(eventId: string, loop: Loop): Promise<void> {
  const slots = loop.slots.get(eventId) ?? (await storedSlots(eventId, loop))
  for (const slot of slots) await letCount(slotDecision(eventId, slot), loop)
}

async function storedSlots(eventId: string, { app, slots }: Loop): Promise<readonly string[]> {
  const text = await app.notes.read(noteOf(eventId))
  if (text === null) return []
  const ids: readonly string[] = JSON.parse(text)
  slots.set(eventId, ids)
  return ids
}

/** The id of a slot's decision: the length keeps `a/b` and `c` apart from `a` and `b/c`. */
function slotDecision(eventId: string, slotId: string): string {
  return `${eventId.length}:${eventId}/${slotId}`
}

function noteOf(eventId: string): string {
  return `personalizer-slots/${eventId}`
}
