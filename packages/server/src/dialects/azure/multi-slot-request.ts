import { Fault } from './faults.ts'
import { FieldReader, type Fields, isFields } from './fields.ts'
import { EVENT_ID_LENGTH_MAX, SLOTS_PER_RANK_MAX } from './limits.ts'
import {
  type RankedAction,
  readActions,
  readExcluded,
  readFeatures,
  readId,
} from './rank-request.ts'

const CODE = 'InvalidRankRequest'

/** One place to be filled. */
export interface Slot {
  readonly id: string
  readonly features: readonly Fields[]
  readonly excluded: ReadonlySet<string>
  /** An action that this slot may have; no other slot has the same. */
  readonly baselineAction: string
}

export interface MultiSlotRequest {
  /** At least as many as there are slots. */
  readonly actions: readonly RankedAction[]
  readonly slots: readonly Slot[]
  readonly contextFeatures: readonly Fields[]
  readonly eventId: string | null
  readonly deferActivation: boolean
}

/** @throws Fault `InvalidRankRequest` */
export function readMultiSlotRequest(body: unknown): MultiSlotRequest {
  const reader = new FieldReader(body, CODE)
  const actions = readActions(reader)
  const slots = readSlots(reader, actions)
  if (slots.length > actions.length) {
    const message = `There are ${slots.length} slots for ${actions.length} actions.`
    reader.refuse(message, 'slots')
  }
  return {
    actions,
    slots,
    contextFeatures: readFeatures(reader.fields.contextFeatures, 'contextFeatures'),
    eventId: reader.text('eventId', EVENT_ID_LENGTH_MAX),
    deferActivation: reader.flag('deferActivation'),
  }
}

function readSlots(reader: FieldReader, actions: readonly RankedAction[]): Slot[] {
  const slots = reader.list('slots', SLOTS_PER_RANK_MAX)
  if (slots.length === 0) reader.refuse('"slots" has to name at least one slot.', 'slots')
  const known = new Set(actions.map(({ id }) => id))
  const seen = { ids: new Set<string>(), baselines: new Set<string>() }
  return slots.map((said, index) => {
    const path = `slots[${index}]`
    if (!isFields(said)) throw new Fault(CODE, 'A slot has to be an object.', path)
    const slot = {
      id: readId(said.id, `${path}.id`),
      features: readFeatures(said.features, `${path}.features`),
      excluded: readExcluded(new FieldReader(said, CODE), actions, `${path}.excludedActions`),
      baselineAction: readId(said.baselineAction, `${path}.baselineAction`),
    }
    const problem = baselineProblem(slot, known, seen.baselines)
    if (problem !== null) throw new Fault(CODE, problem, `${path}.baselineAction`)
    if (seen.ids.has(slot.id)) {
      throw new Fault(CODE, `The slot "${slot.id}" is there twice.`, `${path}.id`)
    }
    seen.ids.add(slot.id)
    seen.baselines.add(slot.baselineAction)
    return slot
  })
}

function baselineProblem(
  { baselineAction, excluded }: Slot,
  known: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): string | null {
  if (!known.has(baselineAction)) return `The baseline "${baselineAction}" is none of the actions.`
  if (excluded.has(baselineAction)) return `The slot excludes its baseline "${baselineAction}".`
  if (taken.has(baselineAction)) return `"${baselineAction}" is the baseline of two slots.`
  return null
}

/** What one slot earned. */
export interface SlotReward {
  readonly slotId: string
  readonly value: number
}

/** @throws Fault `InvalidRewardRequest` */
export function readSlotRewards(body: unknown): SlotReward[] {
  const code = 'InvalidRewardRequest'
  const reader = new FieldReader(body, code)
  const rewards = reader.list('reward', SLOTS_PER_RANK_MAX)
  if (rewards.length === 0) reader.refuse('"reward" has to name at least one slot.', 'reward')
  return rewards.map((said) => {
    const each = new FieldReader(said, code)
    return {
      slotId: each.requiredText('slotId', EVENT_ID_LENGTH_MAX),
      value: each.requiredNumber('value', -Number.MAX_VALUE, Number.MAX_VALUE),
    }
  })
}
