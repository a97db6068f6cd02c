import { Fault } from './faults.ts'
import { FieldReader, type Fields, isFields } from './fields.ts'
import { ACTIONS_PER_RANK_MAX, EVENT_ID_LENGTH_MAX } from './limits.ts'

const CODE = 'InvalidRankRequest'

/** An action that a request brings; what its features may be is for the engine to judge. */
export interface RankedAction {
  readonly id: string
  readonly features: readonly Fields[]
}

export interface RankRequest {
  /** At least one, no id twice; the first that is not excluded is the baseline. */
  readonly actions: readonly RankedAction[]
  readonly contextFeatures: readonly Fields[]
  /** Ids of some of the actions, not of all. */
  readonly excluded: ReadonlySet<string>
  /** Null where the server is to make one. */
  readonly eventId: string | null
  readonly deferActivation: boolean
}

/** @throws Fault `InvalidRankRequest` */
export function readRankRequest(body: unknown): RankRequest {
  const reader = new FieldReader(body, CODE)
  const actions = readActions(reader)
  const excluded = readExcluded(reader, actions)
  if (excluded.size === actions.length) {
    reader.refuse('Every action is excluded: nothing is left to rank.', 'excludedActions')
  }
  return {
    actions,
    contextFeatures: readFeatures(reader.fields.contextFeatures, 'contextFeatures'),
    excluded,
    eventId: reader.text('eventId', EVENT_ID_LENGTH_MAX),
    deferActivation: reader.flag('deferActivation'),
  }
}

export function readActions(reader: FieldReader): RankedAction[] {
  const actions = reader.list('actions', ACTIONS_PER_RANK_MAX)
  if (actions.length === 0) reader.refuse('"actions" has to name at least one action.', 'actions')
  const seen = new Set<string>()
  return actions.map((action, index) => {
    const path = `actions[${index}]`
    if (!isFields(action)) throw new Fault(CODE, 'An action has to be an object.', path)
    const id = readId(action.id, `${path}.id`)
    if (seen.has(id)) throw new Fault(CODE, `The action "${id}" is there twice.`, `${path}.id`)
    seen.add(id)
    return { id, features: readFeatures(action.features, `${path}.features`) }
  })
}

/** Excluded ids that are among the actions; others exclude nothing. */
export function readExcluded(
  reader: FieldReader,
  actions: readonly RankedAction[],
  path = 'excludedActions',
): Set<string> {
  const named = reader.list('excludedActions', ACTIONS_PER_RANK_MAX)
  if (named.length === 0) return new Set()
  const known = new Set(actions.map(({ id }) => id))
  const ids = named.map((id, index) => readId(id, `${path}[${index}]`))
  return new Set(ids.filter((id) => known.has(id)))
}

export function readId(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= EVENT_ID_LENGTH_MAX) return value
  const message = `An id has to be a text of 1 to ${EVENT_ID_LENGTH_MAX} characters.`
  throw new Fault(CODE, message, path)
}

/** A list of objects; some clients send an empty one as null. */
export function readFeatures(value: unknown, path: string): readonly Fields[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.every(isFields)) return value
  throw new Fault(CODE, 'Features have to be a list of objects.', path)
}
