/** Numbers in [0, 1) that a title always gives alike: what makes two covers of one genre differ. */
export type Variation = (at: number) => number

/** FNV-1a over the title and the place, finished as in MurmurHash3. */
export function variationOf(title: string): Variation {
  return (at) => {
    let state = 0x811c9dc5 ^ at
    for (const letter of title) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
    state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
    return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32
  }
}
