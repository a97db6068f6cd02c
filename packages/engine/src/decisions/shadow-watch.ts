import { AdsumError, type DecisionRequest, type SurfaceReport } from '@adsum/protocol'
import type { Catalogue } from '../app/catalogue.ts'
import type { RecommendSurface } from '../app/declaration.ts'
import { Tally } from '../decide/tally.ts'
import type { AppStore, LoggedRecord, StoredRecord } from '../ports.ts'
import { type DecisionRecord, decodeRecord } from './record.ts'

/** Records of decisions of another system, with what we would have recommended. */
export const SHADOW_KIND = 'shadow'
/** Records read at once as an app is opened. */
const LOG_PAGE = 500

/** Numbers of the items that the other system chose, best first. */
export function incumbentsOf(
  request: DecisionRequest,
  { items }: RecommendSurface,
  catalogue: Catalogue,
): number[] {
  const { incumbent, surface } = request
  if (!Array.isArray(incumbent)) {
    throw new AdsumError('incumbent_required', { surface }, { path: 'incumbent' })
  }
  return incumbent.map((id, index) => {
    const number = catalogue.numberOf(items, id)
    if (number >= 0) return number
    throw new AdsumError('action_unknown', { action: id }, { path: `incumbent[${index}]` })
  })
}

/** How one surface compares. */
class Comparison {
  /** Share of their items that ours has too. */
  readonly agreement = new Tally()
  readonly rewards = new Tally()
  /** Rewards where the first item is the same, and where it is not. */
  readonly agreed = new Tally()
  readonly differing = new Tally()

  count({ choices, incumbent = [] }: DecisionRecord, rewards: readonly number[], sign: 1 | -1) {
    const ours = new Set(choices)
    const shared = incumbent.filter((item) => ours.has(item)).length
    this.agreement.add(shared / Math.max(1, incumbent.length), sign)
    for (const value of rewards) this.reward({ choices, incumbent }, value, sign)
  }

  reward(
    { choices, incumbent = [] }: Pick<DecisionRecord, 'choices' | 'incumbent'>,
    value: number,
    sign: 1 | -1,
  ): void {
    this.rewards.add(value, sign)
    if (choices[0] === incumbent[0]) this.agreed.add(value, sign)
    else this.differing.add(value, sign)
  }
}

/** Surfaces that recommend beside another system: how what we would have shown compares with theirs. */
export class ShadowWatch {
  readonly #store: AppStore
  readonly #surfaces = new Map<string, Comparison>()

  private constructor(store: AppStore) {
    this.#store = store
  }

  static async open(store: AppStore): Promise<ShadowWatch> {
    const watch = new ShadowWatch(store)
    for (let after = 0, isMore = true; isMore; ) {
      const page = await store.readLog(SHADOW_KIND, after, LOG_PAGE)
      watch.#count(page, 1)
      after = page.at(-1)?.number ?? after
      isMore = page.length === LOG_PAGE
    }
    return watch
  }

  /** A decision is at rest. */
  noted(record: DecisionRecord): void {
    this.#of(record.surface).count(record, [], 1)
  }

  /** A reward of one is at rest. */
  rewarded({ body }: StoredRecord, value: number): void {
    const record = decodeRecord(body)
    this.#of(record.surface).reward(record, value, 1)
  }

  /** Reads what a person had; what it returns takes that out of the counts. */
  async forget(user: string): Promise<() => void> {
    const log = await this.#store.readLogOf(SHADOW_KIND, user)
    return () => this.#count(log, -1)
  }

  report(surface: string): Pick<SurfaceReport, 'decisions' | 'meanReward' | 'shadow'> {
    const { agreement, rewards, agreed, differing } = this.#of(surface)
    const lift = agreed.mean === null || rewards.mean === null ? null : agreed.mean - rewards.mean
    return {
      decisions: agreement.count,
      meanReward: rewards.mean,
      shadow: {
        compared: agreement.count,
        agreement: agreement.mean,
        rewardWhenAgreed: agreed.mean,
        rewardWhenNot: differing.mean,
        estimatedLift: lift,
      },
    }
  }

  #count(log: readonly LoggedRecord[], sign: 1 | -1): void {
    for (const { record, rewards } of log) {
      const said = decodeRecord(record.body)
      const values = rewards.flatMap(({ value }) => (value === null ? [] : [value]))
      this.#of(said.surface).count(said, values, sign)
    }
  }

  #of(surface: string): Comparison {
    const known = this.#surfaces.get(surface)
    if (known !== undefined) return known
    const comparison = new Comparison()
    this.#surfaces.set(surface, comparison)
    return comparison
  }
}
