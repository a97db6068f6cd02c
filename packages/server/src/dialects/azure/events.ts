import { randomUUID } from 'node:crypto'
import { AdsumError, type ErrorCode } from '@adsum/protocol'
import { faultOf } from './faults.ts'
import { FieldReader } from './fields.ts'
import { isUnknownDecision, type Loop } from './loop.ts'

/** What the protocol takes without a word: it changes nothing. */
const WITHOUT_EFFECT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'reward_late',
  'reward_given',
  'reward_conflict',
  'activation_late',
  'decision_not_deferred',
])

/** The body of a reward. @throws Fault `InvalidRewardRequest` */
export function readReward(body: unknown): number {
  const reader = new FieldReader(body, 'InvalidRewardRequest')
  return reader.requiredNumber('value', -Number.MAX_VALUE, Number.MAX_VALUE)
}

/**
 * Rewards a decision, or keeps the reward until the decision is there.
 * @throws Fault `InvalidRewardRequest` when it is outside the surface's range
 */
export async function giveReward(id: string, value: number, loop: Loop): Promise<void> {
  const { aggregation } = loop.settings.reward
  requireInRange(value, loop)
  // Every reward of a sum counts, also the same one twice in a millisecond.
  const named = aggregation === 'sum' ? { id: randomUUID() } : {}
  try {
    await loop.app.reward(id, { value, ...named })
  } catch (fault) {
    if (isUnknownDecision(fault)) keep(id, { kind: 'reward', value }, loop)
    else if (!isWithoutEffect(fault)) throw fault
  }
}

/** @throws Fault `InvalidRewardRequest` when a reward is outside the surface's range */
export function requireInRange(value: number, { settings }: Loop): void {
  const { low, high } = settings.reward
  if (value >= low && value <= high) return
  const details = { value, low, high }
  const error = new AdsumError('reward_out_of_range', details, { path: 'value' })
  throw faultOf(error, 'InvalidRewardRequest')
}

/** Lets a deferred decision count, or as soon as it is there. */
export async function letCount(id: string, loop: Loop): Promise<void> {
  try {
    await loop.app.activateDecision(id)
  } catch (fault) {
    if (isUnknownDecision(fault)) keep(id, { kind: 'activation' }, loop)
    else if (!isWithoutEffect(fault)) throw fault
  }
}

function keep(id: string, orphan: Parameters<Loop['orphans']['add']>[1], loop: Loop): void {
  loop.orphans.add(id, orphan, loop.now() + loop.settings.reward.windowMs)
}

function isWithoutEffect(fault: unknown): boolean {
  return fault instanceof AdsumError && WITHOUT_EFFECT.has(fault.code)
}
