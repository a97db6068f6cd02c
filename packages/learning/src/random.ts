/**
 * Seeded pseudo-random numbers: the same seed gives the same numbers on every machine. For samples
 * and tests, never for secrets. xoshiro128** (Blackman and Vigna, 2018), seeded by splitmix32.
 */
export interface Random {
  /** Uniform in [0, 1) with 32 bits. */
  next(): number
  /** Uniform integer in [0, bound); bound from 1 to 2^32. */
  below(bound: number): number
}

/** @param seed any integer; only its lowest 32 bits count. */
export function createRandom(seed: number): Random {
  const mix = splitmix32(seed)
  let a = mix()
  let b = mix()
  let c = mix()
  let d = mix()

  function bits(): number {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return result
  }

  return {
    next: () => bits() / 2 ** 32,
    below(bound) {
      // Rejection, not a remainder: a remainder would favour small numbers.
      const limit = 2 ** 32 - (2 ** 32 % bound)
      let value = bits()
      while (value >= limit) value = bits()
      return value % bound
    },
  }
}

/**
 * `size` distinct integers of [0, count) in ascending order, each subset equally likely
 * (selection sampling: Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).
 */
export function sampleIndices(count: number, size: number, random: Random): Int32Array {
  const chosen = new Int32Array(Math.min(size, count))
  let taken = 0
  for (let index = 0; taken < chosen.length; index++) {
    if (random.next() * (count - index) < chosen.length - taken) chosen[taken++] = index
  }
  return chosen
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return mixed ^ (mixed >>> 15)
  }
}
