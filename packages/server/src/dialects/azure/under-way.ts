/** Counts requests under way by app, for whoever has to wait until there are none. */
export class UnderWay {
  readonly #counts = new Map<string, number>()
  readonly #waiting = new Map<string, (() => void)[]>()

  enter(app: string): void {
    this.#counts.set(app, (this.#counts.get(app) ?? 0) + 1)
  }

  leave(app: string): void {
    const left = (this.#counts.get(app) ?? 0) - 1
    if (left > 0) {
      this.#counts.set(app, left)
      return
    }
    this.#counts.delete(app)
    for (const go of this.#waiting.get(app) ?? []) go()
    this.#waiting.delete(app)
  }

  /** Resolves when none is under way. */
  async none(app: string): Promise<void> {
    if (!this.#counts.has(app)) return
    await new Promise<void>((resolve) => {
      this.#waiting.set(app, [...(this.#waiting.get(app) ?? []), resolve])
    })
  }
}
