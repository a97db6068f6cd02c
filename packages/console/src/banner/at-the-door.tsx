import { banners } from '@adsum/cinema/banner'
import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
import styles from './at-the-door.module.css'
import { BannerPicture } from './banner-picture.tsx'
import { Bar } from './bar.tsx'
import { kindInWords } from './kinds.ts'
import { PeoplePicture } from './people-picture.tsx'
import { type Seen, sawLikedMost } from './sitting.ts'
import { inHundred } from './verdict.ts'

/** The last who came by: the chance of each banner, which one they saw, and what they did. */
export function AtTheDoor(props: {
  readonly seen: Seen | undefined
  readonly onWhy: (seen: Seen) => void
}): ReactElement {
  const { seen, onWhy } = props
  return (
    <section className={styles.door} aria-labelledby="door">
      <h2 id="door">Who came by last</h2>
      {seen === undefined ? (
        <p className={styles.hint}>
          These are the four banners. Until somebody has come by, nothing speaks for one of them.
        </p>
      ) : (
        <div className={styles.who}>
          <PeoplePicture kind={seen.kind} />
          <p>{whatHappened(seen)}</p>
          <Button variant="default" aria-haspopup="dialog" onClick={() => onWhy(seen)}>
            Why this one?
          </Button>
        </div>
      )}
      <ul className={styles.banners}>
        {banners.map(({ title, genre }, at) => (
          <li key={title} data-shown={seen?.shown === at || undefined}>
            <BannerPicture title={title} genre={genre} />
            {seen?.shown === at ? <span className={styles.mark}>shown</span> : null}
            <h3>{title}</h3>
            {seen === undefined ? null : (
              <>
                <Bar share={seen.chances[at] ?? 0} />
                <p className={styles.chance}>{inHundred(seen.chances[at] ?? 0)} in 100</p>
              </>
            )}
          </li>
        ))}
      </ul>
      {seen === undefined ? null : (
        <p className={styles.hint}>
          The numbers say how many of 100 people like this would have been shown each banner.
        </p>
      )}
    </section>
  )
}

function whatHappened(seen: Seen): string {
  const { who, when } = kindInWords(seen.kind)
  const title = banners[seen.shown]?.title ?? ''
  const did = seen.clicked ? 'They clicked' : 'They did not click'
  const liked = sawLikedMost(seen) ? 'what such people like most' : 'not what such people like most'
  return `${who}, ${when}, saw ${title}: ${liked}. ${did}.`
}
