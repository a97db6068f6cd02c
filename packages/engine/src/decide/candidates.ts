import { ACTIONS_MAX, AdsumError, type Constraint, type DecisionRequest } from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { DecideSurface } from '../app/decide-surface.ts'
import type { AppDeclaration } from '../app/declaration.ts'
import type { StoredItem } from '../ports.ts'
import { type FlatFeatures, flattenFeatures } from './flatten-features.ts'

/** Something that may be chosen; the empty id is "nothing". */
export interface Candidate {
  readonly id: string
  readonly features: FlatFeatures
}

/** The id of choosing nothing; no action can have it. */
export const NOTHING_ID = ''

/** What can be chosen, and what kept the rest from it. The first candidate is the baseline. */
export interface Candidates {
  readonly candidates: readonly Candidate[]
  readonly constraints: readonly Constraint[]
}

export interface CandidateParts {
  readonly app: AppDeclaration
  readonly name: string
  readonly surface: DecideSurface
  readonly catalogue: Catalogue
  /** Features of items, made once. */
  readonly itemFeatures: (item: StoredItem) => FlatFeatures
  /** Whether the person has had enough of an action. */
  readonly isCapped: (action: string) => boolean
}

/**
 * What a request leaves to choose from, hard constraints applied.
 * @throws AdsumError `actions_missing`, `actions_too_many`, `actions_none_left`, `action_duplicate`,
 *   `action_unknown`, `feature_invalid`
 */
export function candidatesOf(request: DecisionRequest, parts: CandidateParts): Candidates {
  const { surface, catalogue, isCapped } = parts
  const offered =
    surface.actions === null ? broughtAlong(request, parts) : fromCatalogue(request, parts)
  const excluded = new Set(request.exclude)
  const left = new Set(excluded)
  const constraints: Constraint[] = []
  const candidates: Candidate[] = []
  for (const candidate of offered) {
    const { id } = candidate
    left.delete(id)
    const item = surface.actions === null ? undefined : catalogue.find(surface.actions, id)
    const barred = item === undefined ? null : barredBy(item, request, surface)
    const by = excluded.has(id) ? 'excluded' : (barred ?? (isCapped(id) ? 'cap' : null))
    if (by === null) candidates.push(candidate)
    else constraints.push({ action: id, by })
  }
  for (const action of left) {
    if (surface.actions === null || !catalogue.has(surface.actions, action)) {
      throw new AdsumError('action_unknown', { action }, { path: 'exclude' })
    }
  }
  if (surface.nothing) candidates.push({ id: NOTHING_ID, features: {} })
  if (candidates.length === 0) {
    throw new AdsumError('actions_none_left', { count: offered.length }, { path: 'exclude' })
  }
  return { candidates, constraints }
}

/** Actions that the request brings, each with its features. */
function broughtAlong(request: DecisionRequest, { name }: CandidateParts): Candidate[] {
  const actions = request.actions ?? []
  if (actions.length === 0) {
    throw new AdsumError('actions_missing', { surface: name }, { path: 'actions' })
  }
  requireFew(actions.length)
  const seen = new Set<string>()
  return actions.map(({ id, features }, index) => {
    requireNew(seen, id, index)
    return { id, features: flattenFeatures(features, `actions[${index}].features`) }
  })
}

/** Items of the catalogue: those that the request names, or all of the type. */
function fromCatalogue(request: DecisionRequest, parts: CandidateParts): Candidate[] {
  const { surface, catalogue, itemFeatures, name } = parts
  const type = surface.actions ?? ''
  if (request.actions === undefined) {
    const items = catalogue.all().filter((item) => item.type === type)
    if (items.length === 0) throw new AdsumError('actions_missing', { surface: name })
    requireFew(items.length)
    return items.map((item) => ({ id: item.id, features: itemFeatures(item) }))
  }
  const seen = new Set<string>()
  requireFew(request.actions.length)
  return request.actions.map(({ id, features }, index) => {
    requireNew(seen, id, index)
    const item = catalogue.find(type, id)
    if (item === undefined) {
      throw new AdsumError('action_unknown', { action: id }, { path: `actions[${index}].id` })
    }
    const own = itemFeatures(item)
    if (features === undefined) return { id, features: own }
    const more = flattenFeatures(features, `actions[${index}].features`)
    return { id, features: { ...own, ...more } }
  })
}

/** What about an item itself keeps it from being chosen now. */
function barredBy(
  { attributes }: StoredItem,
  { context = {} }: DecisionRequest,
  { constraints }: DecideSurface,
): 'ineligible' | 'stock' | null {
  const { eligible = {}, stock } = constraints
  for (const [attribute, field] of Object.entries(eligible)) {
    const tags = attributes[attribute]
    if (!Array.isArray(tags) || tags.length === 0) continue
    // Of what is unknown nobody can say that it fits.
    if (!tags.includes(context[field] ?? null)) return 'ineligible'
  }
  const left = stock === null ? null : attributes[stock]
  return typeof left === 'number' && left <= 0 ? 'stock' : null
}

function requireFew(count: number): void {
  if (count <= ACTIONS_MAX) return
  throw new AdsumError('actions_too_many', { count, limit: ACTIONS_MAX }, { path: 'actions' })
}

function requireNew(seen: Set<string>, action: string, index: number): void {
  if (action === NOTHING_ID) {
    throw new AdsumError('action_unknown', { action }, { path: `actions[${index}].id` })
  }
  if (seen.has(action)) {
    throw new AdsumError('action_duplicate', { action }, { path: `actions[${index}].id` })
  }
  seen.add(action)
}
