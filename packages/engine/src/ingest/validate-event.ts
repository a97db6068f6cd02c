import {
  AdsumError,
  type Context,
  EVENT_BYTES_MAX,
  type EventInput,
  eventSchema,
  isTime,
} from '@adsum/protocol'
import type { AppDeclaration, EventType } from '../app/declaration.ts'
import type { LoggedEvent } from '../ports.ts'
import { type EventMoments, eventTimes } from './event-time.ts'

/** What validation needs to know beside the declaration. */
export interface EventChecks extends EventMoments {
  readonly app: AppDeclaration
  /** Whether the catalogue has an item. */
  hasItem(type: string, id: string): boolean
}

/**
 * Judges an event that could be read by what the app declares.
 * @throws AdsumError with the code of the first fault, its `path` relative to the event
 */
export function judgeEvent(input: EventInput, checks: EventChecks): LoggedEvent {
  const type = declaredType(checks.app, input.type)
  checkItem(input, type, checks)
  checkValue(input, type)
  checkContext(checks.app, input.context ?? {})
  return {
    id: input.id,
    type: input.type,
    user: input.user,
    item: input.item ?? null,
    value: input.value ?? null,
    ...eventTimes(input.time, checks),
    timeKnown: true,
    context: input.context ?? null,
  }
}

/**
 * Reads an event as a client sent it.
 * @throws AdsumError `request_invalid`, `event_too_large`
 */
export function readEvent(raw: unknown): EventInput {
  const parsed = eventSchema.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const path = issue?.path.map(String).join('.') ?? ''
    const problem = `${path === '' ? 'the event' : path}: ${issue?.message ?? 'invalid'}`
    throw new AdsumError('request_invalid', { problem }, { path })
  }
  if (JSON.stringify(parsed.data).length > EVENT_BYTES_MAX) {
    throw new AdsumError('event_too_large', { limit: EVENT_BYTES_MAX })
  }
  return parsed.data
}

function declaredType(app: AppDeclaration, name: string): EventType {
  const type = Object.hasOwn(app.events, name) ? app.events[name] : undefined
  if (type === undefined) {
    const known = Object.keys(app.events).join(', ')
    throw new AdsumError('event_type_unknown', { type: name, known }, { path: 'type' })
  }
  return type
}

function checkItem(input: EventInput, type: EventType, checks: EventChecks): void {
  if (type.on === null) {
    if (input.item === undefined) return
    throw new AdsumError('event_item_unexpected', { type: input.type }, { path: 'item' })
  }
  if (input.item === undefined) {
    throw new AdsumError('event_item_required', { type: input.type }, { path: 'item' })
  }
  if (!checks.hasItem(type.on, input.item)) {
    throw new AdsumError('item_unknown', { type: type.on, item: input.item }, { path: 'item' })
  }
}

function checkValue(input: EventInput, type: EventType): void {
  if (input.value === undefined) return
  if (type.value === null) {
    throw new AdsumError('event_value_unexpected', { type: input.type }, { path: 'value' })
  }
  const { low, high } = type.value
  if (input.value < low || input.value > high) {
    throw new AdsumError(
      'event_value_invalid',
      { value: input.value, low, high },
      { path: 'value' },
    )
  }
}

/**
 * Checks a context against the declared fields; `null` says "unknown" and is always allowed.
 * @throws AdsumError `context_invalid`
 */
export function checkContext(app: AppDeclaration, context: Context): void {
  for (const [name, value] of Object.entries(context)) {
    const field = Object.hasOwn(app.context, name) ? app.context[name] : undefined
    const refuse = (problem: string): never => {
      throw new AdsumError('context_invalid', { name, problem }, { path: `context.${name}` })
    }
    if (field === undefined) {
      refuse(`not declared; declared are: ${Object.keys(app.context).join(', ') || 'none'}`)
    }
    if (field === undefined || value === null) continue
    if (field.kind === 'choice' && !(typeof value === 'string' && field.options.includes(value))) {
      refuse(`"${String(value)}" is none of ${field.options.join(', ')}`)
    }
    if (field.kind === 'clock' && !(typeof value === 'string' && isTime(value))) {
      refuse('not an ISO 8601 time')
    }
  }
}
