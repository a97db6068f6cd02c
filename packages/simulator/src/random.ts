/**
 * Seeded randomness. Every stream is keyed by words ("person", 17, "times"), never shared, so that one
 * more person or item leaves everybody else's draws as they were.
 */
export interface Random {
  /** A number in [0, 1). */
  uniform(): number
  /** A draw from the normal distribution with mean 0 and standard deviation 1. */
  normal(): number
  /** An index, drawn in proportion to the weights (each >= 0, at least one > 0). */
  weighted(weights: ArrayLike<number>): number
  /** 32 unpredictable-looking bits. */
  bits(): number
}

/** A stream that depends on the seed and on the words that key it, and on nothing else. */
export function seededRandom(seed: number, ...key: readonly (string | number)[]): Random {
  const bits = sfc32(...hash128([seed, ...key].join('\u0000')))
  const uniform = () => (bits() * 2 ** 21 + (bits() >>> 11)) / 2 ** 53
  return { bits, uniform, normal: () => normal(uniform), weighted: (w) => weighted(uniform, w) }
}

/** An identifier in the form of a random UUID (version 4). */
export function seededUuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.bits().toString(16).padStart(8, '0')).join('')
  const variant = (8 + (Number.parseInt(hex[16] ?? '0', 16) & 3)).toString(16)
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`]
  return [...parts, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join('-')
}

/** sfc32 by Chris Doty-Humphrey (PractRand): 128 bits of state, period at least 2^32. */
function sfc32(a: number, b: number, c: number, counter: number): () => number {
  const step = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let warmUp = 0; warmUp < 12; warmUp += 1) step()
  return step
}

/** Four 32-bit words of a text, each mixed as in MurmurHash3. */
function hash128(text: string): [number, number, number, number] {
  const word = (salt: number) => {
    let state = salt
    for (let at = 0; at < text.length; at += 1) {
      state = Math.imul(state ^ text.charCodeAt(at), 0x5bd1e995)
      state ^= state >>> 13
    }
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
    return state ^ (state >>> 16)
  }
  return [word(0x9e3779b9), word(0x243f6a88), word(0xb7e15162), word(0x452821e6)]
}

/** Box and Muller's transform; the second of its two values is not kept, so that draws stay countable. */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

function weighted(uniform: () => number, weights: ArrayLike<number>): number {
  let total = 0
  for (let at = 0; at < weights.length; at += 1) total += weights[at] ?? 0
  let left = uniform() * total
  let last = -1
  for (let at = 0; at < weights.length; at += 1) {
    const weight = weights[at] ?? 0
    if (weight <= 0) continue
    last = at
    left -= weight
    if (left < 0) break
  }
  if (last < 0) throw new RangeError('at least one weight must be positive')
  return last
}
