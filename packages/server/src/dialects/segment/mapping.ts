import {
  AdsumError,
  ANY_NAME,
  type EventInput,
  type SegmentMapping,
  type SegmentRule,
} from '@adsum/protocol'
import type { MappedEvent } from '../../engine-api.ts'
import { EVENTS_PER_MESSAGE_MAX } from './limits.ts'
import { isRecord, readId, type SegmentMessage } from './messages.ts'
import { listOf, readEntry, readPath, withPath } from './path.ts'

/** What mapping needs to know of an app. */
export interface MappedApp {
  readonly mapping: SegmentMapping
  /** The purpose of an event type, where it has one. */
  purposeOf(event: string): string | null
}

/**
 * What becomes of a message: events; or nothing, because no rule takes it, because the person has said
 * no to its purpose, or because it says that somebody is who they are.
 */
export type MappedMessage =
  | { readonly kind: 'events'; readonly entries: readonly MappedEvent[] }
  | { readonly kind: 'ignored' | 'withheld' | 'no-op' }

/** Makes events of a message as the app declares it. */
export function mapMessage(message: SegmentMessage, app: MappedApp): MappedMessage {
  if (isSelfAlias(message)) return { kind: 'no-op' }
  if (message.type === 'track' && message.name === '') {
    return refusal(message, 'message_invalid', { problem: 'it has no event name' }, 'event')
  }
  const rule = ruleOf(message, app.mapping)
  if (rule === null) {
    const { type, name } = message
    if (type !== 'track') return { kind: 'ignored' }
    return refusal(message, 'message_unmapped', { type, name }, 'event')
  }
  if (isWithheld(message, app.mapping.consent, app.purposeOf(rule.event))) {
    return { kind: 'withheld' }
  }
  const list = listOf(rule.item)
  if (list !== null) return mapList(message, rule, list)
  return { kind: 'events', entries: [mapOne(message, rule, undefined)] }
}

/** Released browser clients send "u1 is u1" for any alias of somebody identified. */
function isSelfAlias({ type, said }: SegmentMessage): boolean {
  return type === 'alias' && readId(said.userId) !== null && said.userId === said.previousId
}

function ruleOf({ type, name }: SegmentMessage, mapping: SegmentMapping): SegmentRule | null {
  const rules = mapping.messages[type] ?? {}
  const known = [name, ANY_NAME].find((key) => Object.hasOwn(rules, key))
  return known === undefined ? null : (rules[known] ?? null)
}

/** Whether the message says that the person refused the category of this purpose. */
function isWithheld(
  { said }: SegmentMessage,
  consent: SegmentMapping['consent'],
  purpose: string | null,
): boolean {
  if (purpose === null || !Object.hasOwn(consent, purpose)) return false
  const preferences = readPath(said, 'context.consent.categoryPreferences')
  const category = consent[purpose] as string
  return isRecord(preferences) && preferences[category] === false
}

/** One event for each entry of a list. */
function mapList(message: SegmentMessage, rule: SegmentRule, list: string): MappedMessage {
  const entries = readPath(message.said, list)
  const isList = Array.isArray(entries)
  if (!isList || entries.length === 0 || entries.length > EVENTS_PER_MESSAGE_MAX) {
    const problem = `expected a list of 1 to ${EVENTS_PER_MESSAGE_MAX} entries`
    return refusal(message, 'message_invalid', { problem }, list)
  }
  if (entries.length === 1) {
    return { kind: 'events', entries: [mapOne(message, rule, entries[0])] }
  }
  // What is kept of each is a message of one entry, which makes the same event when it is mapped again.
  const mapped = entries.map((entry, index) => {
    const id = `${message.id}#${index}`
    const said = withPath({ ...message.said, messageId: id }, list, [entry])
    return mapOne({ ...message, id, said }, rule, entry)
  })
  return { kind: 'events', entries: mapped }
}

function mapOne(message: SegmentMessage, rule: SegmentRule, entry: unknown): MappedEvent {
  try {
    return { event: toEvent(message, rule, entry), raw: message.said }
  } catch (fault) {
    if (!(fault instanceof AdsumError)) throw fault
    return refusedEntry(message, fault)
  }
}

function toEvent(message: SegmentMessage, rule: SegmentRule, entry: unknown): EventInput {
  const read = (path: string | null) =>
    path === null ? undefined : readEntry(message.said, path, entry)
  const item = readId(read(rule.item))
  const value = toValue(read(rule.value), rule.value)
  const context = Object.entries(rule.context).flatMap(([name, path]) => {
    const said = toPlain(read(path), path)
    return said === undefined ? [] : [[name, said] as const]
  })
  return {
    id: message.id,
    type: rule.event,
    user: message.user,
    ...(item !== null && { item }),
    ...(value !== undefined && { value }),
    ...(message.timestamp !== undefined && { time: message.timestamp }),
    ...(context.length > 0 && { context: Object.fromEntries(context) }),
  }
}

const DECIMAL = /^-?\d{1,15}(\.\d{1,15})?$/

/** Prices and ratings often come as texts. */
function toValue(said: unknown, path: string | null): number | undefined {
  if (said === undefined || said === null) return undefined
  if (typeof said === 'number') return said
  if (typeof said === 'string' && DECIMAL.test(said)) return Number(said)
  throw new AdsumError('message_invalid', { problem: 'expected a number' }, { path: path ?? '' })
}

function toPlain(said: unknown, path: string): string | number | boolean | undefined {
  if (said === undefined || said === null) return undefined
  if (typeof said === 'string' || typeof said === 'number' || typeof said === 'boolean') return said
  const problem = 'expected a text, a number, true or false'
  throw new AdsumError('message_invalid', { problem }, { path })
}

function refusal(
  message: SegmentMessage,
  code: 'message_invalid' | 'message_unmapped',
  details: Readonly<Record<string, string>>,
  path: string,
): MappedMessage {
  const fault = new AdsumError(code, details, { path })
  return { kind: 'events', entries: [refusedEntry(message, fault)] }
}

function refusedEntry({ id, user, said }: SegmentMessage, fault: AdsumError): MappedEvent {
  const { code, message, path } = fault
  return { refused: { code, message, path }, id, user, raw: said }
}
