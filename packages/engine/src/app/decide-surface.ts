import type { SurfaceMode } from '@adsum/protocol'

/** Milliseconds by default in which a reward counts. */
const WINDOW_MS_DEFAULT = 10 * 60_000
/** Milliseconds in which rewards may count, at the least and at the most. */
export const WINDOW_MS_MIN = 1_000
export const WINDOW_MS_MAX: number = 30 * 24 * 60 * 60_000
/** The largest magnitude of a single reward. */
export const REWARD_MAX = 1e6

/** Which of several rewards of one decision count. */
export const AGGREGATIONS = ['first', 'last', 'sum', 'max'] as const
export type Aggregation = (typeof AGGREGATIONS)[number]

/** Ways to explore; what each does is told in `@adsum/learning`. */
export const EXPLORATIONS = ['thompson', 'squarecb', 'linucb', 'epsilon-greedy', 'greedy'] as const
export type ExplorationName = (typeof EXPLORATIONS)[number]

/** How a surface explores. */
export interface DeclaredExploration {
  readonly kind: ExplorationName
  /** Share of decisions, of 0 to 1, that is spread evenly over all options whatever is learned. */
  readonly floor: number
}

/** What a decision is worth, and when that is known. */
export interface DeclaredReward {
  /** What an event of these types, on the chosen action and by the same person, is worth. */
  readonly events: Readonly<Record<string, number>>
  /** Range of a single reward. */
  readonly low: number
  readonly high: number
  /** What a decision is worth for which no reward came in time. */
  readonly default: number
  /** Milliseconds from the decision in which rewards count. */
  readonly windowMs: number
  readonly aggregation: Aggregation
}

/** Constraints that hold for every decision; checked before the choice. */
export interface DeclaredConstraints {
  /**
   * By attribute of the item, tags, the context field that has to be among them; an item without any is
   * for everybody. Missing from declarations that were stored before there was this.
   */
  readonly eligible?: Readonly<Record<string, string>>
  /** Attribute of the item, a number: an action with none left cannot be chosen. */
  readonly stock: string | null
  /** How often one action may be chosen for the same person. */
  readonly cap: { readonly times: number; readonly withinMs: number } | null
}

/** A named place in a product where one option appears, chosen for the person and the moment. */
export interface DecideSurface<Item extends string = string> {
  readonly verb: 'decide'
  /** Type of the items that can be chosen; `null` where every request brings its actions. */
  readonly actions: Item | null
  readonly reward: DeclaredReward
  readonly explore: DeclaredExploration
  /** Whether choosing nothing is an option too. */
  readonly nothing: boolean
  readonly mode: SurfaceMode
  readonly constraints: DeclaredConstraints
}

/** What of a surface can change while it is in service. */
export interface SurfaceSettings {
  readonly reward?: Partial<Pick<DeclaredReward, 'default' | 'windowMs' | 'aggregation'>>
  readonly explore?: DeclaredExploration
  readonly mode?: SurfaceMode
}

/** What a person writes: everything with a sensible default may be left out. */
export interface DecideOptions<Item extends string> {
  readonly actions?: Item
  /** An event type, which is then worth 1; or what events of several types are worth. */
  readonly reward?: string | Readonly<Record<string, number>>
  /** Range of a single reward, 0 to 1 unless said. */
  readonly range?: readonly [low: number, high: number]
  /** Worth of a decision without a reward; 0 unless said. */
  readonly default?: number
  /** Milliseconds in which rewards count; ten minutes unless said. */
  readonly windowMs?: number
  readonly aggregation?: Aggregation
  readonly explore?: ExplorationName | { readonly kind: ExplorationName; readonly floor?: number }
  readonly nothing?: boolean
  readonly mode?: SurfaceMode
  /** Attributes with the context field that they are about: `{ devices: 'device' }`. */
  readonly eligible?: Readonly<Record<string, string>>
  readonly stock?: string
  readonly cap?: { readonly times: number; readonly withinMs: number }
}

/** Share of decisions that is spread evenly, so that every option can be judged later. */
const FLOOR_DEFAULT = 0.02

/** One option out of a few, learned from what it was worth: an item, or what a request brings. */
export function decide<const Item extends string>(
  options: DecideOptions<Item> & { readonly actions: Item },
): DecideSurface<Item>
export function decide(options?: Omit<DecideOptions<never>, 'actions'>): DecideSurface<never>
export function decide(options: DecideOptions<string> = {}): DecideSurface {
  const { reward = {}, range = [0, 1], explore = 'thompson' } = options
  const exploration = typeof explore === 'string' ? { kind: explore } : explore
  return {
    verb: 'decide',
    actions: options.actions ?? null,
    reward: {
      events: typeof reward === 'string' ? { [reward]: 1 } : reward,
      low: range[0],
      high: range[1],
      default: options.default ?? 0,
      windowMs: options.windowMs ?? WINDOW_MS_DEFAULT,
      aggregation: options.aggregation ?? 'first',
    },
    explore: { floor: FLOOR_DEFAULT, ...exploration },
    nothing: options.nothing ?? false,
    mode: options.mode ?? 'learn',
    constraints: {
      eligible: options.eligible ?? {},
      stock: options.stock ?? null,
      cap: options.cap ?? null,
    },
  }
}

/** What of a declaration the check of a surface reads. */
interface Declared {
  readonly items: Readonly<
    Record<string, { readonly attributes: Readonly<Record<string, { readonly kind: string }>> }>
  >
  readonly events: Readonly<Record<string, { readonly on: string | null }>>
  readonly context: Readonly<Record<string, { readonly kind: string }>>
}

/** @param refuse throws with the problem */
export function checkDecide(
  app: Declared,
  name: string,
  surface: DecideSurface,
  refuse: (problem: string) => never,
): void {
  const fault = decideProblem(app, surface)
  if (fault !== null) refuse(`surface "${name}" ${fault}`)
}

function decideProblem(app: Declared, surface: DecideSurface): string | null {
  const { actions, explore, constraints } = surface
  if (actions !== null && !Object.hasOwn(app.items, actions)) {
    return `chooses among "${actions}", which is no item`
  }
  if (!EXPLORATIONS.includes(explore.kind)) {
    return `explores by "${explore.kind}"; known are ${EXPLORATIONS.join(', ')}`
  }
  if (!(explore.floor >= 0 && explore.floor <= 1)) return 'has a floor outside 0 to 1'
  const attributes = actions === null ? undefined : app.items[actions]?.attributes
  const { stock, cap, eligible = {} } = constraints
  for (const [attribute, field] of Object.entries(eligible)) {
    if (attributes?.[attribute]?.kind !== 'tags') {
      return `is bound to "${attribute}", which are no tags of its items`
    }
    if (app.context[field]?.kind !== 'choice') {
      return `binds "${attribute}" to "${field}", which is no choice of the context`
    }
  }
  if (stock !== null && attributes?.[stock]?.kind !== 'number') {
    return `counts its stock in "${stock}", which is no number of its items`
  }
  if (cap !== null && !(Number.isInteger(cap.times) && cap.times > 0 && cap.withinMs > 0)) {
    return 'has an impossible cap'
  }
  return rewardProblem(app, surface)
}

function rewardProblem(app: Declared, { actions, reward }: DecideSurface): string | null {
  const { low, high, windowMs } = reward
  const fits = (value: number): boolean => value >= low && value <= high
  if (!(low < high && low >= -REWARD_MAX && high <= REWARD_MAX)) {
    return 'has an impossible range of rewards'
  }
  if (!fits(reward.default)) return `has the default reward ${reward.default}, outside its range`
  if (!(windowMs >= WINDOW_MS_MIN && windowMs <= WINDOW_MS_MAX)) {
    return `waits ${windowMs} ms for rewards; possible are ${WINDOW_MS_MIN} to ${WINDOW_MS_MAX}`
  }
  if (!AGGREGATIONS.includes(reward.aggregation)) {
    return `counts "${reward.aggregation}" of its rewards; known are ${AGGREGATIONS.join(', ')}`
  }
  for (const [type, worth] of Object.entries(reward.events)) {
    if (!fits(worth)) return `gives "${type}" a reward outside its range`
    if (actions === null || app.events[type]?.on !== actions) {
      return `is rewarded by "${type}", which is no event on what it chooses`
    }
  }
  return null
}
