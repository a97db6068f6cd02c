import { type ReactElement, useId } from 'react'
import styles from './cover.module.css'
import { Balloons, Creatures, LowSun, Smile, TwoCircles } from './day-motifs.tsx'
import { Arches, Contours, Mountains, Tower } from './far-motifs.tsx'
import type { Motif } from './motif.ts'
import { Beams, DoorAjar, MoonAndFirs, Planet, Skyline } from './night-motifs.tsx'
import { paletteOf } from './palettes.ts'
import { Keyhole, LampAndTable, Letter, LitWindow, Orbits, Rocket } from './second-motifs.tsx'
import { type Variation, variationOf } from './variation.ts'

/** Pictures of a genre; where there are several, the title decides. */
const motifs: ReadonlyMap<string, readonly Motif[]> = new Map([
  ['drama', [LowSun, LitWindow]],
  ['romance', [TwoCircles, Letter]],
  ['comedy', [Smile]],
  ['mystery', [DoorAjar, Keyhole]],
  ['crime', [Skyline, LampAndTable]],
  ['thriller', [Beams]],
  ['horror', [MoonAndFirs]],
  ['science fiction', [Planet, Orbits, Rocket]],
  ['fantasy', [Tower]],
  ['adventure', [Mountains]],
  ['animation', [Creatures]],
  ['family', [Balloons]],
  ['documentary', [Contours]],
  ['history', [Arches]],
])

/** Pictures that say nothing in particular, for items of which nothing is known. */
const plainMotifs: readonly Motif[] = [LowSun, TwoCircles, Contours, Mountains, Orbits, Arches]
/** What of a picture a wide cover shows. */
const WIDE_PART = '0 60 300 150'
/** How often a film of two genres takes its picture from the second. */
const SECOND_GENRE_SHARE = 0.3

/**
 * A cover drawn from a title and its genres, always the same for the same title. Small covers carry
 * no title: whoever shows one says it beside the cover.
 */
export function Cover(props: {
  readonly title: string
  /** The first decides the colours; without any the title decides everything. */
  readonly genres: readonly string[]
  readonly small?: boolean
  /** As wide as two high instead of upright; without a title. */
  readonly wide?: boolean
}): ReactElement {
  const gradient = useId()
  const variation = variationOf(props.title)
  const palette = paletteOf(props.genres[0] ?? null, variation)
  const Picture = motifOf(props.genres, variation)
  const mirrored = variation(93) < 0.5
  const untitled = props.small || props.wide
  return (
    <div
      className={styles.cover}
      data-wide={props.wide || undefined}
      style={{ background: palette.ground }}
    >
      <svg
        aria-hidden="true"
        className={styles.picture}
        viewBox={props.wide ? WIDE_PART : '0 0 300 400'}
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
        <g transform={mirrored ? 'translate(300 0) scale(-1 1)' : undefined}>
          <Picture palette={palette} variation={variation} />
        </g>
        {untitled ? null : (
          <rect y="225" width="300" height="175" fill={`url(#${gradient}-foot)`} />
        )}
      </svg>
      {untitled ? null : <h4 className={styles.title}>{props.title}</h4>}
    </div>
  )
}

function motifOf(genres: readonly string[], variation: Variation): Motif {
  const known = genres.filter((genre) => motifs.has(genre))
  const second = known.length > 1 && variation(92) < SECOND_GENRE_SHARE
  const pictures = motifs.get(known[second ? 1 : 0] ?? '') ?? plainMotifs
  return pictures[Math.floor(variation(94) * pictures.length)] ?? LowSun
}
