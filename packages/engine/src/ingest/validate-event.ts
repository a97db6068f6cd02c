import {
  AdsumError,
  CLOCK_AHEAD_MS_MAX,
  type Context,
  EVENT_BYTES_MAX,
  type EventInput,
  eventSchema,
} from '@adsum/protocol'
import type { AppDeclaration, EventType } from '../app/declaration.ts'
import type { LoggedEvent } from '../ports.ts'

/** What validation needs to know beside the declaration. */
export interface EventChecks {
  readonly app: AppDeclaration
  /** Whether the catalogue has an item. */
  hasItem(type: string, id: string): boolean
  /** Milliseconds since 1970 UTC. */
  readonly now: number
}

/**
 * Judges one event as a client sent it.
 * @throws AdsumError with the code of the first fault, its `path` relative to the event
 */
export function validateEvent(raw: unknown, checks: EventChecks): LoggedEvent {
  const input = parseEvent(raw)
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
    time: input.time === undefined ? checks.now : eventTime(input.time, checks.now),
    timeKnown: true,
    received: checks.now,
    context: input.context ?? null,
  }
}

function parseEvent(raw: unknown): EventInput {
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

/** ISO 8601 date and time with a zone; a date alone is midnight UTC. */
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/

function isTime(text: string): boolean {
  return ISO_TIME.test(text) && Number.isFinite(Date.parse(text))
}

/**
 * Milliseconds since 1970 UTC of an ISO 8601 time.
 * @throws AdsumError `event_time_invalid`, `event_time_future`, `event_time_too_early`
 */
export function eventTime(text: string, now: number): number {
  if (!isTime(text)) throw new AdsumError('event_time_invalid', { time: text }, { path: 'time' })
  const time = Date.parse(text)
  if (time < 0) throw new AdsumError('event_time_too_early', { time: text }, { path: 'time' })
  if (time > now + CLOCK_AHEAD_MS_MAX) {
    throw new AdsumError('event_time_future', { time: text }, { path: 'time' })
  }
  return time
}
