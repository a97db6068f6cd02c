import {
  ANY_NAME,
  SEGMENT_TYPES,
  type SegmentMapping,
  type SegmentRule,
  type SegmentType,
} from '@adsum/protocol'
import type { AppDeclaration, EventType } from './declaration.ts'

/** A rule as a person writes it: what it does not need is left out. */
export interface SegmentRuleInput {
  readonly event: string
  readonly item?: string
  readonly value?: string
  readonly context?: Readonly<Record<string, string>>
}

/** Rules by the name of the message; `'*'` takes every other name. */
export type SegmentNamesInput = Readonly<Record<string, SegmentRuleInput>>

export interface SegmentInput {
  readonly track?: SegmentNamesInput
  readonly page?: SegmentNamesInput
  readonly screen?: SegmentNamesInput
  readonly identify?: SegmentRuleInput
  readonly group?: SegmentRuleInput
  readonly alias?: SegmentRuleInput
  /** Purposes of the app by the consent category that a person can say no to. */
  readonly consent?: Readonly<Record<string, string>>
}

/**
 * What an app makes of the messages of Segment clients. A message that no rule takes is no event: track
 * messages are quarantined, others dropped.
 */
export function segment(input: SegmentInput): SegmentMapping {
  const anyName = (rule: SegmentRuleInput | undefined): SegmentNamesInput | undefined =>
    rule === undefined ? undefined : { [ANY_NAME]: rule }
  const named: Readonly<Record<SegmentType, SegmentNamesInput | undefined>> = {
    track: input.track,
    page: input.page,
    screen: input.screen,
    identify: anyName(input.identify),
    group: anyName(input.group),
    alias: anyName(input.alias),
  }
  const messages: Partial<Record<SegmentType, Record<string, SegmentRule>>> = {}
  for (const type of SEGMENT_TYPES) {
    const rules = named[type]
    if (rules === undefined) continue
    messages[type] = Object.fromEntries(
      Object.entries(rules).map(([name, rule]) => [name, fullRule(rule)]),
    )
  }
  return { messages, consent: input.consent ?? {} }
}

function fullRule({ event, item, value, context }: SegmentRuleInput): SegmentRule {
  return { event, item: item ?? null, value: value ?? null, context: context ?? {} }
}

/** Names joined by dots; a name may end in `[]`. */
const PATH = /^[^.[\]]{1,100}(\[\])?(\.[^.[\]]{1,100}(\[\])?){0,9}$/

/**
 * Checks that a mapping refers only to what the app declares.
 * @param refuse throws with the problem it is given
 */
export function checkSegment(
  app: Pick<AppDeclaration, 'events' | 'context' | 'purposes'>,
  mapping: SegmentMapping,
  refuse: (problem: string) => never,
): void {
  for (const [purpose, category] of Object.entries(mapping.consent)) {
    if (!Object.hasOwn(app.purposes, purpose)) {
      refuse(`the consent category "${category}" is for "${purpose}", which is no purpose`)
    }
  }
  for (const [type, rules] of Object.entries(mapping.messages)) {
    for (const [name, rule] of Object.entries(rules)) {
      const problem = ruleProblem(rule, app)
      if (problem !== null) refuse(`the Segment message ${type} "${name}" ${problem}`)
    }
  }
}

function ruleProblem(
  rule: SegmentRule,
  app: Pick<AppDeclaration, 'events' | 'context'>,
): string | null {
  const event = Object.hasOwn(app.events, rule.event) ? app.events[rule.event] : undefined
  if (event === undefined) return `maps to "${rule.event}", which is no event`
  return fitProblem(rule, event) ?? contextProblem(rule, app) ?? pathProblem(rule)
}

function fitProblem(rule: SegmentRule, event: EventType): string | null {
  if (event.on !== null && rule.item === null) return `needs the path of an item`
  if (event.on === null && rule.item !== null) return `gives an item; "${rule.event}" has none`
  if (event.value === null && rule.value !== null) return `gives a value; "${rule.event}" has none`
  return null
}

function contextProblem(rule: SegmentRule, app: Pick<AppDeclaration, 'context'>): string | null {
  const stray = Object.keys(rule.context).find((name) => !Object.hasOwn(app.context, name))
  return stray === undefined ? null : `gives the context "${stray}", which is not declared`
}

function pathProblem(rule: SegmentRule): string | null {
  const paths = [rule.item, rule.value, ...Object.values(rule.context)]
  const lists = new Set<string>()
  for (const path of paths) {
    if (path === null) continue
    if (!PATH.test(path)) return `has the path "${path}"; write names joined by dots`
    const [list, ...rest] = path.split('[]')
    if (rest.length > 1) return `has the path "${path}" with more than one []`
    if (rest.length === 1) lists.add(list as string)
  }
  if (lists.size > 1) return `reads from more than one list: ${[...lists].join(', ')}`
  if (lists.size === 1 && !rule.item?.includes('[]')) return `reads from a list without its items`
  return null
}
