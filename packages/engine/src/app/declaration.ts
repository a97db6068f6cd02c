import { AdsumError, type AppView, type SegmentMapping, type SurfaceMode } from '@adsum/protocol'
import { checkDecide, type DecideSurface } from './decide-surface.ts'
import { checkPersonalizer, type PersonalizerMapping } from './personalizer.ts'
import { checkSegment } from './segment.ts'

/**
 * An app is a typed value: everything that the engine, the client and the pages need to know about it.
 * A declaration is plain data, so that it can be written to a file and read back.
 */

export interface Purpose {
  readonly title: string
  readonly default: 'on' | 'off'
  readonly basis: 'consent' | 'contract' | 'legitimate-interest'
}

export type Attribute =
  | { readonly kind: 'text' }
  | { readonly kind: 'tags' }
  | { readonly kind: 'number' }

/** A line of text. */
export const text = (): Attribute => ({ kind: 'text' })
/** A few short words, such as genres. */
export const tags = (): Attribute => ({ kind: 'tags' })
/** A finite number. */
export const number = (): Attribute => ({ kind: 'number' })

export interface ItemType {
  readonly kind: 'item'
  readonly attributes: Readonly<Record<string, Attribute>>
  /** The attribute that people know the item by; the id serves where it is missing. */
  readonly title: string | null
}

/** A kind of item. The first text attribute is its title unless `title` names another. */
export function item(
  attributes: Readonly<Record<string, Attribute>>,
  options: { readonly title?: string } = {},
): ItemType {
  const first = Object.entries(attributes).find(([, attribute]) => attribute.kind === 'text')
  return { kind: 'item', attributes, title: options.title ?? first?.[0] ?? null }
}

/** A range of values that an event may carry. */
export interface ValueRange {
  readonly kind: 'rating'
  readonly low: number
  readonly high: number
}

/** A rating between two bounds, both included. */
export const rating = (low: number, high: number): ValueRange => ({ kind: 'rating', low, high })

export interface EventType<Item extends string = string> {
  readonly kind: 'event'
  /** The kind of item it is about; `null` where it is about none: recorded and shown, never a goal. */
  readonly on: Item | null
  readonly purpose: string | null
  readonly value: ValueRange | null
  /** Past tense as a person would say it: "You watched". */
  readonly verb: string | null
}

/** A kind of event. */
export function event<const Item extends string = never>(options: {
  readonly on?: Item
  readonly purpose?: string
  readonly value?: ValueRange
  readonly verb?: string
}): EventType<Item> {
  return {
    kind: 'event',
    on: options.on ?? null,
    purpose: options.purpose ?? null,
    value: options.value ?? null,
    verb: options.verb ?? null,
  }
}

/** What may hold at a moment. Recorded with events and decisions. */
export type ContextField =
  | { readonly kind: 'clock' }
  | { readonly kind: 'choice'; readonly options: readonly string[] }

export const clock = (): ContextField => ({ kind: 'clock' })
export const choice = (...options: readonly string[]): ContextField => ({ kind: 'choice', options })

/** A named place in a product where an ordered list appears. */
export interface RecommendSurface<Item extends string = string> {
  readonly verb: 'recommend'
  readonly items: Item
  /** The event types whose items are predicted; the sequence of those is the person's history. */
  readonly goal: Readonly<Record<string, 1>>
  /** Whether items the person already has events on may come again. */
  readonly repeats: boolean
  /** Missing from declarations that were stored before there were modes: `learn`. */
  readonly mode?: SurfaceMode
}

/**
 * Every verb has its surface type; this version builds `recommend` and `decide`. The others are named
 * here so that a declaration for them is refused with a clear word instead of being ignored.
 */
export type Surface<Item extends string = string> = RecommendSurface<Item> | DecideSurface<Item>
export const VERBS = [
  'recommend',
  'decide',
  'anticipate',
  'assess',
  'forecast',
  'plan',
  'converse',
  'enact',
] as const
export type Verb = (typeof VERBS)[number]

/** An ordered list of items, best first. */
export function recommend<const Item extends string>(options: {
  readonly items: Item
  readonly goal: Readonly<Record<string, 1>>
  readonly repeats?: boolean
  readonly mode?: SurfaceMode
}): RecommendSurface<Item> {
  return {
    verb: 'recommend',
    items: options.items,
    goal: options.goal,
    repeats: options.repeats ?? false,
    mode: options.mode ?? 'learn',
  }
}

export interface ExamplePerson {
  readonly id: string
  readonly name: string
  readonly about: string
}

/** Foreign wire protocols that an app understands. */
export interface Dialects {
  readonly segment?: SegmentMapping
  readonly personalizer?: PersonalizerMapping
}

export interface AppDeclaration<
  Items extends string = string,
  Events extends string = string,
  Surfaces extends string = string,
> {
  readonly name: string
  readonly title: string
  readonly purposes: Readonly<Record<string, Purpose>>
  readonly items: Readonly<Record<Items, ItemType>>
  readonly events: Readonly<Record<Events, EventType<NoInfer<Items>>>>
  readonly context: Readonly<Record<string, ContextField>>
  readonly surfaces: Readonly<Record<Surfaces, Surface<NoInfer<Items>>>>
  /** People whom a demonstration shows. */
  readonly people: readonly ExamplePerson[]
  /** Missing from declarations that were stored before there were any. */
  readonly dialects?: Dialects
}

/** What a person writes: everything with a sensible default may be left out. */
export interface AppInput<Items extends string, Events extends string, Surfaces extends string> {
  readonly name: string
  readonly title?: string
  readonly purposes?: Readonly<Record<string, Purpose>>
  readonly items: Readonly<Record<Items, ItemType>>
  readonly events: Readonly<Record<Events, EventType<NoInfer<Items>>>>
  readonly context?: Readonly<Record<string, ContextField>>
  readonly surfaces: Readonly<Record<Surfaces, Surface<NoInfer<Items>>>>
  readonly people?: readonly ExamplePerson[]
  readonly dialects?: Dialects
}

/** What an app learns: the sequence of these events' items. */
export interface Goal {
  /** Type of the items. */
  readonly items: string
  readonly events: ReadonlySet<string>
  /** The event type that reasons are named after. */
  readonly event: string
}

/**
 * The goal of an app; `checkDeclaration` sees to it that all its surfaces which recommend share one. An
 * app without any has no goal: no event is part of it.
 */
export function goalOf(app: AppDeclaration): Goal {
  const surface = Object.values<Surface>(app.surfaces).find(({ verb }) => verb === 'recommend')
  if (surface?.verb !== 'recommend') {
    return { items: Object.keys(app.items)[0] ?? '', events: new Set(), event: '' }
  }
  const events = Object.keys(surface.goal)
  return { items: surface.items, events: new Set(events), event: events[0] ?? '' }
}

/** The surfaces as everybody may see them. */
export function surfaceViews(app: AppDeclaration): AppView['surfaces'] {
  return Object.entries(app.surfaces).map(([name, surface]) => {
    const items = surface.verb === 'decide' ? surface.actions : surface.items
    return { name, verb: surface.verb, items }
  })
}

const APP_NAME = /^[a-z][a-z0-9-]{0,39}$/

/**
 * Declares an app.
 * @throws AdsumError `declaration_invalid` when names do not refer to one another.
 */
export function defineApp<
  const Items extends string,
  const Events extends string,
  const Surfaces extends string,
>(input: AppInput<Items, Events, Surfaces>): AppDeclaration<Items, Events, Surfaces> {
  const declaration: AppDeclaration<Items, Events, Surfaces> = {
    name: input.name,
    title: input.title ?? input.name,
    purposes: input.purposes ?? {},
    items: input.items,
    events: input.events,
    context: input.context ?? {},
    surfaces: input.surfaces,
    people: input.people ?? [],
    dialects: input.dialects ?? {},
  }
  checkDeclaration(declaration)
  return deepFreeze(declaration)
}

/** @throws AdsumError `declaration_invalid` when names do not refer to one another. */
export function checkDeclaration(app: AppDeclaration): void {
  const refuse = (problem: string): never => {
    throw new AdsumError('declaration_invalid', { problem })
  }
  if (!APP_NAME.test(app.name)) {
    refuse(`the name "${app.name}" must be lower-case letters, digits and hyphens, a letter first`)
  }
  for (const [name, type] of Object.entries<EventType>(app.events)) {
    if (type.on !== null && !(type.on in app.items))
      refuse(`event "${name}" is on "${type.on}", which is no item`)
    if (type.purpose !== null && !(type.purpose in app.purposes)) {
      refuse(`event "${name}" has the purpose "${type.purpose}", which is not declared`)
    }
    if (type.value !== null && !(type.value.low < type.value.high)) {
      refuse(`event "${name}" has an empty range of values`)
    }
  }
  const surfaces = Object.entries<Surface>(app.surfaces)
  if (surfaces.length === 0) refuse('it has no surface')
  let goal: string | null = null
  for (const [name, surface] of surfaces) {
    if (surface.verb === 'decide') checkDecide(app, name, surface, refuse)
    else if (surface.verb === 'recommend') {
      checkRecommend(app, name, surface, refuse)
      goal ??= goalKey(surface)
      if (goalKey(surface) !== goal) {
        refuse(`surface "${name}": this version learns one goal per app, shared by all surfaces`)
      }
    } else refuse(`surface "${name}" has a verb that this version does not know`)
  }
  if (isFrozen(app) === null) refuse('surfaces that recommend share one model: freeze all or none')
  if (app.dialects?.segment !== undefined) checkSegment(app, app.dialects.segment, refuse)
  const { personalizer } = app.dialects ?? {}
  if (personalizer !== undefined) checkPersonalizer(app, personalizer, refuse)
}

/** Whether what is recommended stays as it was learned; null when only some surfaces say so. */
export function isFrozen(app: AppDeclaration): boolean | null {
  const recommending = Object.values<Surface>(app.surfaces).filter(
    ({ verb }) => verb === 'recommend',
  )
  const frozen = recommending.filter(({ mode }) => mode === 'frozen')
  if (frozen.length === 0) return false
  return frozen.length === recommending.length ? true : null
}

/** A surface with the verb `decide`. @throws AdsumError `surface_unknown` */
export function requireDecides({ name, surfaces }: AppDeclaration, surface: string): DecideSurface {
  const declared = Object.hasOwn(surfaces, surface) ? surfaces[surface] : undefined
  if (declared?.verb === 'decide') return declared
  const known = Object.keys(surfaces).join(', ')
  throw new AdsumError('surface_unknown', { app: name, surface, known })
}

function checkRecommend(
  app: AppDeclaration,
  name: string,
  surface: RecommendSurface,
  refuse: (problem: string) => never,
): void {
  if (!(surface.items in app.items)) {
    refuse(`surface "${name}" shows "${surface.items}", which is no item`)
  }
  const goals = Object.entries<number>(surface.goal)
  if (goals.length === 0) refuse(`surface "${name}" has no goal`)
  for (const [goal, weight] of goals) {
    const type: EventType | undefined = app.events[goal]
    if (type === undefined || type.on !== surface.items) {
      refuse(`surface "${name}" has the goal "${goal}", which is no event on "${surface.items}"`)
    }
    if (weight !== 1) refuse(`surface "${name}": this version weighs every goal with 1`)
  }
}

function goalKey(surface: RecommendSurface): string {
  return JSON.stringify([surface.items, Object.keys(surface.goal).sort()])
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
