import type { DecisionRequest } from '@adsum/protocol'
import type { DecideRecord } from './decide-record.ts'

/**
 * Whether a request asks what a record answers, as far as the record tells: of many actions it keeps the
 * features of one.
 */
export function isSameQuestion(request: DecisionRequest, record: DecideRecord): boolean {
  const { surface, user = null, context = {}, features = null, deferred = false } = request
  return (
    record.surface === surface &&
    record.user === user &&
    record.deferred === deferred &&
    isSame(record.context, context) &&
    isSame(record.features, features) &&
    areSameActions(request, record)
  )
}

function areSameActions({ actions, exclude = [] }: DecisionRequest, record: DecideRecord): boolean {
  const { options, constraints, actionFeatures } = record
  const offered = new Set(constraints.map(({ action }) => action))
  for (const { action } of options) if (action !== null) offered.add(action)
  const excluded = constraints.filter(({ by }) => by === 'excluded').map(({ action }) => action)
  const asked = new Set(exclude.filter((action) => offered.has(action)))
  if (excluded.length !== asked.size || !excluded.every((action) => asked.has(action))) return false
  if (actions === undefined) return true
  const kept = new Map(Object.entries(actionFeatures))
  return (
    actions.length === offered.size &&
    actions.every(
      ({ id, features }) => offered.has(id) && (!kept.has(id) || isSame(kept.get(id), features)),
    )
  )
}

/** Of what came as JSON, a retry says the same in the same order. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
