import { type ReactElement, useId } from 'react'
import styles from './cover.module.css'
import { Balloons, Creatures, LowSun, Smile, TwoCircles } from './day-motifs.tsx'
import { Arches, Contours, Mountains, Tower } from './far-motifs.tsx'
import type { Motif } from './motif.ts'
import { Beams, DoorAjar, MoonAndFirs, Planet, Skyline } from './night-motifs.tsx'
import { paletteOf } from './palettes.ts'
import { variationOf } from './variation.ts'

const motifs: ReadonlyMap<string, Motif> = new Map([
  ['drama', LowSun],
  ['romance', TwoCircles],
  ['comedy', Smile],
  ['mystery', DoorAjar],
  ['crime', Skyline],
  ['thriller', Beams],
  ['horror', MoonAndFirs],
  ['science fiction', Planet],
  ['fantasy', Tower],
  ['adventure', Mountains],
  ['animation', Creatures],
  ['family', Balloons],
  ['documentary', Contours],
  ['history', Arches],
])

const anyMotif = [...motifs.values()]

/**
 * A cover drawn from a title and its first genre, always the same for the same title. Small covers carry
 * no title: whoever shows one says it beside the cover.
 */
export function Cover(props: {
  readonly title: string
  /** The first known genre decides the picture; without one the title does. */
  readonly genres: readonly string[]
  readonly small?: boolean
}): ReactElement {
  const gradient = useId()
  const variation = variationOf(props.title)
  const genre = props.genres.find((name) => motifs.has(name)) ?? null
  const palette = paletteOf(genre, variation)
  const drawn = genre === null ? anyMotif[Math.floor(variation(92) * anyMotif.length)] : undefined
  const Picture = drawn ?? motifs.get(genre ?? 'drama') ?? LowSun
  return (
    <div className={styles.cover}>
      <svg
        aria-hidden="true"
        className={styles.picture}
        viewBox="0 0 300 400"
        preserveAspectRatio="xMidYMid slice"
      >
        <defs>
          <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor={palette.sky[0]} />
            <stop offset="0.75" stopColor={palette.sky[1]} />
          </linearGradient>
          <linearGradient id={`${gradient}-foot`} x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor={palette.ground} stopOpacity="0" />
            <stop offset="0.3" stopColor={palette.ground} />
          </linearGradient>
        </defs>
        <rect width="300" height="400" fill={`url(#${gradient})`} />
        <Picture palette={palette} variation={variation} />
        {props.small ? null : (
          <rect y="225" width="300" height="175" fill={`url(#${gradient}-foot)`} />
        )}
      </svg>
      {props.small ? null : <h4 className={styles.title}>{props.title}</h4>}
    </div>
  )
}
