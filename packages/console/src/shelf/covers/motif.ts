import type { ReactElement } from 'react'
import type { Palette } from './palettes.ts'
import type { Variation } from './variation.ts'

/** Draws a cover's picture into a box of 300 by 400; the title covers the part below 270. */
export type Motif = (props: {
  readonly palette: Palette
  readonly variation: Variation
}) => ReactElement

/** Keys and numbers of a few repeated shapes. */
export function repeated(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at)
}

/** A path of soft hills from edge to edge, closed along the bottom. */
export function hills(variation: Variation, from: number, top: number, swing: number): string {
  const rise = (at: number) => top + swing * (variation(from + at) - 0.5)
  return `M0 ${rise(0)} C60 ${rise(1) - swing} 110 ${rise(2)} 160 ${rise(3)} S250 ${rise(4) - swing} 300 ${rise(5)} V400 H0Z`
}
