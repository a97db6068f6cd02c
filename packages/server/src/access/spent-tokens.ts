import { AdsumError, TOKEN_TOLERANCE_MS } from '@adsum/protocol'
import type { TokenFacts } from './access.ts'

/** Tokens that are remembered as spent at one moment; each for a quarter of an hour at most. */
export const SPENT_TOKENS_MAX = 100_000

/** Tokens that were used for what may be done once, kept until they would have ended anyway. */
export class SpentTokens {
  /** Milliseconds since 1970 UTC at which the token is not taken any more, by its identifier. */
  readonly #ends: Map<string, number> = new Map()
  readonly #limit: number

  constructor(limit: number = SPENT_TOKENS_MAX) {
    this.#limit = limit
  }

  get size(): number {
    return this.#ends.size
  }

  /**
   * Marks a token as spent.
   * @param now milliseconds since 1970 UTC
   * @throws AdsumError `token_spent`; `overloaded` when no more can be remembered, for forgetting one
   *   would let it be used again
   */
  spend({ id, expiresAt }: TokenFacts, now: number): void {
    if (this.#ends.has(id)) throw new AdsumError('token_spent')
    if (this.#ends.size >= this.#limit) this.#forgetEnded(now)
    if (this.#ends.size >= this.#limit) throw new AdsumError('overloaded')
    this.#ends.set(id, expiresAt * 1000 + TOKEN_TOLERANCE_MS)
  }

  #forgetEnded(now: number): void {
    for (const [id, end] of this.#ends) if (end < now) this.#ends.delete(id)
  }
}
