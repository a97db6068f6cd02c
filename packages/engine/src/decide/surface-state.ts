import type { SurfaceReport } from '@adsum/protocol'
import type { DecideSurface } from '../app/decide-surface.ts'
import { Caps } from './caps.ts'
import type { OpenDecision } from './open-decisions.ts'
import { SurfaceLearner } from './surface-learner.ts'
import { Tally } from './tally.ts'

/** One `decide` surface at work: what it has learned, and what there is to tell of it. */
export class SurfaceState {
  readonly name: string
  readonly surface: DecideSurface
  readonly learner: SurfaceLearner
  readonly caps: Caps
  /** Decisions that count: not those that an internal fault answered. */
  #decisions = 0
  readonly #all = new Tally()
  readonly #agreed = new Tally()
  readonly #differing = new Tally()
  readonly #lift = new Tally()

  constructor(name: string, surface: DecideSurface) {
    this.name = name
    this.surface = surface
    this.learner = new SurfaceLearner(surface)
    this.caps = new Caps(surface.constraints.cap)
  }

  /** Brings what is learned of a decision in line with what is known of it now. */
  follow(decision: OpenDecision, value: number | null): void {
    const { row, learned } = decision
    if (value === learned) return
    if (learned !== null) {
      this.learner.forget([{ row, reward: learned }])
      this.#count(decision, learned, -1)
    }
    if (value !== null) {
      this.learner.learn(row, value)
      this.#count(decision, value, 1)
    }
    decision.learned = value
  }

  /** A decision was made, or is none any more. */
  decided({ decided, user, action, time }: OpenDecision, sign: 1 | -1): void {
    if (decided.learns) this.#decisions += sign
    if (sign > 0 && user !== null && action !== null) this.caps.note(user, action, time)
  }

  /** Takes a decision of the log in; answers know of it once the learner has taken over. */
  restore(decision: OpenDecision, value: number): void {
    this.learner.restore(decision.row, value)
    this.#count(decision, value, 1)
  }

  /** Takes decisions out of everything that was learned and counted. */
  forget(decisions: readonly OpenDecision[]): void {
    const lessons: { readonly row: Uint8Array; readonly reward: number }[] = []
    for (const decision of decisions) {
      this.decided(decision, -1)
      if (decision.learned === null) continue
      lessons.push({ row: decision.row, reward: decision.learned })
      this.#count(decision, decision.learned, -1)
      decision.learned = null
    }
    this.learner.forget(lessons)
  }

  /** Counts a learned decision, or takes it back. */
  #count({ shadow }: Pick<OpenDecision, 'shadow'>, value: number, sign: 1 | -1): void {
    this.#all.add(value, sign)
    if (shadow === null) return
    const { agreed, lift } = shadow
    if (agreed) this.#agreed.add(value, sign)
    else this.#differing.add(value, sign)
    this.#lift.add(lift, sign)
  }

  report(waiting: number): SurfaceReport {
    const { mode } = this.surface
    const compared = this.#lift.count
    return {
      surface: this.name,
      verb: 'decide',
      mode,
      model: this.learner.model,
      decisions: this.#decisions,
      learned: this.#all.count,
      waiting,
      meanReward: this.#all.mean,
      ...((mode === 'shadow' || compared > 0) && {
        shadow: {
          compared,
          agreement: compared === 0 ? null : this.#agreed.count / compared,
          rewardWhenAgreed: this.#agreed.mean,
          rewardWhenNot: this.#differing.mean,
          estimatedLift: this.#lift.mean,
        },
      }),
    }
  }
}
