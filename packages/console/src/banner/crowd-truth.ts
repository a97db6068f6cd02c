import { banners, crowd } from '@adsum/cinema/banner'

/** What the page knows of the crowd, and the server does not: what they like, and so what was missed. */

/** Index of the banner that people of a kind click on most. */
export function likedMost(kind: number): number {
  const chances = chancesOf(kind)
  return chances.indexOf(Math.max(...chances))
}

/** Clicks that showing a banner misses on average, beside the banner that these people like most. */
export function missedBy(kind: number, shown: number): number {
  const chances = chancesOf(kind)
  return Math.max(...chances) - (chances[shown] ?? 0)
}

/** The same for a banner that is chosen blindly. */
export function missedBlindly(kind: number): number {
  return Math.max(...chancesOf(kind)) - clickedBlindly(kind)
}

/** How likely people of a kind are to click on a banner that is chosen blindly. */
export function clickedBlindly(kind: number): number {
  return chancesOf(kind).reduce((sum, chance) => sum + chance, 0) / banners.length
}

/** How likely people of a kind are to click on each banner. */
export function chancesOf(kind: number): readonly number[] {
  return crowd.kinds[kind]?.chances ?? []
}
