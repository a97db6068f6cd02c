import type { DeclaredConstraints } from '../app/decide-surface.ts'

/** People whose recent choices are remembered; the one decided about longest ago goes first. */
const CAPPED_PEOPLE_MAX = 100_000

/** How often each action was chosen for whom of late, where a surface declares a cap. */
export class Caps {
  readonly #cap: DeclaredConstraints['cap']
  /** By person, by action: when, oldest first. */
  readonly #chosen = new Map<string, Map<string, number[]>>()

  constructor(cap: DeclaredConstraints['cap']) {
    this.#cap = cap
  }

  note(user: string, action: string, time: number): void {
    if (this.#cap === null) return
    const actions = this.#chosen.get(user) ?? new Map<string, number[]>()
    this.#chosen.delete(user)
    this.#chosen.set(user, actions)
    const times = this.#recent(actions.get(action) ?? [], time)
    actions.set(action, [...times, time].slice(-this.#cap.times))
    if (this.#chosen.size <= CAPPED_PEOPLE_MAX) return
    for (const oldest of this.#chosen.keys()) {
      this.#chosen.delete(oldest)
      break
    }
  }

  /** Whether the person has had enough of an action. */
  isReached(user: string, action: string, now: number): boolean {
    if (this.#cap === null) return false
    const times = this.#chosen.get(user)?.get(action)
    return times !== undefined && this.#recent(times, now).length >= this.#cap.times
  }

  forget(user: string): void {
    this.#chosen.delete(user)
  }

  #recent(times: readonly number[], now: number): readonly number[] {
    const within = this.#cap?.withinMs ?? 0
    return times.filter((time) => time > now - within)
  }
}
