/**
 * What may be spent: `perSecond` on average, `burst` at once. The bucket is full at first, is filled
 * continuously, and never holds more than a burst.
 */
export class TokenBucket {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #filledAt: number

  /** @param now milliseconds of a clock that never goes back. */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#filledAt = now
  }

  /**
   * Seconds until `amount` could be taken; 0 when it can be now. More than a burst is waited for like a
   * burst, so that a single large request is possible at all.
   */
  wait(amount: number, now: number): number {
    this.#fill(now)
    const missing = Math.min(amount, this.#burst) - this.#tokens
    return missing <= 0 ? 0 : missing / this.#perSecond
  }

  /** Takes what was asked for; the bucket owes what it does not hold. */
  take(amount: number, now: number): void {
    this.#fill(now)
    this.#tokens -= amount
  }

  #fill(now: number): void {
    const elapsed = Math.max(0, now - this.#filledAt)
    this.#filledAt = Math.max(this.#filledAt, now)
    this.#tokens = Math.min(this.#burst, this.#tokens + (elapsed * this.#perSecond) / 1000)
  }
}
