/** One holder at a time: whoever comes next waits. */
export class ExclusiveHold {
  #last: Promise<void> = Promise.resolve()
  #held = false

  get held(): boolean {
    return this.#held
  }

  /** Resolves when nobody else holds; then call what it resolves to, once, to let the next one in. */
  async acquire(): Promise<() => void> {
    const before = this.#last
    let done = (): void => {}
    this.#last = new Promise((resolve) => {
      done = resolve
    })
    await before
    this.#held = true
    return () => {
      this.#held = false
      done()
    }
  }
}
