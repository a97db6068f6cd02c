import { banners, crowd } from '@adsum/cinema/banner'
import { memo, type NamedExoticComponent, type ReactElement } from 'react'
import { BannerPicture } from './banner-picture.tsx'
import { Bar } from './bar.tsx'
import styles from './chances-table.module.css'
import { likedMost } from './crowd-truth.ts'
import { kindInWords } from './kinds.ts'
import { PeoplePicture } from './people-picture.tsx'
import type { Sitting } from './sitting.ts'
import { inHundred } from './verdict.ts'

/** For every kind of people the chance of each banner, and which one they really like most. */
export function ChancesTable({ sitting }: { readonly sitting: Sitting }): ReactElement {
  return (
    <section className={styles.chances} aria-labelledby="chances">
      <h2 id="chances">Who is shown what</h2>
      <p className={styles.lead}>
        Of 100 people of each kind, so many would be shown each banner. The heart marks what they
        really like most: the page knows it, because the people are invented. Adsum is not told; it
        sees who comes, when, and whether they click.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="announcer">Who comes by</span>
            </th>
            {banners.map(({ title, genre }) => (
              <th key={title} scope="col">
                <BannerPicture title={title} genre={genre} />
                <span>{title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {crowd.kinds.map((_, kind) => (
            <Row
              // biome-ignore lint/suspicious/noArrayIndexKey: a kind has no other name.
              key={kind}
              kind={kind}
              chances={sitting.chances.get(kind)}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface RowProps {
  readonly kind: number
  /** `undefined` while nobody like this has come by. */
  readonly chances: readonly number[] | undefined
}

/** Most of the rows are the same after most of the people. */
const Row: NamedExoticComponent<RowProps> = memo(({ kind, chances }: RowProps) => {
  const { who, when } = kindInWords(kind)
  return (
    <tr>
      <th scope="row">
        <PeoplePicture kind={kind} />
        <span>
          {who} {when}
        </span>
      </th>
      {banners.map(({ title }, at) => (
        <td key={title} data-liked={likedMost(kind) === at || undefined}>
          <span className={styles.number}>
            {chances === undefined ? '–' : inHundred(chances[at] ?? 0)}
            {likedMost(kind) === at ? <Heart /> : null}
          </span>
          <Bar share={chances?.[at] ?? 0} />
        </td>
      ))}
    </tr>
  )
})

function Heart(): ReactElement {
  return (
    <svg className={styles.heart} viewBox="0 0 20 18" role="img" aria-label="what they like most">
      <path d="M10 17 C2 11 0 8 0 5 A4.8 4.8 0 0 1 10 3.6 A4.8 4.8 0 0 1 20 5 C20 8 18 11 10 17Z" />
    </svg>
  )
}
